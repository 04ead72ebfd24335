#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netsmith/graph/graph.h"

/// Every op as plain loops in double: the slow obvious version that judges the fast one. One sample
/// a call; tensors are [h][w][c], conv weights [kh][kw][ic][oc], dense weights [in][units].
namespace netsmith::engine::reference {

using tensor::SampleShape;
using Values = std::vector<double>;

/// What a backward pass returns: the gradients of the input and of the parameters, if there are
/// any.
struct Gradients {
  Values src;
  Values weights = {};
  Values bias = {};
};

Values ConvForward(const graph::Conv& conv, SampleShape src_shape, const Values& src,
                   const Values& weights, const Values& bias);
Gradients ConvBackward(const graph::Conv& conv, SampleShape src_shape, const Values& src,
                       const Values& weights, const Values& diff_dst);

Values MaxPoolForward(const graph::MaxPool& pool, SampleShape shape, const Values& src);
Gradients MaxPoolBackward(const graph::MaxPool& pool, SampleShape shape, const Values& src,
                          const Values& diff_dst);

Values ReluForward(const Values& src);
Gradients ReluBackward(const Values& src, const Values& diff_dst);

/// Forward and backward alike: keeps element i, scaled by 1/(1 - rate), where a hash of seed and i
/// says so.
Values ApplyDropout(double rate, std::uint64_t seed, const Values& values);

Values DenseForward(const Values& src, const Values& weights, const Values& bias);
Gradients DenseBackward(const Values& src, const Values& weights, const Values& diff_dst);

/// −log softmax(logits)[label], and its gradient times `scale`.
double SoftmaxLoss(const Values& logits, std::int32_t label, double scale, Values& diff_logits);

}  // namespace netsmith::engine::reference
