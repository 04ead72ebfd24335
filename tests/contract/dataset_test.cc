// What every Dataset promises. A new one is a line in INSTANTIATE_TEST_SUITE_P.

#include "netsmith/data/dataset.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <numeric>
#include <ostream>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "netsmith/data/float_dataset.h"
#include "netsmith/data/formats/format.h"
#include "netsmith/data/formats/idx_dataset.h"
#include "netsmith/data/formats/image_folder.h"
#include "netsmith/data/memory_dataset.h"
#include "tests/support/environment.h"
#include "tests/support/idx_files.h"
#include "tests/support/sample_files.h"
#include "tests/support/text_files.h"

namespace netsmith::data {
namespace {

using Indices = std::vector<std::int64_t>;

struct Case {
  std::string name;
  std::function<std::shared_ptr<const Dataset>()> make;
  bool standardised = false;  // a signal's values; else bytes
  bool by_column = false;     // a table's
};

void PrintTo(const Case& made, std::ostream* out) { *out << made.name; }

class DatasetContractTest : public ::testing::TestWithParam<Case> {
 protected:
  Indices All() const {
    Indices records(static_cast<std::size_t>(dataset_->size()));
    std::iota(records.begin(), records.end(), std::int64_t{0});
    return records;
  }
  std::vector<float> Read(const Indices& records) const {
    std::vector<float> values(records.size() * static_cast<std::size_t>(dataset_->shape().size()),
                              -1.0f);
    dataset_->Read(records, values);
    return values;
  }
  std::shared_ptr<const Dataset> dataset_ = GetParam().make();
};

TEST_P(DatasetContractTest, HasNameSamplesAndClasses) {
  EXPECT_FALSE(dataset_->name().empty());
  EXPECT_GE(dataset_->size(), 1);
  EXPECT_GE(dataset_->shape().size(), 1);
  EXPECT_GE(dataset_->num_classes(), 2);
}

TEST_P(DatasetContractTest, HasLabelsInRange) {
  for (const std::int64_t record : All()) {
    EXPECT_GE(dataset_->Label(record), 0);
    EXPECT_LT(dataset_->Label(record), dataset_->num_classes());
  }
}

TEST_P(DatasetContractTest, NamesItsClassesApart) {
  const std::vector<std::string> names = dataset_->ClassNames();
  EXPECT_EQ(std::ssize(names), dataset_->num_classes());
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

TEST_P(DatasetContractTest, ScalesBytesWithinZeroAndOneAndSignalsToUnitDeviation) {
  const std::vector<float> values = Read(All());
  const Scaling scaling = dataset_->scaling();
  const std::int64_t count =
      GetParam().by_column ? dataset_->shape().size() : dataset_->shape().channels;
  EXPECT_EQ(std::ssize(scaling.mean), count);
  EXPECT_EQ(std::ssize(scaling.deviation), count);
  double squares = 0;
  for (const float value : values) {
    squares += value * value;
    ASSERT_TRUE(std::isfinite(value));
    if (!GetParam().standardised) {
      EXPECT_GE(value, 0.0f);
      EXPECT_LE(value, 1.0f);
    }
  }
  if (GetParam().standardised) {
    EXPECT_NEAR(squares / static_cast<double>(values.size()), 1, 1e-5);
  }
}

TEST_P(DatasetContractTest, ReadsRecordsInTheOrderGivenAndRepeats) {
  const std::int64_t last = dataset_->size() - 1;
  const std::vector<float> several = Read({last, 0, last});
  std::vector<float> one_by_one;
  for (const std::int64_t record : {last, std::int64_t{0}, last}) {
    const std::vector<float> values = Read({record});
    one_by_one.insert(one_by_one.end(), values.begin(), values.end());
  }
  EXPECT_EQ(several, one_by_one);
}

TEST_P(DatasetContractTest, ReadsNothingWhenAskedForNothing) {
  EXPECT_NO_THROW(dataset_->Read({}, {}));
}

TEST_P(DatasetContractTest, HashesEqualDataEqually) {
  EXPECT_EQ(dataset_->ContentHash(), GetParam().make()->ContentHash());
  EXPECT_EQ(dataset_->ContentHash().size(), 64U);
}

TEST_P(DatasetContractTest, CanBeReadByManyThreads) {
  const std::vector<float> expected = Read(All());
  std::vector<std::vector<float>> found(4);
  {
    std::vector<std::jthread> threads;
    for (auto& values : found) threads.emplace_back([&] { values = Read(All()); });
  }
  for (const auto& values : found) EXPECT_EQ(values, expected);
}

std::shared_ptr<const Dataset> MakeMemory() {
  return std::make_shared<MemoryDataset>("memory", tensor::SampleShape{1, 3, 2}, 2,
                                         std::vector<std::uint8_t>{0, 255, 3, 4, 5, 6,  //
                                                                   7, 8, 9, 10, 11, 12},
                                         std::vector<std::int32_t>{1, 0});
}

std::shared_ptr<const Dataset> MakeIdx() {
  const testing::TemporaryFolder folder;
  testing::WriteTinyFiles(folder.path());
  return LoadIdxPair("idx", folder.path() / "train-images-idx3-ubyte",
                     folder.path() / "train-labels-idx1-ubyte", std::nullopt);
}

/// A subset together with what it looks at.
struct OwningSubset {
  std::shared_ptr<const Dataset> whole = MakeIdx();
  Subset subset{*whole, Indices{7, 3, 20}};
};

std::shared_ptr<const Dataset> MakeSubset() {
  const auto owner = std::make_shared<OwningSubset>();
  return {owner, &owner->subset};
}

std::shared_ptr<const Dataset> Standardised(const std::shared_ptr<const Dataset>& raw, ScaleBy by) {
  return std::make_shared<Scaled>(raw, MeasureScaling(*raw, by));
}

/// The development set of a path's format, before any split.
std::shared_ptr<const Dataset> Load(const std::filesystem::path& path,
                                    const FormatOptions& options = {}) {
  const Loaded loaded = FormatOf(path).load(path, options);
  return loaded.standardise ? Standardised(loaded.development, *loaded.standardise)
                            : loaded.development;
}

std::shared_ptr<const Dataset> MakeTs() {
  const testing::TemporaryFolder folder;
  testing::WriteText(folder.path() / "a_TRAIN.ts",
                     "@classLabel true x y\n@data\n1,2,5:3,4,9:x\n5,6,1:7,0,2:y\n");
  return Load(folder.path());
}

std::shared_ptr<const Dataset> MakeCsv() {
  const testing::TemporaryFolder folder;
  testing::WriteText(folder.path() / "a.csv", "label,a,b\nx,1,2\ny,5,-6\nx,0,3\n");
  return Load(folder.path() / "a.csv");
}

std::shared_ptr<const Dataset> MakeCsvOfSeries() {
  const testing::TemporaryFolder folder;
  testing::WriteText(folder.path() / "a.csv", "x,1,2\ny,5,-6\nx,0,3\n");
  return Load(folder.path() / "a.csv");
}

std::shared_ptr<const Dataset> MakeNumpy() {
  const testing::TemporaryFolder folder;
  testing::WriteBytes(
      folder.path() / "a.npz",
      testing::ZipBytes({{"x.npy", testing::NpyBytes("|u1", "(2, 3, 1)", {1, 2, 3, 4, 5, 255})},
                         {"y.npy", testing::NpyBytes("|u1", "(2,)", {7, 3})}},
                        true));
  return Load(folder.path() / "a.npz");
}

std::shared_ptr<const Dataset> MakeCifar() {
  const testing::TemporaryFolder folder;
  testing::Bytes records(2 * 3073, 9);
  testing::WriteBytes(folder.path() / "data_batch_1.bin", records);
  return Load(folder.path());
}

void WritePictures(const std::filesystem::path& folder) {
  testing::WriteBytes(folder / "cat/a.png", testing::PngBytes(4, 5, 3));
  testing::WriteBytes(folder / "dog/a.jpg", testing::JpegBytes(9, 5, 3));
}

std::shared_ptr<const Dataset> MakeImages() {
  const testing::TemporaryFolder folder;
  WritePictures(folder.path());
  return Load(folder.path());
}

/// Pictures that are decoded on demand, together with their files.
struct OwningImages {
  testing::TemporaryFolder folder;
  std::shared_ptr<const Dataset> dataset;
};

std::shared_ptr<const Dataset> MakeImagesOnDemand() {
  const auto owner = std::make_shared<OwningImages>();
  WritePictures(owner->folder.path());
  owner->dataset = LoadImageFolder(owner->folder.path(), {}, 0).development;
  return {owner, owner->dataset.get()};
}

std::shared_ptr<const Dataset> MakeSounds() {
  const testing::TemporaryFolder folder;
  testing::WriteBytes(folder.path() / "no/a.wav", testing::WavBytes(100, 1, {1, 2, 3}));
  testing::WriteBytes(folder.path() / "yes/a.wav", testing::WavBytes(100, 1, {1, 9, 8}));
  return Load(folder.path());
}

INSTANTIATE_TEST_SUITE_P(Datasets, DatasetContractTest,
                         ::testing::Values(Case{"memory", MakeMemory}, Case{"idx", MakeIdx},
                                           Case{"subset", MakeSubset}, Case{"ts", MakeTs, true},
                                           Case{"csv", MakeCsv, true, true},
                                           Case{"csv_of_series", MakeCsvOfSeries, true},
                                           Case{"numpy", MakeNumpy}, Case{"cifar", MakeCifar},
                                           Case{"images", MakeImages},
                                           Case{"images_on_demand", MakeImagesOnDemand},
                                           Case{"sounds", MakeSounds, true}),
                         [](const auto& made) { return made.param.name; });

}  // namespace
}  // namespace netsmith::data
