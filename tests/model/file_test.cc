#include "netsmith/model/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <limits>

#include "netsmith/base/error.h"
#include "netsmith/data/sha256.h"
#include "netsmith/engine/program.h"
#include "netsmith/model/format.h"
#include "tests/engine/networks.h"
#include "tests/model/models.h"
#include "tests/support/environment.h"

namespace netsmith::model {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string ErrorOf(const std::string& bytes) {
  try {
    Decode(bytes, "m.netsmith");
  } catch (const base::DataError& error) {
    return error.what();
  }
  return "no error";
}

/// Puts the checksum of all that stands before it at the end.
std::string Sealed(std::string bytes) {
  bytes.resize(bytes.size() - kChecksumBytes);
  data::Sha256 hash;
  hash.Update({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  const std::string digits = hash.Finish();
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

/// `bytes` with one text of the description replaced by another of any length.
std::string WithDescription(std::string bytes, const std::string& from, const std::string& to) {
  const std::size_t place = bytes.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  bytes.replace(place, from.size(), to);
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + 12, 4);
  length += static_cast<std::uint32_t>(to.size()) - static_cast<std::uint32_t>(from.size());
  std::memcpy(bytes.data() + 12, &length, 4);
  return Sealed(bytes);
}

TEST(ModelFileTest, ComesBackAsItWasForEveryOperation) {
  for (const auto& [name, graph] : engine::testing::OperationGraphs(/*small=*/true)) {
    Model model = testing::RandomModel(graph);
    model.training_json = R"({"data":"mnist","seed":7})";
    EXPECT_EQ(Decode(Encode(model), name), model) << name;
  }
}

TEST(ModelFileTest, KeepsHowFilesAreRead) {
  Model model = testing::RandomModel(testing::SmallGraph());
  EXPECT_THAT(Encode(model), Not(HasSubstr("\"reading\"")));  // as older versions wrote it
  model.reading = {.lengths = "resample", .columns = {"kind", "who"}};
  EXPECT_EQ(Decode(Encode(model), "m"), model);
}

TEST(ModelFileTest, WhatItSaysOfSoundsMustBeWhatItsSamplesAre) {
  Model model = testing::RandomModel(testing::SmallGraph());
  model.preprocessing = {.sample = {1, 40, 1}, .mean = {0}, .deviation = {1}};
  const auto error = [&](const data::Reading& reading) {
    model.reading = reading;
    try {
      Check(model);
    } catch (const base::InvalidArgument& found) {
      return std::string(found.what());
    }
    return std::string();
  };
  EXPECT_EQ(error({.sample_rate = 1000, .window_seconds = 0.04}), "");
  EXPECT_EQ(error({.sample_rate = 1000, .window_seconds = 0.05}),
            "found samples of 1x40x1, expected 1x50x1 of its sounds");
  EXPECT_THAT(error({.sample_rate = 1000, .window_seconds = 1, .log_mel = 4}),
              HasSubstr("expected 4x98x1 of its sounds"));
  EXPECT_THAT(error({.sample_rate = -1, .window_seconds = 1}), HasSubstr("found sounds of -1"));
  EXPECT_THAT(error({.sample_rate = 1000, .window_seconds = 1e300}), HasSubstr("found sounds of"));
  EXPECT_THAT(error({.lengths = "half"}), HasSubstr("found lengths 'half'"));
}

TEST(ModelFileTest, TensorsAreThoseOfTheEngine) {
  for (const auto& [name, graph] : engine::testing::OperationGraphs(/*small=*/false)) {
    base::ThreadPool pool(1);
    const graph::Graph used = graph::WithoutUnused(graph);
    const engine::Weights weights = engine::ReadWeights(engine::Program(used, 1, pool));
    const TensorSizes sizes = SizesOf(used);
    ASSERT_EQ(weights.params.size(), sizes.params.size()) << name;
    ASSERT_EQ(weights.running_averages.size(), sizes.running_averages.size()) << name;
    for (std::size_t i = 0; i < sizes.params.size(); ++i) {
      EXPECT_EQ(std::ssize(weights.params[i]), sizes.params[i]) << name;
    }
  }
}

TEST(ModelFileTest, EveryDamagedByteIsNoticed) {
  const std::string good = Encode(testing::RandomModel(testing::SmallGraph()));
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bytes = good;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x10);
    EXPECT_THAT(ErrorOf(bytes), StartsWith("m.netsmith: found ")) << "byte " << i;
  }
}

TEST(ModelFileTest, EveryCutIsNoticed) {
  const std::string good = Encode(testing::RandomModel(testing::SmallGraph()));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_THAT(ErrorOf(good.substr(0, size)), StartsWith("m.netsmith: found ")) << size;
  }
  EXPECT_THAT(ErrorOf(good.substr(0, 100)), HasSubstr("cut"));
  EXPECT_THAT(ErrorOf(good + "x"), HasSubstr("cut or damaged"));
}

TEST(ModelFileTest, SaysWhatIsWrongInOneLine) {
  const std::string good = Encode(testing::RandomModel(testing::SmallGraph()));
  const auto with = [&](std::size_t offset, std::uint64_t value, std::size_t bytes) {
    std::string changed = good;
    std::memcpy(changed.data() + offset, &value, bytes);
    return Sealed(changed);
  };
  constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();
  struct Case {
    std::string bytes;
    std::string message;
  };
  const Case cases[] = {
      {"", "found no netsmith model"},
      {std::string(200, 'x'), "found no netsmith model"},
      {"NETSMITH", "found 8 bytes, expected a model: the file was cut"},
      {with(8, 2, 4), "found a model of format 2, expected 1: a newer netsmith wrote it"},
      {with(8, 0, 4), "found a model of format 0, expected 1"},
      {with(12, 0xFFFFFFFF, 4), "the file was cut or damaged"},
      {with(16, kHuge, 8), "18446744073709551615 weights: the file was cut or damaged"},
      {with(12, 20, 4), "the file was cut or damaged"},
      {WithDescription(good, R"({"graph")", R"(["graph")"),
       "found no description of a model: parse error at line 1"},
      {WithDescription(good, R"("mean")", R"("meen")"),
       "found no description of a model: key 'mean' not found"},
      {WithDescription(good, R"("dense")", R"("dance")"), "op 'dance' is unknown"},
      {WithDescription(good, R"("filters":3)", R"("filters":4)"), "weights, expected more"},
      {WithDescription(good, R"("filters":3)", R"("filters":2)"), "weights, expected "},
      {WithDescription(good, R"("filters":3)", R"("filters":8000000)"), "expected more"},
      {WithDescription(good, R"("sample":[5,4,2])", R"("sample":[5,4,3])"),
       "found samples of 5x4x3, expected 40 values as the network has"},
      {WithDescription(good, R"("sample":[5,4,2])", R"("sample":[-5,-4,2])"), "found samples of"},
      {WithDescription(good, R"("sample":[5,4,2])", R"("sample":[4294967296,4294967296,0])"),
       "found samples of"},
      {WithDescription(good, R"("sample":[5,4,2])", R"("sample":[20,2,1])"),
       "found 2 means and 2 deviations, expected 1, one a channel"},
      {WithDescription(good, R"("class 0",)", ""),
       "found 2 class names, expected 3 as the network has outputs"},
      {WithDescription(good, R"("training":{})", R"("training":7)"), "'training' is no object"},
  };
  for (const Case& c : cases) {
    const std::string error = ErrorOf(c.bytes);
    EXPECT_THAT(error, HasSubstr(c.message));
    EXPECT_THAT(error, StartsWith("m.netsmith: "));
    EXPECT_THAT(error, Not(HasSubstr("\n")));
  }
}

TEST(ModelFileTest, PartsThatDoNotGoTogetherAreRefused) {
  const Model good = testing::RandomModel(testing::SmallGraph());
  const auto refused = [&](const std::function<void(Model&)>& spoil, const std::string& message) {
    Model model = good;
    spoil(model);
    try {
      Encode(model);
      ADD_FAILURE() << "not refused: " << message;
    } catch (const base::InvalidArgument& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
    }
  };
  refused([](Model& m) { m.weights.params.pop_back(); }, "tensors of parameters");
  refused([](Model& m) { m.weights.params[0].push_back(0); }, "found 37 values, expected 36");
  refused([](Model& m) { m.weights.params[1][0] = NAN; }, "a value that is no number");
  refused([](Model& m) { m.weights.running_averages[1][0] = INFINITY; }, "running averages");
  refused([](Model& m) { m.preprocessing.deviation[1] = 0; }, "channel 1: found mean");
  refused([](Model& m) { m.preprocessing.mean.push_back(0); },
          "found 3 means and 2 deviations, expected 2, one a channel, or 40, one a value");
  refused(
      [](Model& m) {
        m.graph.Add(graph::Dense{3}, {5});
        m.graph.Add(graph::Dense{3}, {5});
      },
      "lead nowhere");
}

TEST(ModelFileTest, KeepsAMeanAndADeviationForEachColumn) {
  Model model = testing::ModelOfColumns(testing::SmallGraph());
  EXPECT_EQ(Decode(Encode(model), "FILE"), model);
  model.reading.values = {"a"};
  EXPECT_THROW(Encode(model), base::InvalidArgument);
  model.reading.values.assign(40, "a");
  EXPECT_EQ(Decode(Encode(model), "FILE"), model);
  model.preprocessing.deviation[7] = -1;
  EXPECT_THROW(Encode(model), base::InvalidArgument);
}

TEST(ModelFileTest, IsReadBackFromTheDisk) {
  const netsmith::testing::TemporaryFolder folder;
  const auto path = folder.path() / "model.netsmith";
  const Model model = testing::RandomModel(testing::SmallGraph());
  Save(model, path);
  Save(model, path);  // in the place of the first
  EXPECT_EQ(Load(path), model);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(ModelFileTest, SaysWhichFileCannotBeReadOrWritten) {
  const netsmith::testing::TemporaryFolder folder;
  const auto error_of = [](const std::filesystem::path& path) -> std::string {
    try {
      Load(path);
    } catch (const base::DataError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(error_of(folder.path() / "none"), EndsWith("No such file or directory"));
  EXPECT_THAT(error_of(folder.path()), HasSubstr("found no regular file"));
  EXPECT_THAT(error_of("/dev/zero"), HasSubstr("found no regular file"));
  std::ofstream(folder.path() / "short") << "NET";
  EXPECT_THAT(error_of(folder.path() / "short"), HasSubstr("found no netsmith model"));
  EXPECT_THROW(Save(testing::RandomModel(testing::SmallGraph()), folder.path() / "no" / "model"),
               base::IoError);
}

}  // namespace
}  // namespace netsmith::model
