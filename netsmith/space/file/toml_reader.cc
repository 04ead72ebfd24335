#include "netsmith/space/file/toml_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "netsmith/space/text_cursor.h"

namespace netsmith::space {

std::string KindName(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

TomlTable::TomlTable(const toml::table& table, std::string path, std::string what)
    : table_(table), path_(std::move(path)), what_(std::move(what)) {}

Place TomlTable::PlaceOf(const toml::source_region& source) const {
  return {path_, static_cast<std::int64_t>(source.begin.line),
          static_cast<std::int64_t>(source.begin.column)};
}

void TomlTable::Fail(const toml::node& node, const std::string& message) const {
  PlaceOf(node).Fail(message);
}

const toml::node* TomlTable::Find(const std::string& key) {
  asked_.insert(key);
  return table_.get(key);
}

const toml::table* TomlTable::FindTable(const std::string& key) {
  const toml::node* node = Find(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table())
    Fail(*node, fmt::format("{}: found {}, expected a table", key, KindName(*node)));
  return node->as_table();
}

const toml::array* TomlTable::FindArray(const std::string& key) {
  const toml::node* node = Find(key);
  if (node == nullptr) return nullptr;
  if (!node->is_array())
    Fail(*node, fmt::format("{}: found {}, expected an array", key, KindName(*node)));
  return node->as_array();
}

std::string TomlTable::TextOr(const std::string& key, const std::string& usual) {
  const toml::node* node = Find(key);
  if (node == nullptr) return usual;
  if (!node->is_string())
    Fail(*node, fmt::format("{}: found {}, expected a string", key, KindName(*node)));
  return node->as_string()->get();
}

Expression TomlTable::ToExpression(const toml::node& node) const {
  Place place = PlaceOf(node);
  if (const auto* whole = node.as_integer()) return {Value(whole->get()), place};
  if (const auto* truth = node.as_boolean()) return {Value(truth->get()), place};
  if (const auto* real = node.as_floating_point()) {
    if (!std::isfinite(real->get())) Fail(node, "found no finite number, expected one");
    return {Value(real->get()), place};
  }
  if (const auto* text = node.as_string()) {
    ++place.column;  // behind the quote
    return Expression::Parse(text->get(), place);
  }
  Fail(node, fmt::format("found {}, expected a value or a formula in a string", KindName(node)));
}

std::vector<TomlTable::Member> TomlTable::Members() {
  std::vector<Member> members;
  for (const auto& [key, node] : table_) {
    asked_.insert(std::string(key.str()));
    members.push_back({std::string(key.str()), PlaceOf(key.source()), &node});
  }
  std::ranges::sort(members, {}, [](const Member& member) {
    return std::tuple(member.place.line, member.place.column);
  });
  return members;
}

void TomlTable::RefuseOthers() const {
  for (const auto& [key, node] : table_) {
    if (asked_.contains(std::string(key.str()))) continue;
    PlaceOf(key.source())
        .Fail(fmt::format("unknown key {} of {}, known: {}", Quoted(key.str()), what_,
                          fmt::join(asked_, ", ")));
  }
}

void CheckName(const std::string& name, const Place& place) {
  static constexpr std::array<std::string_view, 8> kReserved = {"in", "classes", "index", "and",
                                                                "or", "not",     "true",  "false"};
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto fits = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > 100 || !is_letter(name.front()) ||
      !std::ranges::all_of(name, fits)) {
    place.Fail(
        fmt::format("found the name {}, expected letters, digits and _, beginning with a "
                    "letter, at most 100",
                    Quoted(name)));
  }
  if (std::ranges::find(kReserved, name) != kReserved.end()) {
    place.Fail(
        fmt::format("found the name {}, which has a meaning of its own in formulas", Quoted(name)));
  }
}

}  // namespace netsmith::space
