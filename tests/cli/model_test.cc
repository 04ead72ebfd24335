#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/program.h"
#include "tests/support/processes.h"

namespace netsmith::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Commands on a model that was trained on the quadrants.
class ModelTest : public ProgramTest {
 protected:
  ModelTest() {
    const ProcessResult result =
        Netsmith({"train", "--data", data(), "--network", "3,4,2,5", "--epochs", "5", "--mb", "20",
                  "--learning-rate", "0.01", "--out", Path("m"), "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    training_ = json::parse(LastLine(result.out), nullptr, false);
  }

  std::string Path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string model() const { return Path("m/model.netsmith"); }
  json Run(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const ProcessResult result = Netsmith(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(LastLine(result.out), nullptr, false);
  }
  /// Expects one line of error.
  void ExpectError(const std::vector<std::string>& arguments, int exit_code,
                   const std::string& message) const {
    const ProcessResult result = Netsmith(arguments);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_THAT(ErrorLine(result), HasSubstr(message));
  }

  json training_;
};

TEST_F(ModelTest, ExportWritesOnnxAndSource) {
  const json result =
      Run({"export", model(), "--onnx", Path("m.onnx"), "--cpp", Path("cpp"), "--namespace", "q"});
  EXPECT_EQ(result.at("files"), json({Path("m.onnx"), Path("cpp/model.h"), Path("cpp/model.cc")}));
  EXPECT_THAT(ReadFile(Path("m.onnx")), HasSubstr(R"(["0","1","2","3"])"));
  EXPECT_THAT(ReadFile(Path("cpp/model.h")), HasSubstr("namespace q"));
}

TEST_F(ModelTest, WhatCannotBeExportedIsSaidInOneLine) {
  ExpectError({"export"}, 2, "MODEL: not given");
  ExpectError({"export", model()}, 2, "found neither --onnx nor --cpp");
  ExpectError({"export", model(), "--onnx", Path("none/m.onnx")}, 1, "cannot be written");
  ExpectError({"export", model(), "--cpp", Path("c"), "--namespace", "a b"}, 2, "namespace 'a b'");
  ExpectError({"export", Path("nothing"), "--onnx", Path("m.onnx")}, 3, "No such file");
  ExpectError({"export", data() + "/t10k-labels-idx1-ubyte", "--onnx", Path("m.onnx")}, 3,
              "found no netsmith model");
  std::filesystem::resize_file(model(), 500);
  ExpectError({"export", model(), "--onnx", Path("m.onnx")}, 3, "cut");
}

}  // namespace
}  // namespace netsmith::testing
