#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/engine/op.h"
#include "netsmith/engine/precision.h"
#include "netsmith/graph/graph.h"

/// The op table: one maker an operation, each in a file of its own. Source shapes come last.
namespace netsmith::engine {

using tensor::SampleShape;

/// `with_relu`: the ReLU that follows is applied while the convolution's tile is hot. `group`: most
/// samples whose gradients are summed up together.
std::unique_ptr<Op> MakeConvOp(std::string name, const graph::Conv& conv, SampleShape src,
                               bool with_relu, Precision precision, std::int64_t group);
/// As many groups as channels and filters.
std::unique_ptr<Op> MakeDepthwiseOp(std::string name, const graph::Conv& conv, SampleShape src,
                                    bool with_relu);
/// Stride 1 and SAME padding, at a few compares a value for any window; and all others.
std::unique_ptr<Op> MakeSlidingMaxPoolOp(std::string name, const graph::MaxPool& pool,
                                         SampleShape src);
std::unique_ptr<Op> MakeStridedMaxPoolOp(std::string name, const graph::MaxPool& pool,
                                         SampleShape src);
std::unique_ptr<Op> MakeAvgPoolOp(std::string name, const graph::AvgPool& pool, SampleShape src);
std::unique_ptr<Op> MakeGlobalAvgPoolOp(std::string name, SampleShape src);
std::unique_ptr<Op> MakeActivationOp(std::string name, graph::Activation::Kind kind,
                                     SampleShape src);
std::unique_ptr<Op> MakeDropoutOp(std::string name, const graph::Dropout& dropout, SampleShape src);
std::unique_ptr<Op> MakeDenseOp(std::string name, const graph::Dense& dense, SampleShape src);
std::unique_ptr<Op> MakeAddOp(std::string name, SampleShape src, std::size_t num_srcs);
std::unique_ptr<Op> MakeConcatOp(std::string name, const std::vector<SampleShape>& srcs);

/// A batch norm is two ops, between which the whole mini-batch is waited for. They stay together:
/// `apply` refers to `statistics`. `before`: the op that makes the input, unless others read it
/// too; it may hand over what it makes.
struct BatchNormOps {
  std::unique_ptr<Op> statistics;
  std::unique_ptr<Op> apply;
};
BatchNormOps MakeBatchNormOps(const std::string& name, const graph::BatchNorm& norm,
                              SampleShape src, bool with_relu, Op* before);
/// Has `behind` hand its input's gradient over to `before`, if that is a norm's `apply` and the
/// input is its output alone.
void HandBackTo(Op& before, Op& behind);

/// Two inputs: an image, and a logit for each channel, whose sigmoid scales it.
std::unique_ptr<Op> MakeChannelGateOp(std::string name, SampleShape src);
/// Hands its input to several readers and adds up their gradients.
std::unique_ptr<Op> MakeForkOp(std::string name, SampleShape src, int num_dsts);
/// Copies an image to a vector in memory order, for readers that want no padding.
std::unique_ptr<Op> MakeFlattenOp(std::string name, SampleShape src);

}  // namespace netsmith::engine
