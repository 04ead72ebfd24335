#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netsmith/graph/graph.h"
#include "netsmith/space/search_space.h"

/// `post`, the classic space: chains of one-dimensional convolutions over a sample that is
/// flattened to a signal, each followed by ReLU, max pooling and dropout; a dense layer ends it.
namespace netsmith::space {

/// One layer; sizes are along the signal, stride 1, SAME padding.
struct PostLayer {
  std::int64_t kernel = 1;
  std::int64_t filters = 1;
  std::int64_t pool = 1;             // window; 1: none
  std::int64_t dropout_percent = 0;  // 0: none
  bool operator==(const PostLayer&) const = default;
};

/// The network of `layers`. A sample of height h, width w and c channels is read as a signal of
/// h·w positions with c channels (the same order in memory).
graph::Graph BuildPost(std::span<const PostLayer> layers, graph::SampleShape input,
                       int num_classes);

enum class PostRanges {
  kGrid,  // few, well spread options: for a policy with a softmax over them
  kFull,  // every whole number from 1 to 64 (dropout 0 to 60 percent): for a Gaussian policy
};

/// Exactly `max_layers` layers, as in the classic experiment; four decisions a layer:
/// layer1.kernel, layer1.filters, layer1.pool, layer1.dropout, layer2.kernel, …
class PostSpace : public SearchSpace {
 public:
  static constexpr int kMaxLayers = 64;

  /// Errors   InvalidArgument unless max_layers is in [1, kMaxLayers].
  PostSpace(int max_layers, PostRanges ranges);

  const std::string& name() const override { return name_; }
  std::string Signature() const override { return signature_; }
  const std::vector<Decision>& decisions() const override { return decisions_; }
  graph::Graph Build(std::span<const int> genome, graph::SampleShape input,
                     int num_classes) const override;
  std::string NetworkText(std::span<const int> genome) const override;

  /// The layers a genome stands for. Errors   as CheckGenome.
  std::vector<PostLayer> Layers(std::span<const int> genome) const;

 private:
  std::string name_ = "post";
  std::string signature_;
  std::vector<Decision> decisions_;
};

}  // namespace netsmith::space
