#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/space/file/expression.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::space {
namespace {

constexpr std::size_t kMaxLength = 1000;
constexpr int kMaxDepth = 50;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

}  // namespace

/// Recursive descent, one function a level of binding.
class ExpressionParser {
 public:
  ExpressionParser(std::string_view text, const Place& start) : text_(text), start_(start) {
    result_.place_ = start;
    result_.text_ = std::string(text);
  }

  Expression Run() && {
    if (text_.size() > kMaxLength) {
      start_.Fail(fmt::format("found a formula of {} bytes, expected at most {}", text_.size(),
                              kMaxLength));
    }
    Binary(0);
    if (Peek() != "") Fail("an operator, or the end");
    return std::move(result_);
  }

 private:
  using Op = Expression::Op;

  /// Operators from the loosest to the tightest.
  static bool BindsAt(std::size_t level, std::string_view op) {
    static const std::array<std::vector<std::string_view>, 5> kLevels = {
        {{"or"}, {"and"}, {"==", "!=", "<", "<=", ">", ">="}, {"+", "-"}, {"*", "/", "%"}}};
    return std::ranges::find(kLevels.at(level), op) != kLevels.at(level).end();
  }
  static constexpr std::size_t kComparisons = 2;
  static constexpr std::size_t kTightest = 4;

  int Binary(std::size_t level) {
    if (level == kComparisons && Peek() == "not") return Not();
    const auto operand = [&] { return level == kTightest ? Unary() : Binary(level + 1); };
    int left = operand();
    while (BindsAt(level, Peek())) {
      const Place place = Here();
      std::string op(Take());
      const int right = operand();
      left = Add({Op::kBinary, std::move(op), left, right, place});
      if (level == kComparisons && BindsAt(level, Peek())) Fail("'and', 'or', or the end");
    }
    return left;
  }

  int Not() {
    const Nesting nesting(*this);
    const Place place = Here();
    Take();
    const int operand = Binary(kComparisons);
    return Add({Op::kNot, {}, operand, -1, place});
  }

  int Unary() {
    const Nesting nesting(*this);
    const Place place = Here();
    if (Peek() != "-") return Primary();
    Take();
    const int operand = Unary();
    return Add({Op::kMinus, {}, operand, -1, place});
  }

  int Primary() {
    const Place place = Here();
    const std::string_view token = Peek();
    if (token == "(") {
      Take();
      const int inner = Binary(0);
      if (Peek() != ")") Fail("')'");
      Take();
      return inner;
    }
    if (token.empty()) Fail("a number, a name, a 'word' or '('");
    if (IsDigit(token.front())) return Number(place);
    if (token.front() == '\'') {
      if (token.size() < 2 || token.back() != '\'') Fail("a word that ends in a single quote");
      Take();
      return Add({Op::kValue, std::string(token.substr(1, token.size() - 2)), -1, -1, place});
    }
    if (token == "true" || token == "false") {
      Take();
      return Add({Op::kValue, token == "true", -1, -1, place});
    }
    if (!IsLetter(token.front()) || token == "and" || token == "or" || token == "not") {
      Fail("a number, a name, a 'word' or '('");
    }
    Take();
    return Add({Op::kName, std::string(token), -1, -1, place});
  }

  int Number(const Place& place) {
    const std::string_view token = Peek();
    std::int64_t whole = 0;
    const char* const end = token.data() + token.size();
    if (const auto read = std::from_chars(token.data(), end, whole);
        read.ec == std::errc() && read.ptr == end) {
      Take();
      return Add({Op::kValue, whole, -1, -1, place});
    }
    double real = 0;
    const auto read = std::from_chars(token.data(), end, real);
    if (read.ec != std::errc() || read.ptr != end || !std::isfinite(real)) Fail("a number");
    Take();
    return Add({Op::kValue, real, -1, -1, place});
  }

  int Add(Expression::Node node) {
    result_.nodes_.push_back(std::move(node));
    return static_cast<int>(result_.nodes_.size()) - 1;
  }

  /// The token at the cursor; empty at the end.
  std::string_view Peek() {
    while (position_ < text_.size() && text_[position_] == ' ') ++position_;
    return text_.substr(position_, TokenLength());
  }
  std::string_view Take() {
    const std::string_view token = Peek();
    position_ += token.size();
    return token;
  }

  std::size_t TokenLength() const {
    const std::string_view rest = text_.substr(position_);
    if (rest.empty()) return 0;
    const auto while_true = [&](auto holds) {
      return static_cast<std::size_t>(std::ranges::find_if_not(rest, holds) - rest.begin());
    };
    if (IsDigit(rest[0])) return NumberLength(rest);
    if (IsLetter(rest[0])) {
      return while_true([](char c) { return IsLetter(c) || IsDigit(c) || c == '.'; });
    }
    if (rest[0] == '\'') {
      const std::size_t end = rest.find('\'', 1);
      return end == std::string_view::npos ? rest.size() : end + 1;
    }
    const bool is_pair = rest.size() > 1 && rest[1] == '=' &&
                         std::string_view("=!<>").find(rest[0]) != std::string_view::npos;
    return is_pair ? 2 : 1;
  }

  /// 12, 0.5, 1e-3: a sign belongs to a number only after its e.
  static std::size_t NumberLength(std::string_view rest) {
    std::size_t length = 0;
    while (length < rest.size()) {
      const char c = rest[length];
      const bool after_e = length > 0 && (rest[length - 1] == 'e' || rest[length - 1] == 'E');
      if (!IsDigit(c) && !IsLetter(c) && c != '.' && !(after_e && (c == '-' || c == '+'))) break;
      ++length;
    }
    return length;
  }

  Place Here() {
    Peek();
    Place place = start_;
    place.column += static_cast<std::int64_t>(position_);
    return place;
  }

  [[noreturn]] void Fail(const std::string& expected) {
    const std::string_view found = Peek();
    Here().Fail(
        fmt::format("found {}, expected {}", found.empty() ? "the end" : Quoted(found), expected));
  }

  /// Counts levels of brackets and signs while it lives.
  struct Nesting {
    explicit Nesting(ExpressionParser& owner) : parser(owner) {
      if (++parser.depth_ > kMaxDepth) {
        parser.Here().Fail(fmt::format("expected at most {} levels of brackets", kMaxDepth));
      }
    }
    ~Nesting() { --parser.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ExpressionParser& parser;
  };

  std::string_view text_;
  Place start_;
  std::size_t position_ = 0;
  int depth_ = 0;
  Expression result_;
};

Expression Expression::Parse(std::string_view text, const Place& start) {
  return ExpressionParser(text, start).Run();
}

}  // namespace netsmith::space
