#include "netsmith/space/file/space_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/file.h"
#include "netsmith/base/random.h"
#include "netsmith/base/toml.h"
#include "netsmith/space/file/node_ops.h"
#include "netsmith/space/file/toml_reader.h"
#include "netsmith/space/hyperparameters.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::space {
namespace {

std::int64_t ReadWhole(const TomlTable& in, const std::string& key, const toml::node& node) {
  if (!node.is_integer()) {
    in.Fail(node, fmt::format("{}: found {}, expected a whole number", key, KindName(node)));
  }
  constexpr std::int64_t kLargest = std::int64_t{1} << 53;  // what a store holds exactly
  const std::int64_t value = node.as_integer()->get();
  if (value < -kLargest || value > kLargest) {
    in.Fail(node, fmt::format("{}: found {}, expected -2^53 to 2^53", key, value));
  }
  return value;
}

Value ReadOption(const TomlTable& in, const toml::node& node, const std::string& decision) {
  if (node.is_integer()) return ReadWhole(in, decision, node);
  if (const auto* truth = node.as_boolean()) return truth->get();
  if (const auto* word = node.as_string()) return word->get();
  if (node.is_floating_point()) return in.ToExpression(node).Evaluate({});
  in.Fail(node, fmt::format("decision {}: found {}, expected numbers, words, or true and false",
                            decision, KindName(node)));
}

/// True where `a` may stand before `b`.
bool Ascends(const Value& a, const Value& b) {
  return std::holds_alternative<std::string>(a) ? a != b : a < b;
}

void CheckOptionCount(std::size_t count, const std::string& decision, const Place& place) {
  if (count == 1) {
    place.Fail(
        fmt::format("decision {} has one option, expected at least 2: write the value where "
                    "it is used",
                    decision));
  }
  if (count >= 2 && count <= kMaxOptions) return;
  place.Fail(
      fmt::format("decision {} has {} options, expected 2 to {}", decision, count, kMaxOptions));
}

std::vector<Value> ReadOptions(const TomlTable& in, const toml::array& array,
                               const std::string& decision) {
  CheckOptionCount(array.size(), decision, in.PlaceOf(array));
  std::vector<Value> options;
  for (const toml::node& node : array) {
    Value option = ReadOption(in, node, decision);
    if (!options.empty() && KindOf(option) != KindOf(options.front())) {
      in.Fail(node,
              fmt::format("decision {}: found {} after {}, expected options of one kind", decision,
                          ToString(KindOf(option)), ToString(KindOf(options.front()))));
    }
    if (!options.empty() && !Ascends(options.back(), option)) {
      in.Fail(node, fmt::format("decision {}: found {} after {}, expected ascending options",
                                decision, ToString(option), ToString(options.back())));
    }
    if (std::ranges::find(options, option) != options.end()) {
      in.Fail(node, fmt::format("decision {}: found {} twice", decision, ToString(option)));
    }
    options.push_back(std::move(option));
  }
  return options;
}

/// from, to, step: the whole numbers in between, both ends among them.
std::vector<Value> ReadRange(TomlTable& in, const std::string& decision) {
  const toml::node* first = in.Find("from");
  const toml::node* last = in.Find("to");
  const toml::node* step_node = in.Find("step");
  if (first == nullptr || last == nullptr) {
    in.place().Fail(fmt::format("decision {}: expected options, or from and to", decision));
  }
  const std::int64_t from = ReadWhole(in, "from", *first);
  const std::int64_t to = ReadWhole(in, "to", *last);
  const std::int64_t step = step_node == nullptr ? 1 : ReadWhole(in, "step", *step_node);
  if (step < 1) in.Fail(*step_node, fmt::format("step: found {}, expected at least 1", step));
  const std::int64_t count = to < from ? 0 : (to - from) / step + 1;
  CheckOptionCount(static_cast<std::size_t>(count), decision, in.place());
  std::vector<Value> options;
  for (std::int64_t i = 0; i < count; ++i) options.emplace_back(from + i * step);
  return options;
}

class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  SpaceFile Read(const toml::table& root) const {
    SpaceFile file;
    file.path = path_;
    TomlTable top(root, path_, "a space");
    file.description = top.TextOr("description", "");
    file.network.place = {path_, 1, 1};
    if (const auto* table = top.FindTable("decisions")) {
      file.network.decisions = ReadDecisions(*table);
    }
    if (const auto* array = top.FindArray("network")) file.network.nodes = ReadNodes(*array);
    if (const auto* table = top.FindTable("blocks")) ReadBlocks(*table, file);
    if (const auto* array = top.FindArray("require")) {
      for (const toml::node& node : *array) file.require.push_back(top.ToExpression(node));
    }
    if (const auto* table = top.FindTable("training")) ReadTraining(*table, file);
    top.RefuseOthers();
    return file;
  }

 private:
  std::vector<FileDecision> ReadDecisions(const toml::table& table) const {
    std::vector<FileDecision> decisions;
    TomlTable in(table, path_, "decisions");
    for (const TomlTable::Member& member : in.Members()) {
      CheckName(member.key, member.place);
      decisions.push_back(ReadDecision(in, member));
    }
    return decisions;
  }

  FileDecision ReadDecision(const TomlTable& in, const TomlTable::Member& member) const {
    const auto& [name, place, node_pointer] = member;
    const toml::node& node = *node_pointer;
    FileDecision decision{.name = name, .place = place, .options = {}, .when = {}};
    if (const auto* array = node.as_array()) {
      decision.options = ReadOptions(in, *array, name);
      return decision;
    }
    if (!node.is_table()) {
      in.Fail(node, fmt::format("decision {}: found {}, expected an array of options or a table",
                                name, KindName(node)));
    }
    TomlTable table(*node.as_table(), path_, "a decision");
    if (const auto* array = table.FindArray("options")) {
      decision.options = ReadOptions(table, *array, name);
    } else {
      decision.options = ReadRange(table, name);
    }
    if (const auto* when = table.Find("when")) decision.when = table.ToExpression(*when);
    table.RefuseOthers();
    return decision;
  }

  std::vector<FileNode> ReadNodes(const toml::array& array) const {
    std::vector<FileNode> nodes;
    for (const toml::node& node : array) {
      if (!node.is_table()) {
        Place{path_, node.source().begin.line, node.source().begin.column}.Fail(
            fmt::format("found {}, expected the table of a node", KindName(node)));
      }
      nodes.push_back(ReadNode(*node.as_table()));
    }
    return nodes;
  }

  FileNode ReadNode(const toml::table& table) const {
    TomlTable in(table, path_, "a node");
    FileNode node;
    node.place = in.place();
    const toml::node* op = in.Find("op");
    const toml::node* block = in.Find("block");
    if ((op == nullptr) == (block == nullptr)) {
      node.place.Fail("a node: expected op or block, and not both");
    }
    ReadCommon(in, node);
    if (op != nullptr) {
      ReadOp(in, *op, node);
    } else {
      node.block = in.TextOr("block", "");
      node.name = in.TextOr("name", *node.block);
      if (const auto* repeat = in.Find("repeat")) node.repeat = in.ToExpression(*repeat);
      in.RefuseOthers();
    }
    CheckName(node.name, node.place);
    return node;
  }

  void ReadCommon(TomlTable& in, FileNode& node) const {
    if (const auto* when = in.Find("when")) node.when = in.ToExpression(*when);
    const toml::node* inputs = in.Find("inputs");
    if (inputs == nullptr) return;
    if (!inputs->is_array() || inputs->as_array()->empty()) {
      in.Fail(*inputs, "inputs: expected an array of names of earlier nodes");
    }
    for (const toml::node& input : *inputs->as_array()) {
      if (!input.is_string()) {
        in.Fail(input, fmt::format("inputs: found {}, expected a node's name", KindName(input)));
      }
      node.inputs.push_back({input.as_string()->get(), in.PlaceOf(input)});
    }
  }

  /// The operation is named, or a decision chooses it; its keys are those of all that may be
  /// chosen, which is settled when decisions are known.
  void ReadOp(TomlTable& in, const toml::node& op, FileNode& node) const {
    if (!op.is_string()) {
      in.Fail(op, fmt::format("op: found {}, expected a name", KindName(op)));
    }
    const std::string text = op.as_string()->get();
    node.op = KeysOf(text) != nullptr ? Expression(text, in.PlaceOf(op)) : in.ToExpression(op);
    node.name = in.TextOr("name", KeysOf(text) != nullptr ? text : "op");
    in.Find("name");
    static const std::set<std::string> kCommon = {"op", "name", "when", "inputs"};
    for (const auto& member : in.Members()) {
      if (kCommon.contains(member.key)) continue;
      node.attributes[member.key] = ReadAttribute(in, member);
    }
  }

  static std::vector<Expression> ReadAttribute(const TomlTable& in,
                                               const TomlTable::Member& member) {
    const toml::node& node = *member.node;
    if (member.key == "padding" && node.is_string()) {
      return {Expression(node.as_string()->get(), in.PlaceOf(node))};
    }
    const auto* array = node.as_array();
    if (array == nullptr) return {in.ToExpression(node)};
    if (array->size() != 2) {
      in.Fail(node, fmt::format("{}: found {} values, expected one, or height and width",
                                member.key, array->size()));
    }
    return {in.ToExpression(*array->get(0)), in.ToExpression(*array->get(1))};
  }

  void ReadBlocks(const toml::table& table, SpaceFile& file) const {
    for (const auto& [name, place, node] : TomlTable(table, path_, "blocks").Members()) {
      CheckName(name, place);
      if (!node->is_table()) {
        place.Fail(fmt::format("block {}: found {}, expected a table", name, KindName(*node)));
      }
      TomlTable in(*node->as_table(), path_, "a block");
      FileBlock block{.name = name, .place = place, .decisions = {}, .nodes = {}};
      if (const auto* decisions = in.FindTable("decisions")) {
        block.decisions = ReadDecisions(*decisions);
      }
      if (const auto* nodes = in.FindArray("nodes")) block.nodes = ReadNodes(*nodes);
      in.RefuseOthers();
      if (block.nodes.empty()) place.Fail(fmt::format("block {} has no nodes", name));
      file.blocks.emplace(name, std::move(block));
    }
  }

  void ReadTraining(const toml::table& table, SpaceFile& file) const {
    TomlTable in(table, path_, "training");
    for (const std::string& name : HyperparameterNames()) {
      const auto* node = in.Find(name);
      if (node != nullptr) file.training.emplace(name, in.ToExpression(*node));
    }
    in.RefuseOthers();
  }

  std::string path_;
};

/// Of what the tables hold: comments, spacing and the order of keys do not count.
std::string HashOf(const toml::table& table) {
  std::ostringstream json;
  json << toml::json_formatter(table);
  const base::RandomStreams mix(0);
  return fmt::format("{:016x}{:016x}", mix.SeedFor(json.str(), 0), mix.SeedFor(json.str(), 1));
}

}  // namespace

SpaceFile ParseSpaceFile(std::string_view content, const std::string& path) {
  const toml::table table = base::ParseToml(content, path);
  SpaceFile file = Reader(path).Read(table);
  file.hash = HashOf(table);
  return file;
}

SpaceFile ReadSpaceFile(const std::string& path) {
  const std::optional<std::string> content = base::ReadFile(path);
  if (!content) {
    throw base::ConfigError(fmt::format("{}: cannot be read as a search space: {}", path,
                                        std::generic_category().message(errno)));
  }
  return ParseSpaceFile(*content, path);
}

}  // namespace netsmith::space
