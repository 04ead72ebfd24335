#pragma once

#include <toml++/toml.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/space/file/expression.h"

/// Inside netsmith/space/file alone: reading TOML with the place of everything.
namespace netsmith::space {

/// "a table", "an array", "a string", …
std::string KindName(const toml::node& node);

/// A table whose members are asked for one by one; what nobody asked for is refused.
class TomlTable {
 public:
  TomlTable(const toml::table& table, std::string path, std::string what);

  Place place() const { return PlaceOf(table_.source()); }
  Place PlaceOf(const toml::source_region& source) const;
  Place PlaceOf(const toml::node& node) const { return PlaceOf(node.source()); }
  [[noreturn]] void Fail(const toml::node& node, const std::string& message) const;

  /// The member, or null.
  const toml::node* Find(const std::string& key);
  /// Of the named kind; null where it is missing.
  const toml::table* FindTable(const std::string& key);
  const toml::array* FindArray(const std::string& key);
  std::string TextOr(const std::string& key, const std::string& usual);
  /// A number, true, false, or a formula in a string.
  Expression ToExpression(const toml::node& node) const;

  struct Member {
    std::string key;
    Place place;
    const toml::node* node;
  };
  /// All members in the order of the file; they count as asked for.
  std::vector<Member> Members();
  /// Errors   ConfigError at the first member that was not asked for, naming those that were.
  void RefuseOthers() const;

 private:
  const toml::table& table_;
  std::string path_;
  std::string what_;  // in messages: "a decision"
  std::set<std::string> asked_;
};

/// Refuses what cannot be a name in a formula.
void CheckName(const std::string& name, const Place& place);

}  // namespace netsmith::space
