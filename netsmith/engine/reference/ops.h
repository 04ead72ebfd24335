#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netsmith/graph/graph.h"

/// Every op as plain loops in double: the slow obvious version that judges the fast one. One sample
/// a call unless it says otherwise; tensors are [h][w][c], parameters as graph.h shapes them.
namespace netsmith::engine::reference {

using tensor::SampleShape;
using Values = std::vector<double>;
/// A whole mini-batch, or whatever else there are several of.
using ValuesList = std::vector<Values>;

/// What a backward pass returns: the gradients of the input and of the parameters, if there are
/// any.
struct Gradients {
  Values src;
  ValuesList params = {};
};

/// `params`: weights, then the bias if there is one.
Values ConvForward(const graph::Conv& conv, SampleShape src_shape, const Values& src,
                   std::span<const Values> params);
Gradients ConvBackward(const graph::Conv& conv, SampleShape src_shape, const Values& src,
                       std::span<const Values> params, const Values& diff_dst);

Values MaxPoolForward(const graph::MaxPool& pool, SampleShape src_shape, const Values& src);
Values MaxPoolBackward(const graph::MaxPool& pool, SampleShape src_shape, const Values& src,
                       const Values& diff_dst);
Values AvgPoolForward(const graph::AvgPool& pool, SampleShape src_shape, const Values& src);
Values AvgPoolBackward(const graph::AvgPool& pool, SampleShape src_shape, const Values& diff_dst);
/// The window and padding with which an average pool is the global one.
graph::AvgPool GlobalPool(SampleShape src_shape);

Values ActivationForward(graph::Activation activation, const Values& src);
Values ActivationBackward(graph::Activation activation, const Values& src, const Values& diff_dst);

/// Forward and backward alike: keeps element i, scaled by 1/(1 - rate), where a hash of seed and i
/// says so.
Values ApplyDropout(double rate, std::uint64_t seed, const Values& values);

/// `params`: weights [in][units], then bias.
Values DenseForward(const Values& src, std::span<const Values> params);
Gradients DenseBackward(const Values& src, std::span<const Values> params, const Values& diff_dst);

/// `params`: reduce weights [c][units] and bias, expand weights [units][c] and bias.
Values SqueezeExciteForward(SampleShape shape, const Values& src, std::span<const Values> params);
Gradients SqueezeExciteBackward(SampleShape shape, const Values& src,
                                std::span<const Values> params, const Values& diff_dst);

/// Per channel.
struct Statistics {
  Values mean;
  Values variance;  // biased
};
Statistics BatchStatistics(std::int64_t channels, const ValuesList& batch);
/// `params`: gamma, then beta. The whole mini-batch at once.
ValuesList BatchNormForward(const graph::BatchNorm& norm, const Statistics& statistics,
                            const ValuesList& batch, std::span<const Values> params);
struct BatchGradients {
  ValuesList src;
  ValuesList params;
};
BatchGradients BatchNormBackward(const graph::BatchNorm& norm, const Statistics& statistics,
                                 const ValuesList& batch, std::span<const Values> params,
                                 const ValuesList& diff_dst);

/// Cross-entropy of softmax(logits) with a target of 1 - smoothing for the label plus
/// smoothing / classes for each class, and its gradient times `scale`.
double SoftmaxLoss(const Values& logits, std::int32_t label, double smoothing, double scale,
                   Values& diff_logits);

}  // namespace netsmith::engine::reference
