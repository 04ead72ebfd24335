#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The small formulas of space files (docs/spaces.md): "2 * width", "depth > 2 and not residual".
namespace netsmith::space {

/// Where something stands in a file: "spaces.toml:12:9".
struct Place {
  std::string file;
  std::int64_t line = 1;
  std::int64_t column = 1;

  std::string ToString() const;
  /// Throws ConfigError: place and message.
  [[noreturn]] void Fail(const std::string& message) const;
};

enum class ValueKind { kTruth, kWhole, kReal, kWord };
using Value = std::variant<bool, std::int64_t, double, std::string>;

ValueKind KindOf(const Value& value);
/// "true or false", "a whole number", "a number", "a word".
std::string ToString(ValueKind kind);
/// As a file has it: true, 3, 0.001, relu.
std::string ToString(const Value& value);

/// A formula over names. In order of binding: or; and; not; == != < <= > >=; + -; * / %; minus
/// sign. Words stand in single quotes. Whole numbers divide to whole numbers, rounded towards zero.
class Expression {
 public:
  /// The value itself.
  Expression(Value value, Place place);
  /// Errors   ConfigError with the column: what was found and expected.
  static Expression Parse(std::string_view text, const Place& start);

  const Place& place() const { return place_; }
  std::string text() const { return text_; }

  /// What kind of value it has, given the kinds of names. `kind_of` may throw for unknown names; it
  /// is told where the name stands.
  /// Errors   ConfigError with the column: kinds that do not go together.
  using NameKinds = std::function<ValueKind(const std::string& name, const Place& place)>;
  ValueKind Check(const NameKinds& kind_of) const;

  /// The value; must have passed Check with the same names.
  /// Errors   InvalidArgument with the column: a division by zero, a number beyond 2^63 - 1.
  using Names = std::function<Value(const std::string& name)>;
  Value Evaluate(const Names& value_of) const;

  std::vector<std::string> names() const;

 private:
  friend class ExpressionParser;
  enum class Op { kValue, kName, kNot, kMinus, kBinary };
  struct Node {
    Op op = Op::kValue;
    Value value;    // kValue; of kName and kBinary the name or operator
    int left = -1;  // of kNot and kMinus the operand
    int right = -1;
    Place place;
  };

  Expression() = default;
  ValueKind CheckNode(int node, const NameKinds& kind_of) const;
  Value EvaluateNode(int node, const Names& value_of) const;

  Place place_;
  std::string text_;
  std::vector<Node> nodes_;  // operands first; the last is the whole
};

}  // namespace netsmith::space
