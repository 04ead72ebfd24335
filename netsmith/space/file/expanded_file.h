#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "netsmith/space/file/space_file.h"
#include "netsmith/space/search_space.h"

namespace netsmith::space {

/// One use of a block: the network itself is number 0, each repetition of a block another.
struct Frame {
  const FileBlock* block = nullptr;
  int parent = -1;
  std::optional<std::int64_t> index = {};   // from 1, of a repetition
  std::string prefix = {};                  // of its decisions' and nodes' names: "layer1."
  int first_decision = 0;                   // of its own ones among all decisions
  std::vector<std::vector<int>> uses = {};  // the frames of each node that is a block
};

/// A space file with blocks repeated: the decisions, and what the names in formulas mean.
class ExpandedFile {
 public:
  static constexpr int kMaxRepeat = 100;
  static constexpr std::size_t kMaxDecisions = 1000;
  static constexpr std::size_t kMaxNodes = 10'000;
  static constexpr std::int64_t kMaxCombinations = 10'000;  // up to which a condition is tried out

  /// `file` must outlive this.
  /// Errors   ConfigError with file, line and column: no decisions or no network; unknown names,
  ///          operations, keys, blocks, inputs; blocks or conditions that lead to themselves;
  ///          formulas of a wrong kind; conditions and requirements that never hold; decisions and
  ///          blocks that are used nowhere; more than the limits above.
  explicit ExpandedFile(const SpaceFile& file);

  const SpaceFile& file() const { return file_; }
  const std::vector<Decision>& decisions() const { return decisions_; }
  const std::vector<Frame>& frames() const { return frames_; }
  const FileDecision& source(std::size_t decision) const { return *sources_.at(decision).decision; }

  /// The decision that `name` means in a frame, or -1: the frame's own first, then those of the
  /// frame that uses it, and so on.
  int FindDecision(int frame, const std::string& name) const;

  /// Values of decisions for a genome. One whose condition does not hold has its first option.
  class Values {
   public:
    Values(const ExpandedFile& expanded, std::span<const int> genome)
        : expanded_(expanded), genome_(genome) {}
    Value Of(int decision) const;
    /// What a name means in a frame, but for the names of shapes.
    Value Of(int frame, const std::string& name) const;
    bool Holds(int frame, const Expression& condition) const;

   private:
    const ExpandedFile& expanded_;
    std::span<const int> genome_;
  };

 private:
  friend class FileChecker;

  void AddFrame(Frame frame, std::vector<std::string>& path);
  void AddDecisions(int frame);
  std::int64_t MostRepetitions(int frame, const Expression& repeat) const;
  /// The decisions that a formula depends on, directly or by their conditions.
  void AddDependencies(int frame, const Expression& formula, std::set<int>& decisions) const;
  /// Calls `visit` with every choice of options of these; false where they are too many.
  bool ForEveryChoice(const std::set<int>& decisions,
                      const std::function<void(const Values&)>& visit) const;

  struct Source {
    const FileDecision* decision;
    int frame;
  };

  const SpaceFile& file_;
  std::vector<Decision> decisions_;
  std::vector<Source> sources_;
  std::vector<Frame> frames_;
  std::size_t num_nodes_ = 0;
};

}  // namespace netsmith::space
