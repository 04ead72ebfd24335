#include "netsmith/model/cpp_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/base/printable.h"
#include "netsmith/model/cpp_buffers.h"
#include "netsmith/model/cpp_kernels.h"
#include "netsmith/model/network.h"

namespace netsmith::model {
namespace {

using tensor::SampleShape;

std::int64_t Positions(SampleShape shape) { return shape.height * shape.width; }

/// A float as C++ writes it, so that it reads back as the same.
std::string Literal(float value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + "f";
}

std::string QuotedText(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\' && c != '?';
    quoted += is_plain ? std::string(1, c) : fmt::format("\\{:03o}", byte);
  }
  return quoted + "\"";
}

/// What may stand in a comment.
std::string CommentText(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c >= 0x7f || c == '\\'; }, '_');
  return text;
}

/// The statements of Predict, one or a few a node, and what they take.
class Statements {
 public:
  explicit Statements(const Model& model)
      : network_(ForInference({model.graph, model.weights})),
        infos_(graph::Analyze(network_.graph)),
        tensors_(TensorsOfNodes(network_)),
        buffers_(PlanCppBuffers(network_.graph)) {
    const Preprocessing& p = model.preprocessing;
    const auto scales = static_cast<std::int64_t>(p.mean.size());  // one a channel or a value
    Call("Prepare", "{}, {}, input, {}, {}, {}", p.sample.size() / scales, scales, Weights(p.mean),
         Weights(p.deviation), At(buffers_.values[0]));
    for (node_ = 1; node_ < network_.graph.nodes.size(); ++node_) {
      const graph::Node& node = network_.graph.nodes[node_];
      lines_.push_back(fmt::format("// {}: {}", CommentText(node.name), graph::OpName(node.op)));
      std::visit([&](const auto& op) { Make(op); }, node.op);
    }
  }

  void WriteOutput(bool logits) {
    Call(logits ? "Copy" : "Softmax", "{}, {}, output", infos_.back().shape.size(),
         At(buffers_.values.back()));
  }

  const std::vector<std::string>& lines() const { return lines_; }
  const std::vector<float>& weights() const { return weights_; }
  const std::vector<std::string>& kernels() const { return kernels_; }
  std::int64_t buffer_size() const { return buffers_.total; }

 private:
  const std::vector<int>& inputs() const { return network_.graph.nodes[node_].inputs; }
  SampleShape SrcShape() const { return infos_[inputs()[0]].shape; }
  SampleShape DstShape() const { return infos_[node_].shape; }
  static std::string At(std::int64_t offset) { return fmt::format("buffer + {}", offset); }
  std::string Src(std::size_t i = 0) const { return At(buffers_.values[inputs()[i]]); }
  std::string Dst() const { return At(buffers_.values[node_]); }

  std::string Weights(const std::vector<float>& values) {
    const std::size_t offset = weights_.size();
    weights_.insert(weights_.end(), values.begin(), values.end());
    return fmt::format("kWeights + {}", offset);
  }
  std::string Param(int index) { return Weights(tensors_[node_].params[index]); }

  void Need(const char* kernel) {
    if (std::ranges::find(kernels_, kernel) == kernels_.end()) kernels_.emplace_back(kernel);
  }
  template <typename... Args>
  void Call(const char* kernel, fmt::format_string<Args...> arguments, Args&&... args) {
    Need(kernel);
    lines_.push_back(
        fmt::format("{}({});", kernel, fmt::format(arguments, std::forward<Args>(args)...)));
  }

  void Make(const graph::Input&) {}
  void Make(const graph::Dropout&) {}
  void Make(const graph::Flatten&) {}  // the values lie in that order

  void Make(const graph::Conv& conv) {
    const SampleShape src = SrcShape(), dst = DstShape();
    const auto rows = graph::AnalyzeAxis(src.height, conv.kernel_height, conv.stride_height,
                                         conv.dilation_height, conv.padding);
    const auto columns = graph::AnalyzeAxis(src.width, conv.kernel_width, conv.stride_width,
                                            conv.dilation_width, conv.padding);
    const std::string shape = fmt::format(
        "{{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}}", src.height, src.width,
        src.channels, dst.height, dst.width, dst.channels, conv.kernel_height, conv.kernel_width,
        conv.stride_height, conv.stride_width, conv.dilation_height, conv.dilation_width,
        rows.before, columns.before, conv.groups);
    const std::string weights = Param(0);
    Call("Conv", "{}, {}, {}, {}, {}", shape, Src(), weights, conv.bias ? Param(1) : "nullptr",
         Dst());
  }

  template <typename Pool>
  void MakePool(const char* kernel, const Pool& pool) {
    const SampleShape src = SrcShape(), dst = DstShape();
    const auto rows =
        graph::AnalyzeAxis(src.height, pool.window_height, pool.stride_height, 1, pool.padding);
    const auto columns =
        graph::AnalyzeAxis(src.width, pool.window_width, pool.stride_width, 1, pool.padding);
    Need("PoolShape");
    Call(kernel, "{{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}}, {}, {}", src.height, src.width,
         src.channels, dst.height, dst.width, pool.window_height, pool.window_width,
         pool.stride_height, pool.stride_width, rows.before, columns.before, Src(), Dst());
  }
  void Make(const graph::MaxPool& pool) { MakePool("MaxPool", pool); }
  void Make(const graph::AvgPool& pool) { MakePool("AvgPool", pool); }
  void Make(const graph::GlobalAvgPool&) {
    Call("Means", "{}, {}, {}, {}", Positions(SrcShape()), SrcShape().channels, Src(), Dst());
  }

  void Make(const graph::BatchNorm& norm) {
    const NodeTensors& tensors = tensors_[node_];
    std::vector<float> scale, shift;
    for (std::size_t c = 0; c < tensors.params[0].size(); ++c) {
      const double factor =
          tensors.params[0][c] / std::sqrt(double{tensors.running_averages[1][c]} + norm.epsilon);
      scale.push_back(static_cast<float>(factor));
      shift.push_back(static_cast<float>(double{tensors.params[1][c]} -
                                         factor * double{tensors.running_averages[0][c]}));
    }
    const std::string scales = Weights(scale);
    Call("Scale", "{}, {}, {}, {}, {}, {}", Positions(SrcShape()), SrcShape().channels, Src(),
         scales, Weights(shift), Dst());
  }

  static const char* KernelOf(graph::Activation::Kind kind) {
    using enum graph::Activation::Kind;
    switch (kind) {
      case kRelu:
        return "Relu";
      case kRelu6:
        return "Relu6";
      case kSilu:
        return "Silu";
      case kHardSwish:
        return "HardSwish";
    }
    NETSMITH_CHECK(false);
  }
  void Make(const graph::Activation& activation) {
    Call(KernelOf(activation.kind), "{}, {}, {}", DstShape().size(), Src(), Dst());
  }

  void Make(const graph::Add&) {
    Call("Add", "{}, {}, {}, {}", DstShape().size(), Src(0), Src(1), Dst());
    for (std::size_t i = 2; i < inputs().size(); ++i) {
      Call("Add", "{}, {}, {}, {}", DstShape().size(), Dst(), Src(i), Dst());
    }
  }
  void Make(const graph::Concat&) {
    std::int64_t first = 0;
    for (std::size_t i = 0; i < inputs().size(); ++i) {
      const std::int64_t channels = infos_[inputs()[i]].shape.channels;
      Call("CopyChannels", "{}, {}, {}, {}, {}, {}", Positions(DstShape()), channels, Src(i), first,
           DstShape().channels, Dst());
      first += channels;
    }
  }

  void Make(const graph::SqueezeExcite& gate) {
    const std::int64_t channels = SrcShape().channels, positions = Positions(SrcShape());
    const std::int64_t means = buffers_.scratch[node_];
    const std::int64_t hidden = means + channels, logits = hidden + gate.units;
    Call("Means", "{}, {}, {}, {}", positions, channels, Src(), At(means));
    MakeDense(channels, gate.units, At(means), 0, At(hidden));
    Call("Relu", "{}, {}, {}", gate.units, At(hidden), At(hidden));
    MakeDense(gate.units, channels, At(hidden), 2, At(logits));
    Call("Gate", "{}, {}, {}, {}, {}", positions, channels, Src(), At(logits), Dst());
  }
  void Make(const graph::Dense& dense) {
    MakeDense(SrcShape().channels, dense.units, Src(), 0, Dst());
  }
  void MakeDense(std::int64_t in, std::int64_t units, const std::string& src, int param,
                 const std::string& dst) {
    const std::string weights = Param(param);
    Call("Dense", "{}, {}, {}, {}, {}, {}", in, units, src, weights, Param(param + 1), dst);
  }

  const Network network_;
  const std::vector<graph::NodeInfo> infos_;
  const std::vector<NodeTensors> tensors_;
  const CppBuffers buffers_;
  std::size_t node_ = 0;
  std::vector<std::string> lines_, kernels_;
  std::vector<float> weights_;
};

// Of C++20, a space around each: the source is C++11, but may be compiled as newer.
constexpr std::string_view kKeywords =
    " alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t"
    " char16_t char32_t class compl concept const consteval constexpr constinit const_cast"
    " continue co_await co_return co_yield decltype default delete do double dynamic_cast else"
    " enum explicit export extern false float for friend goto if inline int long mutable"
    " namespace new noexcept not not_eq nullptr operator or or_eq private protected public"
    " register reinterpret_cast requires return short signed sizeof static static_assert"
    " static_cast struct switch template this thread_local throw true try typedef typeid"
    " typename union unsigned using virtual void volatile wchar_t while xor xor_eq ";

void CheckNamespace(const std::string& name) {
  const auto is_part = [](unsigned char c) { return c < 0x80 && (std::isalnum(c) || c == '_'); };
  const bool is_identifier = std::ranges::all_of(name, is_part) &&
                             (name.empty() || !std::isdigit(static_cast<unsigned char>(name[0])));
  const bool is_keyword = kKeywords.find(" " + name + " ") != std::string_view::npos;
  if (is_identifier && !is_keyword) return;
  throw base::InvalidArgument(
      fmt::format("found namespace '{}', expected letters, digits and _, and no keyword of C++",
                  base::Printable(name)));
}

std::string Header(const Model& model, const CppOptions& options, std::int64_t buffer_size) {
  const SampleShape& sample = model.preprocessing.sample;
  const std::string guard = fmt::format("NETSMITH_MODEL_{}H_",
                                        options.name_space.empty() ? "" : options.name_space + "_");
  const bool inside = !options.name_space.empty();
  return fmt::format(
      R"(// Made by netsmith. One sample goes in as its file has it, not scaled: [height][width][channels].
#ifndef {0}
#define {0}

{1}const int kInputHeight = {2};
const int kInputWidth = {3};
const int kInputChannels = {4};
const int kInputSize = {5};
const int kOutputSize = {6};  // classes

extern const char* const kClassNames[kOutputSize];

// From kInputSize values to {7} of each class. Works in {8} bytes of its own: one call
// at a time.
void Predict(const float* input, float* output);
{9}
#endif
)",
      guard, inside ? fmt::format("namespace {} {{\n\n", options.name_space) : "", sample.height,
      sample.width, sample.channels, sample.size(), model.class_names.size(),
      options.logits ? "the logit" : "the probability", 4 * buffer_size,
      inside ? fmt::format("\n}}  // namespace {}\n", options.name_space) : "");
}

void AppendWeights(const std::vector<float>& weights, std::string& to) {
  constexpr std::size_t kALine = 8;
  to += fmt::format("const float kWeights[{}] = {{", weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    to += (i % kALine == 0 ? "\n    " : " ") + Literal(weights[i]) + ",";
  }
  to += "\n};\n\n";
}

}  // namespace

CppSource ToCpp(const Model& model, const CppOptions& options) {
  Check(model);
  CheckNamespace(options.name_space);
  Statements statements(model);
  statements.WriteOutput(options.logits);
  std::string source = "// Made by netsmith: weights, the operations they take, and Predict.\n";
  source += "#include \"model.h\"\n\n#include <cmath>\n\n";
  if (!options.name_space.empty()) source += fmt::format("namespace {} {{\n", options.name_space);
  source += "namespace {\n\n";
  AppendWeights(statements.weights(), source);
  source += fmt::format("float buffer[{}];\n\n", statements.buffer_size());
  for (const std::string& kernel : statements.kernels()) {
    source += std::string(CppKernel(kernel)) + "\n";
  }
  source += "}  // namespace\n\nconst char* const kClassNames[kOutputSize] = {\n";
  for (const std::string& name : model.class_names) source += "    " + QuotedText(name) + ",\n";
  source += "};\n\nvoid Predict(const float* input, float* output) {\n";
  for (const std::string& line : statements.lines()) source += "  " + line + "\n";
  source += "}\n";
  if (!options.name_space.empty()) {
    source += fmt::format("\n}}  // namespace {}\n", options.name_space);
  }
  return {.header = Header(model, options, statements.buffer_size()), .source = source};
}

}  // namespace netsmith::model
