#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "netsmith/space/file/expanded_file.h"

namespace netsmith::space {

/// Finds what is wrong with an expanded file; every complaint is a ConfigError with its place.
class FileChecker {
 public:
  explicit FileChecker(const ExpandedFile& expanded) : expanded_(expanded) {}

  /// All of it.
  void Check();
  /// That a formula has the kind (a whole number is a number, too). Names of shapes are known only
  /// where there is an input: `with_shapes`.
  void CheckKind(int frame, const Expression& formula, ValueKind expected, bool with_shapes);
  /// That the conditions of the decisions in a formula are conditions, and lead to no circle.
  void CheckConditions(int frame, const Expression& formula);

 private:
  ValueKind KindOfName(int frame, const std::string& name, const Place& place, bool with_shapes);
  void CheckDecision(int decision, std::vector<int>& path);
  void CheckFrame(int frame);
  void CheckNode(int frame, const FileBlock& block, std::size_t node);
  void CheckInputs(const FileBlock& block, std::size_t node) const;
  void CheckOperation(int frame, const FileNode& node);
  void CheckAttribute(int frame, const std::vector<std::string>& ops, const std::string& key,
                      const std::vector<Expression>& values);
  std::vector<std::string> PossibleOps(int frame, const FileNode& node);
  /// Notes whether the condition can hold in this frame.
  void TryCondition(int frame, const Expression& condition);
  void CheckRequirements();
  void CheckUses() const;

  const ExpandedFile& expanded_;
  std::set<const FileDecision*> used_;
  std::map<const Expression*, bool> can_hold_;
};

}  // namespace netsmith::space
