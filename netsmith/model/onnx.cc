#include "netsmith/model/onnx.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "netsmith/base/check.h"
#include "netsmith/model/network.h"
#include "netsmith/model/onnx_writer.h"

namespace netsmith::model {
namespace {

using tensor::SampleShape;

/// A value of the ONNX graph: an image [batch][c][h][w], or a vector [batch][c], which stands for
/// an image of one position.
struct Value {
  std::string name;
  bool is_vector = false;
};

/// Pads [top, left, bottom, right] of a convolution or pool.
struct Window {
  graph::WindowAxis rows, columns;
  std::vector<std::int64_t> pads() const {
    return {rows.before, columns.before, rows.after, columns.after};
  }
};

template <typename Pool>
OnnxWriter::Attributes PoolAttributes(const Pool& pool, SampleShape src) {
  const Window window = {
      graph::AnalyzeAxis(src.height, pool.window_height, pool.stride_height, 1, pool.padding),
      graph::AnalyzeAxis(src.width, pool.window_width, pool.stride_width, 1, pool.padding)};
  return {{"kernel_shape", std::vector{pool.window_height, pool.window_width}},
          {"strides", std::vector{pool.stride_height, pool.stride_width}},
          {"pads", window.pads()}};
}

/// [first][second][rest] -> [rest][second][first]: from ours, where the output's channel is last,
/// to ONNX's, where it is first.
std::vector<float> ChannelsFirst(const std::vector<float>& weights, std::int64_t window,
                                 std::int64_t in, std::int64_t out) {
  std::vector<float> turned(weights.size());
  for (std::int64_t w = 0; w < window; ++w) {
    for (std::int64_t i = 0; i < in; ++i) {
      for (std::int64_t o = 0; o < out; ++o) {
        turned[(o * in + i) * window + w] = weights[(w * in + i) * out + o];
      }
    }
  }
  return turned;
}

class Export {
 public:
  Export(const Model& model, const OnnxOptions& options)
      : model_(model),
        options_(options),
        network_(ForInference({model.graph, model.weights})),
        infos_(graph::Analyze(network_.graph)),
        writer_("netsmith", options.version),
        output_(Unique(options.logits ? "logits" : "probabilities")) {}

  std::string Run() && {
    values_.push_back(Prepare());
    const std::vector<NodeTensors> tensors = TensorsOfNodes(network_);
    for (std::size_t i = 1; i < network_.graph.nodes.size(); ++i) {
      node_ = &network_.graph.nodes[i];
      tensors_ = tensors[i];
      values_.push_back(std::visit([&](const auto& op) { return Make(op); }, node_->op));
    }
    Finish();
    return writer_.Finish();
  }

 private:
  const std::string& name() const { return node_->name; }
  SampleShape SrcShape() const { return infos_[node_->inputs[0]].shape; }
  const Value& Src() const { return values_[node_->inputs[0]]; }

  Value AsVector(const Value& value) {
    if (value.is_vector) return value;
    return {writer_.Node("Flatten", {value.name}, Unique(value.name + ".vector"), {{"axis", 1L}}),
            true};
  }
  Value AsImage(const Value& value, std::int64_t channels) {
    if (!value.is_vector) return value;
    return Reshape(value, value.name + ".image", {-1, channels, 1, 1});
  }
  Value Reshape(const Value& value, const std::string& to, const std::vector<std::int64_t>& dims) {
    const std::string unique = Unique(to);
    const bool is_vector = dims.size() == 2;
    const std::string shape = writer_.Constant(Unique(to + ".shape"), dims);
    return {writer_.Node("Reshape", {value.name, shape}, unique), is_vector};
  }
  Value Transpose(const Value& value, const std::string& to, std::vector<std::int64_t> order) {
    return {writer_.Node("Transpose", {value.name}, Unique(to), {{"perm", std::move(order)}})};
  }
  std::string Unique(const std::string& name) {
    const int times = times_[name]++;
    return times == 0 ? name : Unique(name + "." + std::to_string(times));
  }
  std::string Tensor(const char* what, const std::vector<std::int64_t>& dims,
                     std::span<const float> values) {
    return writer_.Constant(Unique(name() + "." + what), dims, values);
  }
  Value Unary(const char* op, const Value& src, const OnnxWriter::Attributes& attributes = {}) {
    return {writer_.Node(op, {src.name}, Unique(name()), attributes), src.is_vector};
  }

  static bool AllEqual(const std::vector<float>& values) {
    return std::ranges::all_of(values, [&](float value) { return value == values[0]; });
  }

  /// Where all channels have the same mean and deviation.
  Value ScaleAlike(Value value, float mean, float deviation) {
    const auto scalar = [&](const char* what, float number) {
      return writer_.Constant(Unique(what), {1}, std::span(&number, 1));
    };
    if (mean != 0) {
      value.name = writer_.Node("Sub", {value.name, scalar("mean", mean)}, Unique("centred"));
    }
    if (deviation != 1) {
      value.name =
          writer_.Node("Div", {value.name, scalar("deviation", deviation)}, Unique("scaled"));
    }
    return value;
  }

  /// Each of dimension 1 by itself: the channels of an image, the values of a vector. Batch norms,
  /// since not every reader of ONNX broadcasts along any dimension; first the means and then the
  /// deviations, since a runtime may make one factor and one term of both, which is inexact where
  /// means are large.
  Value ScaleEach(Value value) {
    const auto& [sample, mean, deviation] = model_.preprocessing;
    std::vector<float> factors = deviation;
    for (float& factor : factors) factor = 1 / factor;
    const std::vector<float> ones(mean.size(), 1.0f), zeros(mean.size(), 0.0f);
    const auto constant = [&](const char* what, const std::vector<float>& values) {
      return writer_.Constant(Unique(what), {std::ssize(values)}, values);
    };
    const std::string one = constant("one", ones), zero = constant("zero", zeros);
    const OnnxWriter::Attributes exact = {{"epsilon", 0.0f}};
    value.name =
        writer_.Node("BatchNormalization", {value.name, one, zero, constant("mean", mean), one},
                     Unique("centred"), exact);
    value.name = writer_.Node("BatchNormalization",
                              {value.name, constant("inverse_deviation", factors), zero, zero, one},
                              Unique("scaled"), exact);
    return value;
  }

  /// From the user's values to what the network reads, channels first.
  Value Prepare() {
    const auto& [sample, mean, deviation] = model_.preprocessing;
    const SampleShape& image = network_.graph.input;
    Value value = {Unique("input")};
    writer_.Input(value.name, {sample.height, sample.width, sample.channels},
                  "samples as they lie in the files: [batch][height][width][channels], not scaled");
    const bool alike = AllEqual(mean) && AllEqual(deviation);
    if (alike) value = ScaleAlike(value, mean[0], deviation[0]);
    const bool by_channel = std::ssize(mean) == sample.channels;
    if (!alike && by_channel) {
      value = ScaleEach(Transpose(value, "channels_first", {0, 3, 1, 2}));
      if (image == sample) return value;
      value = Transpose(value, "channels_last", {0, 2, 3, 1});
    } else if (!alike) {
      value = ScaleEach(AsVector(value));
    }
    if (image.channels == 1) return Reshape(value, "image", {-1, 1, image.height, image.width});
    if (image != sample || value.is_vector) {
      value = Reshape(value, "reshaped", {-1, image.height, image.width, image.channels});
    }
    return Transpose(value, "image", {0, 3, 1, 2});
  }

  void Finish() {
    Value value = AsVector(values_.back());
    const OnnxWriter::Attributes axis = {{"axis", 1L}};
    writer_.Node(options_.logits ? "Identity" : "Softmax", {value.name}, output_,
                 options_.logits ? OnnxWriter::Attributes{} : axis);
    writer_.Output(output_, {std::ssize(model_.class_names)},
                   "one a class, in the order of the metadata's class_names");
    using nlohmann::json;
    writer_.Metadata("class_names",
                     json(model_.class_names).dump(-1, ' ', false, json::error_handler_t::replace));
    writer_.Metadata("training", model_.training_json);
  }

  Value Make(const graph::Input&) { return values_[0]; }

  Value Make(const graph::Conv& conv) {
    const SampleShape src = SrcShape();
    const Window window = {graph::AnalyzeAxis(src.height, conv.kernel_height, conv.stride_height,
                                              conv.dilation_height, conv.padding),
                           graph::AnalyzeAxis(src.width, conv.kernel_width, conv.stride_width,
                                              conv.dilation_width, conv.padding)};
    const std::int64_t ic = src.channels / conv.groups;
    const std::vector<float> weights =
        ChannelsFirst(tensors_.params[0], conv.kernel_height * conv.kernel_width, ic, conv.filters);
    std::vector<std::string> inputs = {
        AsImage(Src(), src.channels).name,
        Tensor("weights", {conv.filters, ic, conv.kernel_height, conv.kernel_width}, weights)};
    if (conv.bias) inputs.push_back(Tensor("bias", {conv.filters}, tensors_.params[1]));
    return {writer_.Node("Conv", inputs, Unique(name()),
                         {{"kernel_shape", std::vector{conv.kernel_height, conv.kernel_width}},
                          {"strides", std::vector{conv.stride_height, conv.stride_width}},
                          {"dilations", std::vector{conv.dilation_height, conv.dilation_width}},
                          {"group", conv.groups},
                          {"pads", window.pads()}})};
  }
  Value Make(const graph::MaxPool& pool) {
    return Unary("MaxPool", AsImage(Src(), SrcShape().channels), PoolAttributes(pool, SrcShape()));
  }
  Value Make(const graph::AvgPool& pool) {
    OnnxWriter::Attributes attributes = PoolAttributes(pool, SrcShape());
    attributes.emplace_back("count_include_pad", 0L);
    return Unary("AveragePool", AsImage(Src(), SrcShape().channels), attributes);
  }
  Value Make(const graph::GlobalAvgPool&) {
    return Unary("GlobalAveragePool", AsImage(Src(), SrcShape().channels));
  }
  Value Make(const graph::BatchNorm& norm) {
    const std::vector<std::int64_t> dims = {SrcShape().channels};
    const Value src = Src();
    return {writer_.Node("BatchNormalization",
                         {src.name, Tensor("gamma", dims, tensors_.params[0]),
                          Tensor("beta", dims, tensors_.params[1]),
                          Tensor("mean", dims, tensors_.running_averages[0]),
                          Tensor("variance", dims, tensors_.running_averages[1])},
                         Unique(name()), {{"epsilon", static_cast<float>(norm.epsilon)}}),
            src.is_vector};
  }
  Value Make(const graph::Activation& activation) {
    using Kind = graph::Activation::Kind;
    const Value src = Src();
    if (activation.kind == Kind::kRelu) return Unary("Relu", src);
    if (activation.kind == Kind::kRelu6) {
      const float bounds[] = {0, 6};
      const std::span<const float> all = bounds;
      return {
          writer_.Node("Clip",
                       {src.name, Tensor("low", {}, all.first(1)), Tensor("high", {}, all.last(1))},
                       Unique(name())),
          src.is_vector};
    }
    NETSMITH_CHECK(activation.kind == Kind::kSilu || activation.kind == Kind::kHardSwish);
    const std::string gate = activation.kind == Kind::kSilu
                                 ? writer_.Node("Sigmoid", {src.name}, Unique(name() + ".gate"))
                                 : writer_.Node("HardSigmoid", {src.name}, Unique(name() + ".gate"),
                                                {{"alpha", 1.0f / 6}, {"beta", 0.5f}});
    return {writer_.Node("Mul", {src.name, gate}, Unique(name())), src.is_vector};
  }

  /// All inputs in one form.
  std::vector<std::string> SameForm(bool& is_vector) {
    is_vector = std::ranges::all_of(node_->inputs, [&](int i) { return values_[i].is_vector; });
    std::vector<std::string> names;
    for (const int input : node_->inputs) {
      names.push_back(is_vector ? values_[input].name
                                : AsImage(values_[input], infos_[input].shape.channels).name);
    }
    return names;
  }
  Value Make(const graph::Add&) {
    Value value;
    const std::vector<std::string> inputs = SameForm(value.is_vector);
    value.name = inputs[0];
    for (std::size_t i = 1; i < inputs.size(); ++i) {
      const bool is_last = i + 1 == inputs.size();
      value.name =
          writer_.Node("Add", {value.name, inputs[i]}, Unique(is_last ? name() : name() + ".sum"));
    }
    return value;
  }
  Value Make(const graph::Concat&) {
    Value value;
    const std::vector<std::string> inputs = SameForm(value.is_vector);
    value.name = writer_.Node("Concat", inputs, Unique(name()), {{"axis", 1L}});
    return value;
  }
  Value Make(const graph::SqueezeExcite& gate) {
    const std::int64_t channels = SrcShape().channels;
    const Value src = AsImage(Src(), channels);
    const auto dense = [&](const char* what, const std::string& from, int param, std::int64_t in,
                           std::int64_t out) {
      const std::string base = std::string(what);
      const auto weights = ChannelsFirst(tensors_.params[param], 1, in, out);
      return writer_.Node("Conv",
                          {from, Tensor((base + ".weights").c_str(), {out, in, 1, 1}, weights),
                           Tensor((base + ".bias").c_str(), {out}, tensors_.params[param + 1])},
                          Unique(name() + "." + base), {{"kernel_shape", std::vector{1L, 1L}}});
    };
    std::string means = writer_.Node("GlobalAveragePool", {src.name}, Unique(name() + ".means"));
    means = dense("reduce", means, 0, channels, gate.units);
    means = writer_.Node("Relu", {means}, Unique(name() + ".relu"));
    means = dense("expand", means, 2, gate.units, channels);
    means = writer_.Node("Sigmoid", {means}, Unique(name() + ".gate"));
    return {writer_.Node("Mul", {src.name, means}, Unique(name()))};
  }
  Value Make(const graph::Dropout&) { return Src(); }
  /// Ours is [row][position][channel].
  Value Make(const graph::Flatten&) {
    const SampleShape src = SrcShape();
    Value value = Src();
    if (value.is_vector) return value;
    if (src.channels == 1 || src.height * src.width == 1) return AsVector(value);
    return AsVector(Transpose(value, name() + ".channels_last", {0, 2, 3, 1}));
  }
  Value Make(const graph::Dense& dense) {
    const std::int64_t in = SrcShape().channels;
    const std::string src = AsVector(Src()).name;
    const auto weights = ChannelsFirst(tensors_.params[0], 1, in, dense.units);
    return {writer_.Node("Gemm",
                         {src, Tensor("weights", {dense.units, in}, weights),
                          Tensor("bias", {dense.units}, tensors_.params[1])},
                         Unique(name()), {{"transB", 1L}}),
            true};
  }

  const Model& model_;
  const OnnxOptions& options_;
  const Network network_;
  const std::vector<graph::NodeInfo> infos_;
  OnnxWriter writer_;
  std::map<std::string, int> times_;  // each name was asked for
  const std::string output_;
  std::vector<Value> values_;          // of each node of the network
  const graph::Node* node_ = nullptr;  // the one that is being made
  NodeTensors tensors_;
};

}  // namespace

std::string ToOnnx(const Model& model, const OnnxOptions& options) {
  Check(model);
  return Export(model, options).Run();
}

}  // namespace netsmith::model
