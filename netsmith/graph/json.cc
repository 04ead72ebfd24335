#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "netsmith/base/error.h"
#include "netsmith/base/json_depth.h"
#include "netsmith/graph/graph.h"

namespace netsmith::graph {
namespace {

using base::ConfigError;
using nlohmann::json;

constexpr std::array<const char*, 2> kPaddings = {"same", "valid"};

/// What has its usual value is left out.
template <typename Value>
void WriteUnless(json& node, const char* key, const Value& value, const Value& usual) {
  if (value != usual) node[key] = value;
}
using Pair = std::array<std::int64_t, 2>;
constexpr Pair kOnes = {1, 1};

template <typename Window>
void WriteSteps(const Window& window, json& node) {
  WriteUnless(node, "stride", Pair{window.stride_height, window.stride_width}, kOnes);
  WriteUnless(node, "padding", std::string(kPaddings.at(static_cast<std::size_t>(window.padding))),
              std::string("same"));
}
template <typename Pool>
void WritePool(const Pool& pool, json& node) {
  node["window"] = {pool.window_height, pool.window_width};
  WriteSteps(pool, node);
}

void Write(const Conv& conv, json& node) {
  node["filters"] = conv.filters;
  node["kernel"] = {conv.kernel_height, conv.kernel_width};
  WriteSteps(conv, node);
  WriteUnless(node, "dilation", Pair{conv.dilation_height, conv.dilation_width}, kOnes);
  WriteUnless(node, "groups", conv.groups, std::int64_t{1});
  WriteUnless(node, "bias", conv.bias, true);
}
void Write(const MaxPool& pool, json& node) { WritePool(pool, node); }
void Write(const AvgPool& pool, json& node) { WritePool(pool, node); }
void Write(const BatchNorm& norm, json& node) {
  WriteUnless(node, "epsilon", norm.epsilon, BatchNorm{}.epsilon);
  WriteUnless(node, "momentum", norm.momentum, BatchNorm{}.momentum);
}
void Write(const SqueezeExcite& gate, json& node) { node["units"] = gate.units; }
void Write(const Dropout& dropout, json& node) { node["rate_percent"] = dropout.rate_percent; }
void Write(const Dense& dense, json& node) { node["units"] = dense.units; }
/// Operations that their name says all about.
template <typename Plain>
void Write(const Plain&, json&) {}

/// Reads the members of one JSON object; every error names the place, and so does a member that
/// nobody asked for.
class Reader {
 public:
  Reader(const json& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object.is_object()) Fail("is {}, expected an object", object.type_name());
  }

  template <typename... Args>
  [[noreturn]] void Fail(fmt::format_string<Args...> what, Args&&... args) const {
    throw ConfigError(place_ + ": " + fmt::format(what, std::forward<Args>(args)...));
  }
  bool Has(const char* key) {
    used_.insert(key);
    return object_.contains(key);
  }
  const json& Member(const char* key) {
    if (!Has(key)) Fail("'{}' is missing", key);
    return object_[key];
  }
  std::string Text(const char* key) {
    const json& value = Member(key);
    if (!value.is_string()) Fail("'{}' is {}, expected a text", key, value.dump());
    return value.get<std::string>();
  }
  std::int64_t Whole(const char* key) { return Whole(key, Member(key)); }
  double Number(const char* key) {
    const json& value = Member(key);
    if (!value.is_number()) Fail("'{}' is {}, expected a number", key, value.dump());
    return value.get<double>();
  }
  std::vector<std::int64_t> Wholes(const char* key, std::size_t count) {
    const json& value = Member(key);
    if (!value.is_array() || value.size() != count) {
      Fail("'{}' is {}, expected an array of {} whole numbers", key, value.dump(), count);
    }
    std::vector<std::int64_t> numbers;
    for (const json& element : value) numbers.push_back(Whole(key, element));
    return numbers;
  }
  double NumberOr(const char* key, double usual) { return Has(key) ? Number(key) : usual; }
  std::int64_t WholeOr(const char* key, std::int64_t usual) {
    return Has(key) ? Whole(key) : usual;
  }
  Pair RequiredPair(const char* key) {
    const std::vector<std::int64_t> numbers = Wholes(key, 2);
    return {numbers[0], numbers[1]};
  }
  Pair PairOr(const char* key, Pair usual) { return Has(key) ? RequiredPair(key) : usual; }
  bool FlagOr(const char* key, bool usual) {
    if (!Has(key)) return usual;
    const json& value = Member(key);
    if (!value.is_boolean()) Fail("'{}' is {}, expected true or false", key, value.dump());
    return value.get<bool>();
  }
  Padding PaddingOr(const char* key, Padding usual) {
    if (!Has(key)) return usual;
    const std::string word = Text(key);
    for (std::size_t i = 0; i < kPaddings.size(); ++i) {
      if (word == kPaddings[i]) return static_cast<Padding>(i);
    }
    Fail("'{}' is '{}', expected same or valid", key, word);
  }
  void RefuseUnknownMembers() const {
    for (const auto& [key, value] : object_.items()) {
      if (!used_.contains(key)) Fail("'{}' is not known here", key);
    }
  }

 private:
  std::int64_t Whole(const char* key, const json& value) const {
    if (!value.is_number_integer() ||
        (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX)) {
      Fail("'{}' has {}, expected a whole number", key, value.dump());
    }
    return value.get<std::int64_t>();
  }

  const json& object_;
  std::string place_;
  std::set<std::string> used_;
};

Op ReadConv(Reader& node) {
  const Pair kernel = node.RequiredPair("kernel");
  const Pair stride = node.PairOr("stride", kOnes);
  const Pair dilation = node.PairOr("dilation", kOnes);
  return Conv{.filters = node.Whole("filters"),
              .kernel_height = kernel[0],
              .kernel_width = kernel[1],
              .stride_height = stride[0],
              .stride_width = stride[1],
              .dilation_height = dilation[0],
              .dilation_width = dilation[1],
              .groups = node.WholeOr("groups", 1),
              .padding = node.PaddingOr("padding", Padding::kSame),
              .bias = node.FlagOr("bias", true)};
}

template <typename Pool>
Op ReadPool(Reader& node) {
  const Pair window = node.RequiredPair("window");
  const Pair stride = node.PairOr("stride", kOnes);
  return Pool{.window_height = window[0],
              .window_width = window[1],
              .stride_height = stride[0],
              .stride_width = stride[1],
              .padding = node.PaddingOr("padding", Padding::kSame)};
}

Op ReadBatchNorm(Reader& node) {
  const BatchNorm usual;
  return BatchNorm{.epsilon = node.NumberOr("epsilon", usual.epsilon),
                   .momentum = node.NumberOr("momentum", usual.momentum)};
}

template <Activation::Kind kKind>
Op ReadActivation(Reader&) {
  return Activation{kKind};
}

using ReadOp = Op (*)(Reader&);

/// The one table of operation names and how each is read.
const std::map<std::string, ReadOp>& OpReaders() {
  static const std::map<std::string, ReadOp> readers = {
      {"input", [](Reader&) -> Op { return Input{}; }},
      {"conv", ReadConv},
      {"max_pool", ReadPool<MaxPool>},
      {"avg_pool", ReadPool<AvgPool>},
      {"global_avg_pool", [](Reader&) -> Op { return GlobalAvgPool{}; }},
      {"batch_norm", ReadBatchNorm},
      {"relu", ReadActivation<Activation::Kind::kRelu>},
      {"relu6", ReadActivation<Activation::Kind::kRelu6>},
      {"silu", ReadActivation<Activation::Kind::kSilu>},
      {"hard_swish", ReadActivation<Activation::Kind::kHardSwish>},
      {"add", [](Reader&) -> Op { return Add{}; }},
      {"concat", [](Reader&) -> Op { return Concat{}; }},
      {"squeeze_excite", [](Reader& node) -> Op { return SqueezeExcite{node.Whole("units")}; }},
      {"dropout", [](Reader& node) -> Op { return Dropout{node.Number("rate_percent")}; }},
      {"flatten", [](Reader&) -> Op { return Flatten{}; }},
      {"dense", [](Reader& node) -> Op { return Dense{node.Whole("units")}; }},
  };
  return readers;
}

Op ReadOperation(Reader& node) {
  const std::string name = node.Text("op");
  const auto reader = OpReaders().find(name);
  if (reader == OpReaders().end()) {
    std::string known;
    for (const auto& [key, value] : OpReaders()) known += (known.empty() ? "" : ", ") + key;
    node.Fail("op '{}' is unknown; known are {}", name, known);
  }
  return reader->second(node);
}

/// Inputs are names of earlier nodes; without any, the node before.
std::vector<int> ReadInputs(Reader& node, const std::map<std::string, int>& earlier) {
  const int index = static_cast<int>(earlier.size());
  if (!node.Has("inputs")) return index == 0 ? std::vector<int>{} : std::vector<int>{index - 1};
  const json& names = node.Member("inputs");
  if (!names.is_array()) node.Fail("'inputs' is {}, expected an array of names", names.dump());
  std::vector<int> inputs;
  for (const json& name : names) {
    const auto found = name.is_string() ? earlier.find(name.get<std::string>()) : earlier.end();
    if (found == earlier.end()) node.Fail("input {} is not an earlier node", name.dump());
    inputs.push_back(found->second);
  }
  return inputs;
}

json Parse(const std::string& text, const std::string& where) {
  if (base::JsonDepth(text) > base::kMaxJsonDepth) {
    throw ConfigError(fmt::format("{}: brackets are nested {} deep, at most {} are possible", where,
                                  base::JsonDepth(text), base::kMaxJsonDepth));
  }
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size()));
    const auto line = std::count(text.begin(), end, '\n') + 1;
    throw ConfigError(fmt::format("{}:{}: not JSON, at byte {}", where, line, error.byte));
  } catch (const json::out_of_range&) {
    throw ConfigError(fmt::format("{}: has a number that is too large", where));
  }
}

}  // namespace

std::string ToJson(const Graph& graph) {
  json nodes = json::array();
  for (const Node& node : graph.nodes) {
    json object = {{"name", node.name}, {"op", OpName(node.op)}};
    if (!node.inputs.empty()) {
      for (const int input : node.inputs) object["inputs"].push_back(graph.nodes.at(input).name);
    }
    std::visit([&](const auto& op) { Write(op, object); }, node.op);
    nodes.push_back(std::move(object));
  }
  const SampleShape& in = graph.input;
  return json{{"input", {in.height, in.width, in.channels}}, {"nodes", std::move(nodes)}}.dump(1);
}

Graph FromJson(const std::string& text, const std::string& where) {
  const json parsed = Parse(text, where);
  Reader top(parsed, where);
  const auto input = top.Wholes("input", 3);
  Graph graph{.input = {input[0], input[1], input[2]}, .nodes = {}};
  const json& nodes = top.Member("nodes");
  if (!nodes.is_array()) top.Fail("'nodes' is {}, expected an array", nodes.type_name());
  top.RefuseUnknownMembers();
  std::map<std::string, int> earlier;
  for (const json& object : nodes) {
    Reader node(object, fmt::format("{}: node {}", where, earlier.size()));
    const std::string name = node.Text("name");
    if (std::ranges::any_of(name, [](unsigned char c) { return c < ' ' || c == 0x7f; })) {
      node.Fail("'name' is {}, expected a text without control characters", json(name).dump());
    }
    const Op op = ReadOperation(node);
    const std::vector<int> inputs = ReadInputs(node, earlier);
    node.RefuseUnknownMembers();
    if (!earlier.emplace(name, static_cast<int>(earlier.size())).second) {
      node.Fail("the name '{}' is taken", name);
    }
    graph.Add(op, inputs, name);
  }
  try {
    Analyze(graph);
  } catch (const base::InvalidArgument& invalid) {
    throw base::InvalidArgument(where + ": " + invalid.what());
  }
  return graph;
}

}  // namespace netsmith::graph
