#pragma once

#include <source_location>
#include <sstream>
#include <string_view>

/// Checks that are always on. A failed check is a defect of netsmith: it throws base::BugError with
/// the expression, both values and the place.
namespace netsmith::base {

[[noreturn]] void FailCheck(std::string_view expression, std::string_view detail,
                            std::source_location where);

template <typename A, typename B>
[[noreturn]] void FailComparison(std::string_view expression, const A& a, const B& b,
                                 std::source_location where) {
  std::ostringstream detail;
  detail << a << " against " << b;
  FailCheck(expression, detail.str(), where);
}

}  // namespace netsmith::base

#define NETSMITH_CHECK(condition)                                                           \
  do {                                                                                      \
    if (!(condition)) {                                                                     \
      ::netsmith::base::FailCheck(#condition, "is false", std::source_location::current()); \
    }                                                                                       \
  } while (false)

#define NETSMITH_CHECK_OP_(a, op, b)                                          \
  do {                                                                        \
    const auto& check_a_ = (a);                                               \
    const auto& check_b_ = (b);                                               \
    if (!(check_a_ op check_b_)) {                                            \
      ::netsmith::base::FailComparison(#a " " #op " " #b, check_a_, check_b_, \
                                       std::source_location::current());      \
    }                                                                         \
  } while (false)

#define NETSMITH_CHECK_EQ(a, b) NETSMITH_CHECK_OP_(a, ==, b)
#define NETSMITH_CHECK_LT(a, b) NETSMITH_CHECK_OP_(a, <, b)
#define NETSMITH_CHECK_LE(a, b) NETSMITH_CHECK_OP_(a, <=, b)
#define NETSMITH_CHECK_GE(a, b) NETSMITH_CHECK_OP_(a, >=, b)
