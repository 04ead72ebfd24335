#include "netsmith/space/file/node_ops.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"

namespace netsmith::space {
namespace {

using Values = std::map<std::string, std::vector<Value>>;
using Keys = std::vector<NodeKey>;

const std::map<std::string, Keys>& AllKeys() {
  using enum ValueKind;
  static const Keys kWindow = {{.name = "window", .kind = kWhole, .required = true, .pair = true},
                               {.name = "stride", .kind = kWhole, .pair = true},
                               {.name = "padding", .kind = kWord}};
  static const Keys kUnits = {{.name = "units", .kind = kWhole, .required = true}};
  static const std::map<std::string, Keys> kKeys = {
      {"conv",
       {{.name = "filters", .kind = kWhole, .required = true},
        {.name = "kernel", .kind = kWhole, .required = true, .pair = true},
        {.name = "stride", .kind = kWhole, .pair = true},
        {.name = "dilation", .kind = kWhole, .pair = true},
        {.name = "groups", .kind = kWhole},
        {.name = "padding", .kind = kWord},
        {.name = "bias", .kind = kTruth}}},
      {"max_pool", kWindow},
      {"avg_pool", kWindow},
      {"global_avg_pool", {}},
      {"batch_norm", {{.name = "epsilon", .kind = kReal}, {.name = "momentum", .kind = kReal}}},
      {"relu", {}},
      {"relu6", {}},
      {"silu", {}},
      {"hard_swish", {}},
      {"add", {}},
      {"concat", {}},
      {"squeeze_excite", kUnits},
      {"dropout", {{.name = "rate_percent", .kind = kReal, .required = true}}},
      {"flatten", {}},
      {"dense", kUnits},
      {"identity", {}}};
  return kKeys;
}

std::int64_t Whole(const Values& values, const std::string& key, std::int64_t usual) {
  const auto found = values.find(key);
  return found == values.end() ? usual : std::get<std::int64_t>(found->second.front());
}
double Real(const Values& values, const std::string& key, double usual) {
  const auto found = values.find(key);
  if (found == values.end()) return usual;
  const Value& value = found->second.front();
  const auto* whole = std::get_if<std::int64_t>(&value);
  return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value);
}
/// Height and width; one value serves both.
std::pair<std::int64_t, std::int64_t> Pair(const Values& values, const std::string& key) {
  const auto found = values.find(key);
  if (found == values.end()) return {1, 1};
  return {std::get<std::int64_t>(found->second.front()),
          std::get<std::int64_t>(found->second.back())};
}
graph::Padding PaddingOf(const Values& values, const std::string& name) {
  const auto found = values.find("padding");
  if (found == values.end()) return graph::Padding::kSame;
  const auto& word = std::get<std::string>(found->second.front());
  if (word == "same") return graph::Padding::kSame;
  if (word == "valid") return graph::Padding::kValid;
  throw base::InvalidArgument(
      fmt::format("node '{}': padding is '{}', expected same or valid", name, word));
}

int AddConv(NetworkBuilder& network, int src, const Values& values, const std::string& name) {
  graph::Conv conv{.filters = Whole(values, "filters", 1),
                   .groups = Whole(values, "groups", 1),
                   .padding = PaddingOf(values, name)};
  std::tie(conv.kernel_height, conv.kernel_width) = Pair(values, "kernel");
  std::tie(conv.stride_height, conv.stride_width) = Pair(values, "stride");
  std::tie(conv.dilation_height, conv.dilation_width) = Pair(values, "dilation");
  const auto bias = values.find("bias");
  if (bias != values.end()) conv.bias = std::get<bool>(bias->second.front());
  return network.Conv(src, conv, name);
}

template <typename Pool>
int AddPool(NetworkBuilder& network, int src, const Values& values, const std::string& name) {
  Pool pool;
  pool.padding = PaddingOf(values, name);
  std::tie(pool.window_height, pool.window_width) = Pair(values, "window");
  std::tie(pool.stride_height, pool.stride_width) = Pair(values, "stride");
  return network.Pool(src, pool, name);
}

graph::Op PlainOp(const std::string& op, const Values& values) {
  using Kind = graph::Activation::Kind;
  if (op == "relu") return graph::Activation{Kind::kRelu};
  if (op == "relu6") return graph::Activation{Kind::kRelu6};
  if (op == "silu") return graph::Activation{Kind::kSilu};
  if (op == "hard_swish") return graph::Activation{Kind::kHardSwish};
  if (op == "global_avg_pool") return graph::GlobalAvgPool{};
  if (op == "add") return graph::Add{};
  if (op == "concat") return graph::Concat{};
  if (op == "flatten") return graph::Flatten{};
  if (op == "squeeze_excite") return graph::SqueezeExcite{Whole(values, "units", 1)};
  if (op == "dense") return graph::Dense{Whole(values, "units", 1)};
  if (op == "dropout") return graph::Dropout{Real(values, "rate_percent", 0)};
  NETSMITH_CHECK(op == "batch_norm");
  const graph::BatchNorm usual;
  return graph::BatchNorm{.epsilon = Real(values, "epsilon", usual.epsilon),
                          .momentum = Real(values, "momentum", usual.momentum)};
}

}  // namespace

const std::vector<NodeKey>* KeysOf(const std::string& op) {
  const auto found = AllKeys().find(op);
  return found == AllKeys().end() ? nullptr : &found->second;
}

std::vector<std::string> OpNames() {
  std::vector<std::string> names;
  for (const auto& [name, keys] : AllKeys()) names.push_back(name);
  return names;
}

int AddNode(NetworkBuilder& network, const std::string& op, std::vector<int> inputs,
            const Values& values, const std::string& name) {
  if (op == "identity") return inputs.front();
  if (op == "conv") return AddConv(network, inputs.front(), values, name);
  if (op == "max_pool") return AddPool<graph::MaxPool>(network, inputs.front(), values, name);
  if (op == "avg_pool") return AddPool<graph::AvgPool>(network, inputs.front(), values, name);
  return network.Add(PlainOp(op, values), std::move(inputs), name);
}

}  // namespace netsmith::space
