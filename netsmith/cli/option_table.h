#pragma once

#include <concepts>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace netsmith::cli {

struct IntegerRange {
  std::int64_t lowest = 0;
  std::int64_t highest = 0;
};

struct RealRange {
  double lowest = 0;
  double highest = 0;
  bool above_lowest = false;  // `lowest` itself is not accepted
};

/// One option of a command: what help, the parser and the configuration file know of it.
struct Option {
  enum class Kind { kFlag, kInteger, kReal, kText, kList };

  Kind kind = Kind::kText;
  bool positional = false;
  bool optional = false;   // a positional argument, as help shows it: [STUDY]
  std::string name;        // long name without dashes; of a positional as help shows it: STUDY
  std::string group;       // heading in help
  std::string value_name;  // in help, after the name: N, FILE
  std::string meaning;     // one sentence, with the unit
  std::string accepts;     // "a whole number from 1 to 64"; empty where any text will do
  std::string default_text;
  std::function<bool(const std::string&)> set;    // false: the text is not accepted
  std::function<std::vector<std::string>()> get;  // texts that `set` accepts; empty when unset
  bool given = false;                             // on the command line or in a file

  /// Errors   ConfigError: "`place`: found …, expected …".
  void Assign(const std::string& text, const std::string& place);
};

/// The options of one command, in the order of help. Each is bound to a variable, whose value at
/// declaration is the default and which must outlive the table.
class OptionTable {
 public:
  /// Heading of the options that follow.
  void Group(std::string heading) { group_ = std::move(heading); }

  void Flag(std::string name, bool* target, std::string meaning);
  template <std::integral T>
  void Integer(const std::string& name, T* target, IntegerRange range, const std::string& meaning);
  void Real(std::string name, double* target, RealRange range, std::string meaning);
  void Text(std::string name, std::string value_name, std::string* target, std::string meaning);
  /// A word out of `choices`.
  void Choice(std::string name, std::string* target, std::vector<std::string> choices,
              std::string meaning);
  /// May be given several times.
  void List(std::string name, std::string value_name, std::vector<std::string>* target,
            std::string meaning);
  /// An argument without a name, in the order of declaration. The table itself takes a call without
  /// it: whoever needs it says in its own words that it is missing. `optional` is for help alone.
  void Positional(std::string name, std::string* target, std::string meaning,
                  bool optional = false);
  /// All arguments without a name that follow.
  void Positionals(std::string name, std::vector<std::string>* target, std::string meaning);

  std::deque<Option>& options() { return options_; }
  const std::deque<Option>& options() const { return options_; }
  /// The option of that long name, or null.
  Option* Find(const std::string& name);
  std::vector<std::string> Names() const;
  /// The arguments without a name as a line of usage has them: " MODEL FILE…".
  std::string PositionalUsage() const;
  /// The present values as arguments that parse to the same: {"--trials=100", …}.
  std::vector<std::string> Arguments() const;
  /// Of these, the options that were given on the command line or in a file.
  std::vector<std::string> GivenArguments() const;

 private:
  Option& Add(Option::Kind kind, std::string name, std::string value_name, std::string meaning);
  void AddInteger(std::string name, IntegerRange range, std::string meaning,
                  std::function<void(std::int64_t)> write, std::function<std::int64_t()> read);

  std::string group_ = "Options";
  std::deque<Option> options_;
};

template <std::integral T>
void OptionTable::Integer(const std::string& name, T* target, IntegerRange range,
                          const std::string& meaning) {
  AddInteger(
      name, range, meaning, [target](std::int64_t value) { *target = static_cast<T>(value); },
      [target] { return static_cast<std::int64_t>(*target); });
}

}  // namespace netsmith::cli
