#include "netsmith/space/file/file_checker.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "netsmith/space/file/node_ops.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::space {
namespace {

bool IsShapeName(const std::string& name) {
  return name == "in.height" || name == "in.width" || name == "in.channels" || name == "classes";
}

bool Fits(ValueKind found, ValueKind expected) {
  return found == expected || (expected == ValueKind::kReal && found == ValueKind::kWhole);
}

}  // namespace

void FileChecker::Check() {
  for (std::size_t frame = 0; frame < expanded_.frames().size(); ++frame) {
    CheckFrame(static_cast<int>(frame));
  }
  CheckRequirements();
  for (const auto& [name, formula] : expanded_.file().training) {
    CheckKind(0, formula, ValueKind::kReal, /*with_shapes=*/false);
  }
  for (const auto& [condition, can_hold] : can_hold_) {
    if (!can_hold) condition->place().Fail(fmt::format("'{}' never holds", condition->text()));
  }
  CheckUses();
}

ValueKind FileChecker::KindOfName(int frame, const std::string& name, const Place& place,
                                  bool with_shapes) {
  if (IsShapeName(name)) {
    if (!with_shapes) place.Fail(fmt::format("'{}' is known only in nodes", name));
    return ValueKind::kWhole;
  }
  if (name == "index") {
    int at = frame;
    while (at >= 0 && !expanded_.frames()[static_cast<std::size_t>(at)].index) {
      at = expanded_.frames()[static_cast<std::size_t>(at)].parent;
    }
    if (at < 0) place.Fail("'index' is known only in blocks that are repeated");
    return ValueKind::kWhole;
  }
  const int decision = expanded_.FindDecision(frame, name);
  if (decision < 0) place.Fail(fmt::format("unknown decision {}", Quoted(name)));
  used_.insert(&expanded_.source(static_cast<std::size_t>(decision)));
  return expanded_.source(static_cast<std::size_t>(decision)).kind();
}

void FileChecker::CheckKind(int frame, const Expression& formula, ValueKind expected,
                            bool with_shapes) {
  const ValueKind found = formula.Check([&](const std::string& name, const Place& place) {
    return KindOfName(frame, name, place, with_shapes);
  });
  if (Fits(found, expected)) return;
  formula.place().Fail(
      fmt::format("'{}' is {}, expected {}", formula.text(), ToString(found), ToString(expected)));
}

void FileChecker::CheckConditions(int frame, const Expression& formula) {
  for (const std::string& name : formula.names()) {
    std::vector<int> path;
    const int decision = expanded_.FindDecision(frame, name);
    if (decision >= 0) CheckDecision(decision, path);
  }
}

/// `path` holds the decisions whose conditions lead here.
void FileChecker::CheckDecision(int decision, std::vector<int>& path) {
  const FileDecision& source = expanded_.source(static_cast<std::size_t>(decision));
  if (!source.when) return;
  const int frame = expanded_.sources_[static_cast<std::size_t>(decision)].frame;
  const bool again = std::ranges::find(path, decision) != path.end();
  path.push_back(decision);
  if (again) {
    std::vector<std::string> names;
    for (const int each : path)
      names.push_back(expanded_.decisions()[static_cast<std::size_t>(each)].name);
    source.when->place().Fail(fmt::format("the condition of decision {} leads back to it: {}",
                                          names.back(), fmt::join(names, " > ")));
  }
  CheckKind(frame, *source.when, ValueKind::kTruth, /*with_shapes=*/false);
  for (const std::string& name : source.when->names()) {
    const int other = expanded_.FindDecision(frame, name);
    if (other >= 0) CheckDecision(other, path);
  }
  path.pop_back();
}

void FileChecker::CheckFrame(int frame) {
  const Frame& at = expanded_.frames()[static_cast<std::size_t>(frame)];
  for (std::size_t i = 0; i < at.block->decisions.size(); ++i) {
    std::vector<int> path;
    CheckDecision(at.first_decision + static_cast<int>(i), path);
    const auto& when = at.block->decisions[i].when;
    if (when) TryCondition(frame, *when);
  }
  for (std::size_t node = 0; node < at.block->nodes.size(); ++node) {
    CheckNode(frame, *at.block, node);
  }
}

void FileChecker::CheckNode(int frame, const FileBlock& block, std::size_t index) {
  const FileNode& node = block.nodes[index];
  CheckInputs(block, index);
  if (node.when) {
    CheckKind(frame, *node.when, ValueKind::kTruth, /*with_shapes=*/true);
    CheckConditions(frame, *node.when);
    TryCondition(frame, *node.when);
  }
  if (node.op) CheckOperation(frame, node);
  if (node.repeat) CheckKind(frame, *node.repeat, ValueKind::kWhole, /*with_shapes=*/false);
  if (node.block && node.inputs.size() > 1) {
    node.place.Fail(
        fmt::format("block {} has {} inputs, expected one", *node.block, node.inputs.size()));
  }
}

void FileChecker::CheckInputs(const FileBlock& block, std::size_t index) const {
  const std::span<const FileNode> nodes = block.nodes;
  for (const FileInput& input : nodes[index].inputs) {
    if (input.name == "in") continue;
    const auto earlier = std::ranges::count(nodes.first(index), input.name, &FileNode::name);
    if (earlier == 1) continue;
    if (earlier > 1) {
      input.place.Fail(fmt::format("inputs: {} earlier nodes are named {}, give them names",
                                   earlier, Quoted(input.name)));
    }
    const bool later = std::ranges::count(nodes.subspan(index), input.name, &FileNode::name) > 0;
    input.place.Fail(later
                         ? fmt::format("inputs: node {} does not stand before this one: networks "
                                       "have no cycles",
                                       Quoted(input.name))
                         : fmt::format("inputs: no earlier node is named {}", Quoted(input.name)));
  }
}

std::vector<std::string> FileChecker::PossibleOps(int frame, const FileNode& node) {
  CheckKind(frame, *node.op, ValueKind::kWord, /*with_shapes=*/false);
  const std::vector<std::string> names = node.op->names();
  if (names.empty()) return {std::get<std::string>(node.op->Evaluate({}))};
  std::vector<std::string> ops;
  const int decision = expanded_.FindDecision(frame, names.front());
  for (const Value& option : expanded_.source(static_cast<std::size_t>(decision)).options) {
    ops.push_back(std::get<std::string>(option));
  }
  return ops;
}

void FileChecker::CheckOperation(int frame, const FileNode& node) {
  if (node.op->names().size() == 1 && node.op->text() == node.op->names().front() &&
      expanded_.FindDecision(frame, node.op->text()) < 0) {
    node.op->place().Fail(fmt::format("{} is neither an operation nor a decision, operations: {}",
                                      Quoted(node.op->text()), fmt::join(OpNames(), ", ")));
  }
  const std::vector<std::string> ops = PossibleOps(frame, node);
  for (const std::string& op : ops) {
    const auto* keys = KeysOf(op);
    if (keys == nullptr) {
      node.op->place().Fail(
          fmt::format("unknown operation {}, known: {}", Quoted(op), fmt::join(OpNames(), ", ")));
    }
    for (const NodeKey& key : *keys) {
      if (key.required && !node.attributes.contains(key.name)) {
        node.place.Fail(fmt::format("{}: {} is missing", op, key.name));
      }
    }
    const bool joins = op == "add" || op == "concat";
    if (joins != (node.inputs.size() > 1)) {
      node.place.Fail(fmt::format("{}: found {} inputs, expected {}", op,
                                  std::max<std::size_t>(node.inputs.size(), 1),
                                  joins ? "at least two" : "one"));
    }
  }
  for (const auto& [key, values] : node.attributes) CheckAttribute(frame, ops, key, values);
}

void FileChecker::CheckAttribute(int frame, const std::vector<std::string>& ops,
                                 const std::string& key, const std::vector<Expression>& values) {
  const NodeKey* known = nullptr;
  std::set<std::string> all;
  for (const std::string& op : ops) {
    for (const NodeKey& each : *KeysOf(op)) {
      all.insert(each.name);
      if (key == each.name) known = &each;
    }
  }
  const Place& place = values.front().place();
  if (known == nullptr) {
    place.Fail(fmt::format("{}: unknown key {}, known: {}", fmt::join(ops, " or "), Quoted(key),
                           all.empty() ? "none" : fmt::format("{}", fmt::join(all, ", "))));
  }
  if (values.size() > 1 && !known->pair) {
    place.Fail(fmt::format("{}: found {} values, expected one", key, values.size()));
  }
  for (const Expression& value : values) {
    CheckKind(frame, value, known->kind, /*with_shapes=*/true);
    CheckConditions(frame, value);
  }
}

void FileChecker::TryCondition(int frame, const Expression& condition) {
  bool& can_hold = can_hold_.try_emplace(&condition, false).first->second;
  if (can_hold) return;
  const auto names = condition.names();
  if (std::ranges::any_of(names, IsShapeName)) {
    can_hold = true;  // that depends on the data
    return;
  }
  std::set<int> decisions;
  expanded_.AddDependencies(frame, condition, decisions);
  const bool tried = expanded_.ForEveryChoice(decisions, [&](const ExpandedFile::Values& values) {
    can_hold = can_hold || values.Holds(frame, condition);
  });
  if (!tried) can_hold = true;  // as far as it is known
}

void FileChecker::CheckRequirements() {
  const auto& all = expanded_.file().require;
  std::set<int> decisions;
  for (const Expression& condition : all) {
    CheckKind(0, condition, ValueKind::kTruth, /*with_shapes=*/false);
    CheckConditions(0, condition);
    TryCondition(0, condition);
    expanded_.AddDependencies(0, condition, decisions);
  }
  if (all.size() < 2) return;
  bool together = false;
  const bool tried = expanded_.ForEveryChoice(decisions, [&](const ExpandedFile::Values& values) {
    together = together || std::ranges::all_of(all, [&](const Expression& condition) {
                 return values.Holds(0, condition);
               });
  });
  for (const Expression& condition : all) {
    if (!can_hold_.at(&condition)) return;  // which says more
  }
  if (tried && !together) {
    all.front().place().Fail("require: these conditions never hold together");
  }
}

void FileChecker::CheckUses() const {
  const auto check = [&](const FileBlock& block) {
    for (const FileDecision& decision : block.decisions) {
      if (used_.contains(&decision)) continue;
      decision.place.Fail(fmt::format("decision {} is used nowhere", decision.name));
    }
  };
  std::set<const FileBlock*> used_blocks;
  for (const Frame& frame : expanded_.frames()) used_blocks.insert(frame.block);
  for (const auto& [name, block] : expanded_.file().blocks) {
    if (!used_blocks.contains(&block)) {
      block.place.Fail(fmt::format("block {} is used nowhere", name));
    }
    check(block);
  }
  check(expanded_.file().network);
}

}  // namespace netsmith::space
