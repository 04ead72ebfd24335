#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/program.h"
#include "tests/support/idx_files.h"
#include "tests/support/processes.h"
#include "tests/support/sample_files.h"

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

TEST_F(ModelTest, EvaluateFindsTheAccuraciesOfTheTraining) {
  const json test = Run({"evaluate", model()});
  EXPECT_EQ(test.at("data"), data());
  EXPECT_EQ(test.at("split"), "test");
  EXPECT_EQ(test.at("samples"), 80);
  EXPECT_EQ(test.at("accuracy"), training_.at("test_accuracy").at(0));
  EXPECT_EQ(Run({"evaluate", model(), "--split", "validation"}).at("accuracy"),
            training_.at("validation_accuracy").at(0));

  std::int64_t correct = 0;
  for (int i = 0; i < 4; ++i) correct += test.at("confusion")[i][i].get<std::int64_t>();
  EXPECT_NEAR(test.at("accuracy"), correct / 80.0, 1e-12);
  for (const json& of_class : test.at("classes")) EXPECT_EQ(of_class.at("samples"), 20);
  EXPECT_GT(test.at("calibration_error"), 0);

  const ProcessResult text = Netsmith({"evaluate", model(), "--data", data()});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.out, HasSubstr("calibration error"));
  EXPECT_THAT(text.out, HasSubstr("precision"));
}

TEST_F(ModelTest, EvaluateRefusesOtherData) {
  WriteTinyFiles(Path("tiny"));
  ExpectError({"evaluate", model(), "--data", Path("tiny")}, 2,
              "has samples of 5x4x1, the model takes 8x8x1");
  ExpectError({"evaluate"}, 2, "MODEL: not given");
}

TEST_F(ModelTest, EvaluateReadsOtherPicturesAsTheModelTakesThem) {
  for (const std::string name : {"0", "1", "2", "3"}) {
    std::filesystem::create_directories(Path("others/" + name));
    for (int i = 0; i < 5; ++i) {
      WriteBytes(Path(fmt::format("others/{}/{}.png", name, i)), PngBytes(10 + i, 12, 3, 5 + i));
    }
  }
  const json all = Run({"evaluate", model(), "--data", Path("others"), "--split", "all"});
  EXPECT_EQ(all.at("samples"), 20);
  for (const json& of_class : all.at("classes")) EXPECT_EQ(of_class.at("samples"), 5);
  ExpectError({"evaluate", model(), "--data", Path("others"), "--image-size", "9x9"}, 2,
              "has samples of 9x9x1, the model takes 8x8x1");
}

TEST_F(ModelTest, PredictAgreesWithEvaluateInEveryForm) {
  const std::string images = data() + "/t10k-images-idx3-ubyte";
  const json result = Run({"predict", model(), images, "--top-k", "2"});
  const json& predictions = result.at("predictions");
  ASSERT_EQ(predictions.size(), 80u);
  int correct = 0;
  for (std::size_t i = 0; i < 80; ++i) {
    EXPECT_EQ(predictions[i].at("sample"), images + ":" + std::to_string(i));
    correct += predictions[i].at("class") == std::to_string(i % 4) ? 1 : 0;
    const json& top = predictions[i].at("top");
    ASSERT_EQ(top.size(), 2u);
    EXPECT_GE(top[0].at("probability"), top[1].at("probability"));
  }
  EXPECT_NEAR(training_.at("test_accuracy").at(0), correct / 80.0, 1e-12);
  EXPECT_EQ(Run({"predict", model(), images, "--top-k", "2", "--batch", "7", "--threads", "2"}),
            result);

  // A row of the same values, twice, behind a header.
  std::ifstream file(images, std::ios::binary);
  file.ignore(16);
  std::string names, row;
  for (int i = 0; i < 64; ++i) {
    names += (i ? ",p" : "p") + std::to_string(i);
    row += (i ? "," : "") + std::to_string(file.get());
  }
  std::ofstream(Path("rows.csv")) << names << "\n" << row << "\n" << row << "\n";
  const json rows = Run({"predict", model(), Path("rows.csv"), "--top-k", "2"}).at("predictions");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].at("sample"), Path("rows.csv") + ":3");
  EXPECT_EQ(rows[1].at("top"), predictions[0].at("top"));

  const ProcessResult csv =
      Netsmith({"predict", model(), images, Path("rows.csv"), "--format", "csv", "--top-k", "9"});
  EXPECT_THAT(csv.out, StartsWith("sample,rank,class,probability\n" + images + ":0,1,"));
  EXPECT_EQ(std::ranges::count(csv.out, '\n'), 1 + 4 * 82);
  const ProcessResult text = Netsmith({"predict", model(), Path("rows.csv")});
  EXPECT_THAT(text.out, StartsWith(Path("rows.csv") + ":2: "));
}

TEST_F(ModelTest, PredictReadsPicturesAndArraysAsItReadsRows) {
  WriteBytes(Path("picture.png"), PngBytes(8, 8, 1));
  std::string row;
  std::vector<float> values;
  for (int i = 0; i < 64; ++i) {
    values.push_back(static_cast<float>((i / 8 + i % 8) * 16 % 256));
    row += fmt::format("{}{}", i ? "," : "", values.back());
  }
  std::ofstream(Path("row.csv")) << row << "\n";
  WriteBytes(Path("array.npy"), NpyBytes("<f4", "(8, 8)", FloatBytes(values)));
  values.insert(values.end(), values.begin(), values.end());
  WriteBytes(Path("arrays.npy"), NpyBytes("<f4", "(2, 64)", FloatBytes(values)));
  const json predictions = Run({"predict", model(), Path("row.csv"), Path("picture.png"),
                                Path("array.npy"), Path("arrays.npy"), "--top-k", "4"})
                               .at("predictions");
  ASSERT_EQ(predictions.size(), 5u);
  EXPECT_EQ(predictions[1].at("sample"), Path("picture.png"));
  EXPECT_EQ(predictions[2].at("sample"), Path("array.npy"));
  EXPECT_EQ(predictions[4].at("sample"), Path("arrays.npy") + ":1");
  for (const json& prediction : predictions) {
    EXPECT_EQ(prediction.at("top"), predictions[0].at("top"));
  }
}

TEST_F(ModelTest, PredictTakesThePicturesOfAFolder) {
  WriteBytes(Path("new/one.png"), PngBytes(8, 8, 1));
  WriteBytes(Path("new/more/two.jpg"), JpegBytes(20, 9, 3));
  const json predictions =
      Run({"predict", model(), Path("new"), Path("new/one.png")}).at("predictions");
  ASSERT_EQ(predictions.size(), 3u);
  EXPECT_EQ(predictions[0].at("sample"), Path("new/more/two.jpg"));
  EXPECT_EQ(predictions[1].at("sample"), Path("new/one.png"));
  EXPECT_EQ(predictions[1].at("top"), predictions[2].at("top"));
  WriteBytes(Path("new/z.png"), {'n', 'o'});
  ExpectError({"predict", model(), Path("new")}, 3, "new/z.png: ");
  std::filesystem::create_directory(Path("empty"));
  ExpectError({"predict", model(), Path("empty")}, 3,
              "empty: found no file *.png, *.jpg, *.jpeg, expected at least 1");
}

TEST_F(ModelTest, InferenceIsTimedForModelsAndNetworks) {
  const json of_model = Run({"bench", "inference", model(), "--runs", "3"});
  EXPECT_GT(of_model.at("median_us"), 0);
  EXPECT_LE(of_model.at("min_us"), of_model.at("p90_us"));
  const json of_network = Run({"bench", "inference", "--network", "3,4,1,0", "--input", "1x9x1",
                               "--runs", "3", "--save", Path("noise.netsmith")});
  EXPECT_EQ(of_network.at("macs"), 9 * 3 * 4 + 9 * 4 * 10);
  EXPECT_EQ(Run({"bench", "inference", Path("noise.netsmith"), "--runs", "1"}).at("macs"),
            of_network.at("macs"));
  ExpectError({"bench", "inference"}, 2, "expected one of them");
}

TEST_F(ModelTest, PredictSaysWhichSampleIsWrong) {
  const auto write = [&](const std::string& name, const std::string& content) {
    std::ofstream(Path(name)) << content;
    return Path(name);
  };
  ExpectError({"predict", model()}, 2, "FILE: not given");
  ExpectError({"predict", model(), Path("none")}, 3, "none");
  ExpectError({"predict", model(), write("a", "1,2\n")}, 3,
              "a: line 1: found 2 values, expected 64 for a sample of 8x8x1");
  std::string row = "1";
  for (int i = 1; i < 64; ++i) row += ",1";
  ExpectError({"predict", model(), write("b", row + "\nx" + row.substr(1) + "\n")}, 3,
              "b: line 2: column 1: found \"x\", expected a number");
  WriteTinyFiles(Path("tiny"));
  ExpectError({"predict", model(), Path("tiny/t10k-images-idx3-ubyte")}, 3,
              "found 20 values, expected 64");
  ExpectError({"predict", model(), data() + "/t10k-labels-idx1-ubyte"}, 3, "found 1 dimension");
}

TEST_F(ModelTest, ExportWritesOnnxAndSource) {
  const json result =
      Run({"export", model(), "--onnx", Path("m.onnx"), "--cpp", Path("cpp"), "--namespace", "q"});
  EXPECT_EQ(result.at("files"), json({Path("m.onnx"), Path("cpp/model.h"), Path("cpp/model.cc")}));
  EXPECT_THAT(ReadFile(Path("m.onnx")), HasSubstr(R"(["0","1","2","3"])"));
  EXPECT_THAT(ReadFile(Path("cpp/model.h")), HasSubstr("namespace q"));
}

TEST_F(ModelTest, ExportThatIsRefusedWritesNothing) {
  std::ofstream(Path("file")) << "mine";
  const auto expect_nothing = [&](const std::string& folder, const std::string& name, int code,
                                  const std::string& complaint) {
    ExpectError(
        {"export", model(), "--onnx", Path("m.onnx"), "--cpp", Path(folder), "--namespace", name},
        code, complaint);
    EXPECT_FALSE(std::filesystem::exists(Path("m.onnx"))) << complaint;
    EXPECT_FALSE(std::filesystem::exists(Path("cpp"))) << complaint;
  };
  expect_nothing("cpp", "a b", 2, "found namespace 'a b', expected letters, digits and _");
  expect_nothing("cpp", "é", 2, "found namespace 'é'");
  expect_nothing("cpp", "class", 2, "found namespace 'class'");
  expect_nothing("file", "q", 1, "file: cannot be made a folder: ");
  EXPECT_EQ(ReadFile(Path("file")), "mine");
}

TEST_F(ModelTest, PathsArePrintedWithoutTheirEscapes) {
  const std::string odd = "odd\n\x1b[2J\u009b";
  const std::string printed = "odd\\x0a\\x1b[2J\\xc2\\x9b";
  std::filesystem::copy(data(), Path(odd), std::filesystem::copy_options::recursive);
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"export", model(), "--onnx", Path(odd) + ".onnx"},
                                             {"evaluate", model(), "--data", Path(odd)},
                                             {"data", "inspect", Path(odd)}}) {
    const ProcessResult result = Netsmith(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr(Path(printed)));
    EXPECT_EQ(result.out.find('\x1b'), std::string::npos);
  }
}

TEST_F(ModelTest, WhatCannotBeExportedIsSaidInOneLine) {
  ExpectError({"export"}, 2, "MODEL: not given");
  ExpectError({"export", model()}, 2, "found neither --onnx nor --cpp");
  ExpectError({"export", model(), "--onnx", Path("none/m.onnx")}, 1, "cannot be written");
  ExpectError({"export", model(), "--onnx", Path("m/../m/model.netsmith")}, 2, "the model itself");
  ExpectError({"export", model(), "--cpp", Path("c"), "--namespace", "a b"}, 2, "namespace 'a b'");
  ExpectError({"export", Path("nothing"), "--onnx", Path("m.onnx")}, 3, "No such file");
  ExpectError({"export", data() + "/t10k-labels-idx1-ubyte", "--onnx", Path("m.onnx")}, 3,
              "found no netsmith model");
  std::filesystem::resize_file(model(), 500);
  ExpectError({"export", model(), "--onnx", Path("m.onnx")}, 3, "cut");
}

}  // namespace
}  // namespace netsmith::testing
