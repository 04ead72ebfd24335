#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/engine/layout.h"

/// Internal to the engine: what a compiled program is made of.
namespace netsmith::engine {

/// A tensor's place. Activations live in a thread's workspace and are overwritten by its next chunk
/// of samples, or by its next sample where nothing reads them later; tensors of the whole
/// mini-batch (the inputs and gradients of dense layers) stay.
struct TensorPlace {
  Layout layout;
  bool whole_batch = false;
  bool one_sample = false;
  std::int64_t offset = 0;  // floats, in the workspace or the batch memory
};

/// The samples that a thread takes through the whole network at a time, and the memory it uses.
struct Chunk {
  std::int64_t first = 0;  // its first sample's number in the mini-batch
  std::int64_t count = 0;
  std::int64_t group_first = 0;  // the first sample of its group
  std::int64_t group_end = 0;    // behind its last one
  std::int64_t next = -1;        // the sample that its thread takes after it, if that is known
  bool training = false;
  bool stream = false;  // tensors of the whole mini-batch are written past the cache
  std::uint64_t dropout_seed = 0;
  float* workspace = nullptr;  // the thread's
  float* scratch = nullptr;    // the thread's, for use within one call
  float* batch = nullptr;      // the program's
  const float* params = nullptr;
  const float* packed = nullptr;     // parameters rearranged for the kernels
  float* group_gradients = nullptr;  // of the group of samples that the chunk belongs to

  /// The number of sample `i` in its group, whose gradients start at 0.
  std::int64_t NumberInGroup(std::int64_t i) const { return first + i - group_first; }
  bool IsLastOfGroup(std::int64_t i) const { return first + i + 1 == group_end; }
  /// Sample `i` of this chunk.
  float* Sample(const TensorPlace& tensor, std::int64_t i) const {
    if (tensor.whole_batch) return batch + tensor.offset + (first + i) * tensor.layout.size();
    return workspace + tensor.offset + (tensor.one_sample ? 0 : i * tensor.layout.size());
  }
};

/// What an op's constants are made of before a step.
struct Parameters {
  const float* params = nullptr;
  const float* statistics = nullptr;  // running averages
};

/// The mini-batch after all chunks have passed: what weight gradients, and the constants of batch
/// norms, are made from.
struct Batch {
  std::int64_t count = 0;
  int num_groups = 0;  // with samples in them
  float* batch = nullptr;
  float* packed = nullptr;
  const float* params = nullptr;
  float* statistics = nullptr;
  float* group_gradients = nullptr;  // of the first group
  std::int64_t group_stride = 0;     // floats from one group's to the next group's
  float* diff_params = nullptr;
};

/// One weight or bias tensor of an op, or one of its running averages.
struct ParamSpec {
  std::string name;                 // "conv1.weights"
  std::vector<std::int64_t> shape;  // canonical: conv [kh][kw][ic][oc], dense [in][units], bias [n]
  std::int64_t fan_in = 0;          // of Glorot's rule; 0: starts at `initial`
  std::int64_t fan_out = 0;
  float initial = 0;
  bool transposed = false;  // stored as [units][in]
  bool trained = true;      // else a running average
  std::int64_t offset = 0;  // floats, in the parameters or in the statistics

  std::int64_t size() const;
};

/// What an op asks for one of its inputs.
struct SrcNeeds {
  Layout layout;             // the least padding; there may be more of it
  bool whole_batch = false;  // kept for the whole mini-batch, without padding
  bool in_backward = false;  // read again in the backward pass
};

/// What an op asks for its output.
struct DstNeeds {
  tensor::SampleShape shape;
  Layout diff_layout;             // how it wants the output's gradient: exactly that padding
  bool diff_whole_batch = false;  // kept for the whole mini-batch, without padding
  bool in_backward = false;       // its output is read again in the backward pass
};

/// How an op's tensors may share memory.
enum class Sharing {
  kNone,
  /// Output and input may be one tensor; their gradients always are.
  kInPlace,
  /// Output and input are one tensor; their gradients are not.
  kValue,
  /// Several outputs that are all the input; the first one's gradient is the input's.
  kFork,
};

/// What an op asks of the program that it becomes a part of.
struct OpNeeds {
  std::vector<SrcNeeds> srcs = {};
  std::vector<DstNeeds> dsts = {};
  Sharing sharing = Sharing::kNone;
  bool whole_chunk = false;  // takes all samples of a chunk in one call
  bool ends_phase = false;   // the next op waits until the whole mini-batch has passed
  bool remakes = false;      // Forward may be called again on the way back: it is cheap
  std::int64_t scratch = 0;  // floats, for one call
  std::int64_t kept = 0;     // floats that stay from one sample of a group to the next, back
  std::int64_t packed = 0;   // floats of rearranged parameters and other constants
  std::int64_t group_gradients = 0;  // floats that each group of samples sums up in
  std::vector<ParamSpec> params = {};
};

/// Where the program has put everything.
struct OpPlaces {
  std::vector<TensorPlace> srcs = {}, dsts = {}, diff_srcs = {}, diff_dsts = {};
  std::vector<bool> needs_diff_srcs = {};  // false where no parameter lies before
  std::int64_t kept = 0;                   // offset in the workspace
  std::int64_t packed = 0;                 // offsets in memory of that name
  std::int64_t group_gradients = 0;
  std::vector<std::int64_t> params = {};

  const TensorPlace& src() const { return srcs[0]; }
  const TensorPlace& dst() const { return dsts[0]; }
  const TensorPlace& diff_src() const { return diff_srcs[0]; }
  const TensorPlace& diff_dst() const { return diff_dsts[0]; }
  bool needs_diff_src() const { return needs_diff_srcs[0]; }
};

class NormBehind;
class NormBefore;

/// One operation of a compiled program. Immutable while a step runs: any number of threads call it
/// with chunks of their own.
class Op {
 public:
  explicit Op(std::string name) : name_(std::move(name)) {}
  virtual ~Op() = default;

  const std::string& name() const { return name_; }
  /// Tells of the batch norm that alone reads the output, or has made the input. True when the op
  /// will hand over to it, in training, its output or its input's gradient (ops/norm_neighbours.h).
  virtual bool HandOverTo(const NormBehind& /*norm*/) { return false; }
  virtual bool HandBackTo(const NormBefore& /*norm*/) { return false; }
  virtual OpNeeds Needs() const = 0;
  void Place(OpPlaces places) { places_ = std::move(places); }

  /// Samples [first, first + count) of the chunk.
  virtual void Forward(const Chunk& chunk, std::int64_t first, std::int64_t count) const = 0;
  /// From diff_dst to diff_src, and the group's part of the parameters' gradients.
  virtual void Backward(const Chunk& chunk, std::int64_t first, std::int64_t count) const = 0;
  /// Rearranges the parameters for the kernels, once a step.
  virtual void Pack(const Parameters& /*from*/, float* /*packed*/, bool /*training*/) const {}
  /// Called in training when the mini-batch has passed the op forward, or has passed back to it, if
  /// the op lies at that end of a phase.
  virtual void FinishForward(const Batch& /*batch*/) const {}
  virtual void FinishBackward(const Batch& /*batch*/) const {}
  /// The parameters' gradients of the whole mini-batch, in independent pieces.
  virtual std::int64_t NumGradientPieces() const { return 0; }
  virtual void FinishGradient(const Batch& /*batch*/, std::int64_t /*piece*/) const {}

 protected:
  OpPlaces places_;

 private:
  std::string name_;
};

}  // namespace netsmith::engine
