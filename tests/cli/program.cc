#include "tests/cli/program.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace netsmith::testing {

std::vector<std::string> NetsmithCommand(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {NETSMITH_PROGRAM};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

ProcessResult Netsmith(const std::vector<std::string>& arguments, const ProcessOptions& options) {
  return RunProcess(NetsmithCommand(arguments), options);
}

ProgramTest::ProgramTest() { WriteQuadrants(folder_.path() / "data"); }

std::vector<std::string> ProgramTest::SearchArguments(const std::vector<std::string>& more) const {
  std::vector<std::string> arguments = {
      "search", "--data",        data(), "--store",    store(), "--study",
      "s",      "--seed",        "3",    "--units",    "8",     "--child-samples",
      "100",    "--child-folds", "1",    "--child-mb", "20",    "--learning-rate",
      "0.01",   "--trials",      "6",    "--space",    "post"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::string ErrorLine(const ProcessResult& result) {
  std::vector<std::string> errors;
  std::istringstream lines(result.err);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("error: ")) errors.push_back(line.substr(7));
  }
  if (errors.size() == 1) return errors.front();
  ADD_FAILURE() << errors.size() << " error lines, expected one, in: " << result.err;
  return "";
}

std::string LastLine(const std::string& text) {
  std::string last;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) last = line;
  return last;
}

}  // namespace netsmith::testing
