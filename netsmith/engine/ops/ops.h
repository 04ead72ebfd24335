#pragma once

#include <memory>
#include <string>

#include "netsmith/engine/op.h"
#include "netsmith/graph/graph.h"

/// The op table: one maker an operation, each in a file of its own.
namespace netsmith::engine {

using tensor::SampleShape;

/// `with_relu`: the ReLU that follows is applied while the convolution's tile is hot.
std::unique_ptr<Op> MakeConvOp(std::string name, const graph::Conv& conv, SampleShape src,
                               bool with_relu);
std::unique_ptr<Op> MakeMaxPoolOp(std::string name, const graph::MaxPool& pool, SampleShape src);
std::unique_ptr<Op> MakeReluOp(std::string name, SampleShape src);
std::unique_ptr<Op> MakeDropoutOp(std::string name, const graph::Dropout& dropout, SampleShape src);
std::unique_ptr<Op> MakeDenseOp(std::string name, const graph::Dense& dense, SampleShape src);

}  // namespace netsmith::engine
