#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/thread_pool.h"

/// What turns gradients into new weights.
namespace netsmith::optim {

/// A part of the flat parameters.
struct Range {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

struct OptimizerOptions {
  std::string name = "adam";  // one of OptimizerNames()
  double beta1 = 0.9;         // adam, adamw: decay of the mean of gradients
  double beta2 = 0.999;       // adam, adamw: decay of the mean of their squares
  double epsilon = 1e-8;      // adam, adamw, rmsprop: added to the root
  double momentum = 0.9;      // sgd: decay of the velocity
  bool nesterov = false;      // sgd: look ahead along the velocity
  double rho = 0.9;           // rmsprop: decay of the mean of squared gradients
  double weight_decay = 0;    // of the decayed parameters only
};

/// Parameters that one call of a kernel updates.
struct Slice {
  std::int64_t first = 0;
  std::int64_t count = 0;
  double weight_decay = 0;
};

/// An update rule with its state. Every rule treats each element by itself and is cut into the same
/// slices for any number of threads, so the number of threads changes no bit of the result.
///
/// Weight decay acts on the ranges that were named at construction: the weights of convolutions and
/// dense layers, but neither biases nor the gamma and beta of norms (Goyal et al. 2017,
/// arXiv:1706.02677, §5.3; He et al. 2019, arXiv:1812.01187, §3.1).
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One update in place, with gradients times `gradient_scale`. Spans of num_params elements.
  void Update(std::span<float> params, std::span<const float> gradients, double learning_rate,
              base::ThreadPool& pool, double gradient_scale = 1);

 protected:
  /// `decayed`: ascending, apart from each other.
  Optimizer(std::int64_t num_params, double weight_decay, std::span<const Range> decayed);

  std::int64_t num_params() const { return num_params_; }
  std::int64_t updates() const { return updates_; }  // made so far, with the present one

 private:
  virtual void UpdateSlice(const Slice& slice, double learning_rate, float gradient_scale,
                           const float* gradients, float* params) = 0;

  std::int64_t num_params_;
  std::int64_t updates_ = 0;
  std::vector<Slice> slices_;
};

/// adam, adamw, rmsprop, sgd.
const std::vector<std::string>& OptimizerNames();

/// Errors   InvalidArgument: an unknown name, or a number out of its range.
void CheckOptions(const OptimizerOptions& options);

/// Errors   as CheckOptions.
std::unique_ptr<Optimizer> MakeOptimizer(const OptimizerOptions& options, std::int64_t num_params,
                                         std::span<const Range> decayed = {});

/// Bytes of the state of such an optimizer.
std::int64_t StateBytes(const OptimizerOptions& options, std::int64_t num_params);

}  // namespace netsmith::optim
