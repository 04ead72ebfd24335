#include "netsmith/space/file/expression.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::space {
namespace {

bool IsNumber(ValueKind kind) { return kind == ValueKind::kWhole || kind == ValueKind::kReal; }

double AsReal(const Value& value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value);
}

bool IsComparison(std::string_view op) {
  return op == "==" || op == "!=" || op == "<" || op == "<=" || op == ">" || op == ">=";
}

template <typename T>
bool Compare(std::string_view op, const T& a, const T& b) {
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  if (op == ">") return a > b;
  return a >= b;
}

[[noreturn]] void Refuse(const Place& place, const std::string& what) {
  throw base::InvalidArgument(fmt::format("{}: {}", place.ToString(), what));
}

std::int64_t WholeResult(const std::string& op, std::int64_t a, std::int64_t b,
                         const Place& place) {
  std::int64_t result = 0;
  bool overflow = false;
  if (op == "+") {
    overflow = __builtin_add_overflow(a, b, &result);
  } else if (op == "-") {
    overflow = __builtin_sub_overflow(a, b, &result);
  } else if (op == "*") {
    overflow = __builtin_mul_overflow(a, b, &result);
  } else {
    if (b == 0) Refuse(place, fmt::format("{} {} 0 has no value", a, op));
    overflow = a == std::numeric_limits<std::int64_t>::min() && b == -1;
    if (!overflow) result = op == "/" ? a / b : a % b;
  }
  if (overflow) Refuse(place, fmt::format("{} {} {} is beyond 2^63 - 1", a, op, b));
  return result;
}

double RealResult(const std::string& op, double a, double b, const Place& place) {
  double result = 0;
  if (op == "+") result = a + b;
  if (op == "-") result = a - b;
  if (op == "*") result = a * b;
  if (op == "/") result = a / b;
  if (op == "%") result = std::fmod(a, b);
  if (!std::isfinite(result)) Refuse(place, fmt::format("{} {} {} has no value", a, op, b));
  return result;
}

Value Apply(const std::string& op, const Value& a, const Value& b, const Place& place) {
  if (const auto* word = std::get_if<std::string>(&a)) {
    return Compare(op, *word, std::get<std::string>(b));
  }
  if (const auto* truth = std::get_if<bool>(&a)) return Compare(op, *truth, std::get<bool>(b));
  const auto* left = std::get_if<std::int64_t>(&a);
  const auto* right = std::get_if<std::int64_t>(&b);
  const bool whole = left != nullptr && right != nullptr;
  if (IsComparison(op)) {
    return whole ? Compare(op, *left, *right) : Compare(op, AsReal(a), AsReal(b));
  }
  if (whole) return WholeResult(op, *left, *right, place);
  return RealResult(op, AsReal(a), AsReal(b), place);
}

}  // namespace

std::string Place::ToString() const { return fmt::format("{}:{}:{}", file, line, column); }

void Place::Fail(const std::string& message) const {
  throw base::ConfigError(fmt::format("{}: {}", ToString(), message));
}

ValueKind KindOf(const Value& value) { return static_cast<ValueKind>(value.index()); }

std::string ToString(ValueKind kind) {
  static constexpr std::array kNames = {"true or false", "a whole number", "a number", "a word"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string ToString(const Value& value) {
  return std::visit([](const auto& held) { return fmt::format("{}", held); }, value);
}

Expression::Expression(Value value, Place place) : place_(std::move(place)) {
  text_ = ToString(value);
  nodes_.push_back({.value = std::move(value), .place = place_});
}

ValueKind Expression::Check(const NameKinds& kind_of) const {
  return CheckNode(static_cast<int>(nodes_.size()) - 1, kind_of);
}

ValueKind Expression::CheckNode(int index, const NameKinds& kind_of) const {
  const Node& node = nodes_[static_cast<std::size_t>(index)];
  const auto require = [&](int operand, bool holds, ValueKind found, std::string_view expected) {
    if (holds) return;
    nodes_[static_cast<std::size_t>(operand)].place.Fail(
        fmt::format("found {}, expected {}", ToString(found), expected));
  };
  if (node.op == Op::kValue) return KindOf(node.value);
  if (node.op == Op::kName) return kind_of(std::get<std::string>(node.value), node.place);
  const ValueKind left = CheckNode(node.left, kind_of);
  if (node.op == Op::kNot) {
    require(node.left, left == ValueKind::kTruth, left, "true or false after 'not'");
    return left;
  }
  if (node.op == Op::kMinus) {
    require(node.left, IsNumber(left), left, "a number after '-'");
    return left;
  }
  const auto& op = std::get<std::string>(node.value);
  const ValueKind right = CheckNode(node.right, kind_of);
  if (op == "and" || op == "or") {
    const std::string expected = fmt::format("true or false beside '{}'", op);
    require(node.left, left == ValueKind::kTruth, left, expected);
    require(node.right, right == ValueKind::kTruth, right, expected);
    return ValueKind::kTruth;
  }
  if (op == "==" || op == "!=") {
    require(node.right, left == right || (IsNumber(left) && IsNumber(right)), right,
            fmt::format("{}, as on the left of '{}'", ToString(left), op));
    return ValueKind::kTruth;
  }
  const std::string expected = fmt::format("a number beside '{}'", op);
  require(node.left, IsNumber(left), left, expected);
  require(node.right, IsNumber(right), right, expected);
  if (IsComparison(op)) return ValueKind::kTruth;
  return left == right ? left : ValueKind::kReal;
}

Value Expression::Evaluate(const Names& value_of) const {
  return EvaluateNode(static_cast<int>(nodes_.size()) - 1, value_of);
}

Value Expression::EvaluateNode(int index, const Names& value_of) const {
  const Node& node = nodes_[static_cast<std::size_t>(index)];
  if (node.op == Op::kValue) return node.value;
  if (node.op == Op::kName) return value_of(std::get<std::string>(node.value));
  const Value left = EvaluateNode(node.left, value_of);
  if (node.op == Op::kNot) return !std::get<bool>(left);
  if (node.op == Op::kMinus) {
    if (std::holds_alternative<double>(left)) return -std::get<double>(left);
    return WholeResult("-", 0, std::get<std::int64_t>(left), node.place);
  }
  const auto& op = std::get<std::string>(node.value);
  if (op == "and" && !std::get<bool>(left)) return false;
  if (op == "or" && std::get<bool>(left)) return true;
  const Value right = EvaluateNode(node.right, value_of);
  if (op == "and" || op == "or") return right;
  return Apply(op, left, right, node.place);
}

std::vector<std::string> Expression::names() const {
  std::vector<std::string> names;
  for (const Node& node : nodes_) {
    if (node.op == Op::kName) names.push_back(std::get<std::string>(node.value));
  }
  return names;
}

}  // namespace netsmith::space
