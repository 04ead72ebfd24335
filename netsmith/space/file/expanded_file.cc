#include "netsmith/space/file/expanded_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/space/file/file_checker.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::space {
namespace {

Decision ToDecision(const FileDecision& source, const std::string& prefix) {
  Decision decision{.name = prefix + source.name, .options = {}};
  if (source.kind() == ValueKind::kWhole) {
    for (const Value& option : source.options) {
      decision.options.push_back(std::get<std::int64_t>(option));
    }
  } else {
    decision.options.resize(source.options.size());
    std::iota(decision.options.begin(), decision.options.end(), 0);
  }
  return decision;
}

}  // namespace

ExpandedFile::ExpandedFile(const SpaceFile& file) : file_(file) {
  if (file.network.nodes.empty()) {
    file.network.place.Fail("the space has no network, expected nodes under [[network]]");
  }
  std::vector<std::string> path;
  AddFrame({.block = &file.network}, path);
  if (decisions_.empty()) {
    file.network.place.Fail("the space has no decisions, expected some under [decisions]");
  }
  FileChecker(*this).Check();
}

/// Adds the frame and all that it uses. `path` names the blocks that it stands in.
void ExpandedFile::AddFrame(Frame frame, std::vector<std::string>& path) {
  const int number = static_cast<int>(frames_.size());
  const FileBlock& block = *frame.block;
  num_nodes_ += block.nodes.size();
  if (num_nodes_ > kMaxNodes) {
    block.place.Fail(
        fmt::format("the space has more than {} nodes, repetitions counted", kMaxNodes));
  }
  const std::string prefix = frame.prefix;
  frames_.push_back(std::move(frame));
  AddDecisions(number);
  std::set<std::string> names;
  for (const FileNode& node : block.nodes) {
    std::vector<int> uses;
    if (node.block) {
      const auto used = file_.blocks.find(*node.block);
      if (used == file_.blocks.end()) {
        node.place.Fail(fmt::format("unknown block {}", Quoted(*node.block)));
      }
      if (!names.insert(node.name).second) {
        node.place.Fail(
            fmt::format("two blocks are named {} here, give this one a name", Quoted(node.name)));
      }
      path.push_back(*node.block);
      if (std::ranges::count(path, *node.block) > 1) {
        node.place.Fail(
            fmt::format("block {} contains itself: {}", *node.block, fmt::join(path, " > ")));
      }
      const std::int64_t count = node.repeat ? MostRepetitions(number, *node.repeat) : 1;
      for (std::int64_t i = 1; i <= count; ++i) {
        uses.push_back(static_cast<int>(frames_.size()));
        Frame use{.block = &used->second, .parent = number};
        if (node.repeat) use.index = i;
        use.prefix =
            fmt::format("{}{}{}.", prefix, node.name, node.repeat ? fmt::format("{}", i) : "");
        AddFrame(std::move(use), path);
      }
      path.pop_back();
    }
    frames_[static_cast<std::size_t>(number)].uses.push_back(std::move(uses));
  }
}

void ExpandedFile::AddDecisions(int frame) {
  Frame& of = frames_[static_cast<std::size_t>(frame)];
  of.first_decision = static_cast<int>(decisions_.size());
  for (const FileDecision& decision : of.block->decisions) {
    if (decisions_.size() == kMaxDecisions) {
      decision.place.Fail(
          fmt::format("the space has more than {} decisions, repetitions counted", kMaxDecisions));
    }
    decisions_.push_back(ToDecision(decision, of.prefix));
    sources_.push_back({&decision, frame});
  }
}

std::int64_t ExpandedFile::MostRepetitions(int frame, const Expression& repeat) const {
  FileChecker(*this).CheckKind(frame, repeat, ValueKind::kWhole, /*with_shapes=*/false);
  FileChecker(*this).CheckConditions(frame, repeat);
  std::set<int> decisions;
  AddDependencies(frame, repeat, decisions);
  std::int64_t most = 0;
  const bool tried = ForEveryChoice(decisions, [&](const Values& values) {
    const Value count =
        repeat.Evaluate([&](const std::string& name) { return values.Of(frame, name); });
    const std::int64_t found = std::get<std::int64_t>(count);
    if (found < 0 || found > kMaxRepeat) {
      repeat.place().Fail(fmt::format("repeat: '{}' may be {}, expected 0 to {}", repeat.text(),
                                      found, kMaxRepeat));
    }
    most = std::max(most, found);
  });
  if (!tried) {
    repeat.place().Fail(fmt::format("repeat: '{}' depends on more than {} choices", repeat.text(),
                                    kMaxCombinations));
  }
  if (most == 0) repeat.place().Fail(fmt::format("repeat: '{}' is always 0", repeat.text()));
  return most;
}

int ExpandedFile::FindDecision(int frame, const std::string& name) const {
  for (int f = frame; f >= 0; f = frames_[static_cast<std::size_t>(f)].parent) {
    const Frame& at = frames_[static_cast<std::size_t>(f)];
    const auto found = std::ranges::find(at.block->decisions, name, &FileDecision::name);
    if (found != at.block->decisions.end()) {
      return at.first_decision + static_cast<int>(found - at.block->decisions.begin());
    }
  }
  return -1;
}

void ExpandedFile::AddDependencies(int frame, const Expression& formula,
                                   std::set<int>& decisions) const {
  for (const std::string& name : formula.names()) {
    const int decision = FindDecision(frame, name);
    if (decision < 0 || !decisions.insert(decision).second) continue;
    const Source& source = sources_[static_cast<std::size_t>(decision)];
    if (source.decision->when) AddDependencies(source.frame, *source.decision->when, decisions);
  }
}

bool ExpandedFile::ForEveryChoice(const std::set<int>& decisions,
                                  const std::function<void(const Values&)>& visit) const {
  std::int64_t combinations = 1;
  for (const int decision : decisions) {
    combinations *=
        static_cast<std::int64_t>(decisions_[static_cast<std::size_t>(decision)].options.size());
    if (combinations > kMaxCombinations) return false;
  }
  Genome genome(decisions_.size(), 0);
  for (std::int64_t i = 0; i < combinations; ++i) {
    std::int64_t rest = i;
    for (const int decision : decisions) {
      const auto place = static_cast<std::size_t>(decision);
      const auto count = static_cast<std::int64_t>(decisions_[place].options.size());
      genome[place] = static_cast<int>(rest % count);
      rest /= count;
    }
    try {
      visit(Values(*this, genome));
    } catch (const base::InvalidArgument&) {
      // A formula without a value: such a genome is refused when its network is built.
    }
  }
  return true;
}

Value ExpandedFile::Values::Of(int decision) const {
  const auto place = static_cast<std::size_t>(decision);
  const Source& source = expanded_.sources_[place];
  const auto& when = source.decision->when;
  const bool decides = !when || Holds(source.frame, *when);
  return source.decision->options[decides ? static_cast<std::size_t>(genome_[place]) : 0];
}

Value ExpandedFile::Values::Of(int frame, const std::string& name) const {
  if (name != "index") return Of(expanded_.FindDecision(frame, name));
  int at = frame;
  while (!expanded_.frames_[static_cast<std::size_t>(at)].index) {
    at = expanded_.frames_[static_cast<std::size_t>(at)].parent;
  }
  return *expanded_.frames_[static_cast<std::size_t>(at)].index;
}

bool ExpandedFile::Values::Holds(int frame, const Expression& condition) const {
  return std::get<bool>(
      condition.Evaluate([&](const std::string& name) { return Of(frame, name); }));
}

}  // namespace netsmith::space
