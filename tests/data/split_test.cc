#include "netsmith/data/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/memory_dataset.h"

namespace netsmith::data {
namespace {

/// `counts[c]` records of class c, mixed by a fixed rule.
MemoryDataset Made(const std::vector<int>& counts) {
  std::vector<std::int32_t> labels;
  std::vector<int> left = counts;
  while (std::any_of(left.begin(), left.end(), [](int n) { return n > 0; })) {
    for (std::size_t label = 0; label < left.size(); ++label) {
      if (left[label]-- > 0) labels.push_back(static_cast<std::int32_t>(label));
    }
  }
  std::vector<std::uint8_t> samples(labels.size());
  return MemoryDataset("made", {}, static_cast<int>(counts.size()), std::move(samples),
                       std::move(labels));
}

std::map<int, int> CountLabels(const Dataset& dataset, const std::vector<std::int64_t>& records) {
  std::map<int, int> counts;
  for (const std::int64_t record : records) ++counts[dataset.Label(record)];
  return counts;
}

TEST(SplitTest, PutsEachRecordIntoExactlyOnePart) {
  const MemoryDataset dataset = Made({50, 30, 21});
  const Split split = SplitValidation(dataset, 17, 5);
  EXPECT_EQ(split.validation.size(), 17U);
  std::vector<std::int64_t> all = split.train;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  std::sort(all.begin(), all.end());
  for (std::int64_t i = 0; i < 101; ++i) EXPECT_EQ(all.at(static_cast<std::size_t>(i)), i);
  EXPECT_EQ(all.size(), 101U);
  EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
  EXPECT_TRUE(std::is_sorted(split.validation.begin(), split.validation.end()));
}

TEST(SplitTest, IsFixedByItsSeed) {
  const MemoryDataset dataset = Made({50, 50});
  const Split split = SplitValidation(dataset, 20, 5);
  EXPECT_EQ(split.validation, SplitValidation(dataset, 20, 5).validation);
  EXPECT_NE(split.validation, SplitValidation(dataset, 20, 6).validation);
}

TEST(SplitTest, TakesEachClassByItsShare) {
  const MemoryDataset dataset = Made({60, 30, 10});
  const Split split = SplitValidation(dataset, 20, 1);
  EXPECT_EQ(CountLabels(dataset, split.validation), (std::map<int, int>{{0, 12}, {1, 6}, {2, 2}}));
}

TEST(SplitTest, GivesWhatIsLeftToTheLargestRemainders) {
  // Shares of 5 of 16: 3.4375, 0.9375, 0.625.
  const MemoryDataset dataset = Made({11, 3, 2});
  const Split split = SplitValidation(dataset, 5, 1);
  EXPECT_EQ(CountLabels(dataset, split.validation), (std::map<int, int>{{0, 3}, {1, 1}, {2, 1}}));
}

TEST(SplitTest, CanLeaveOneRecordOnEitherSide) {
  const MemoryDataset dataset = Made({3, 0, 2});
  EXPECT_EQ(SplitValidation(dataset, 1, 1).validation.size(), 1U);
  EXPECT_EQ(SplitValidation(dataset, 4, 1).train.size(), 1U);
}

TEST(SplitTest, DrawsRecordsUniformly) {
  // 2,000 draws of 2 from 8 records of one class (the other is tiny): each record is drawn 500
  // times on average with a standard deviation of 19; 100 is beyond five of them.
  const MemoryDataset dataset = Made({8, 1});
  std::vector<int> drawn(9);
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    for (const std::int64_t record : SplitValidation(dataset, 2, seed).validation) {
      ++drawn[static_cast<std::size_t>(record)];
    }
  }
  for (std::int64_t record = 0; record < 9; ++record) {
    if (dataset.Label(record) == 0) {
      EXPECT_NEAR(drawn[static_cast<std::size_t>(record)], 500, 100) << record;
    }
  }
}

TEST(SplitTest, RefusesToLeaveAPartEmpty) {
  const MemoryDataset dataset = Made({3, 2});
  for (const std::int64_t count : {0, 5, -1, 6}) {
    try {
      SplitValidation(dataset, count, 1);
      FAIL() << count;
    } catch (const base::InvalidArgument& error) {
      EXPECT_EQ(error.what(), "made: found " + std::to_string(count) +
                                  " validation records of 5, expected 1 to 4");
    }
  }
}

TEST(SplitTest, OneRecordIsTooLittleData) {
  try {
    SplitValidation(Made({1, 0}), 1, 1);
    FAIL() << "nothing was thrown";
  } catch (const base::DataError& error) {
    EXPECT_STREQ(error.what(),
                 "made: found 1 record to train and validate on, expected at least 2 beside those "
                 "to test on");
  }
}

TEST(SplitTest, KeepsEveryClassInBothPartsWhereThatCanBe) {
  const MemoryDataset dataset = Made({90, 2, 2, 1});
  const Split split = SplitValidation(dataset, 10, 3);
  EXPECT_EQ(CountLabels(dataset, split.validation), (std::map<int, int>{{0, 8}, {1, 1}, {2, 1}}));
  EXPECT_EQ(CountLabels(dataset, split.train),
            (std::map<int, int>{{0, 82}, {1, 1}, {2, 1}, {3, 1}}));
}

TEST(SplitTest, ValidatesOnATwelfthButOnMoreOfSmallSets) {
  EXPECT_EQ(UsualValidation(60000), 5000);
  EXPECT_EQ(UsualValidation(8000), 1000);
  EXPECT_EQ(UsualValidation(50), 12);
  EXPECT_EQ(UsualValidation(2), 1);
}

TEST(SplitTest, KeepsGroupsTogetherAndSharesNearlyMet) {
  const MemoryDataset dataset = Made({100, 50});
  std::vector<std::int64_t> groups;
  for (std::int64_t record = 0; record < 150; ++record) groups.push_back(record / 5);
  const Split split = SplitGroups(dataset, groups, 30, 1);
  EXPECT_NEAR(static_cast<double>(split.validation.size()), 30, 5);
  EXPECT_NEAR(CountLabels(dataset, split.validation)[1], 10, 5);
  for (const std::int64_t a : split.train) {
    for (const std::int64_t b : split.validation) {
      EXPECT_NE(groups[static_cast<std::size_t>(a)], groups[static_cast<std::size_t>(b)]);
    }
  }
  EXPECT_EQ(split.validation, SplitGroups(dataset, groups, 30, 1).validation);
  EXPECT_NE(split.validation, SplitGroups(dataset, groups, 30, 2).validation);
}

TEST(SplitTest, RefusesToDivideASingleGroup) {
  const MemoryDataset dataset = Made({3, 2});
  EXPECT_THROW(SplitGroups(dataset, std::vector<std::int64_t>(5, 7), 2, 1), base::InvalidArgument);
}

TEST(FoldsTest, ValidateEachRecordOnceWithTheSharesOfTheClasses) {
  const MemoryDataset dataset = Made({25, 15, 10});
  const std::vector<Split> folds = StratifiedFolds(dataset, {}, 5, 1);
  std::vector<std::int64_t> all;
  for (const Split& fold : folds) {
    EXPECT_EQ(CountLabels(dataset, fold.validation), (std::map<int, int>{{0, 5}, {1, 3}, {2, 2}}));
    EXPECT_EQ(fold.train.size(), 40U);
    all.insert(all.end(), fold.validation.begin(), fold.validation.end());
  }
  std::sort(all.begin(), all.end());
  for (std::int64_t i = 0; i < 50; ++i) EXPECT_EQ(all.at(static_cast<std::size_t>(i)), i);
  EXPECT_NE(folds[0].validation, StratifiedFolds(dataset, {}, 5, 2)[0].validation);
}

TEST(FoldsTest, KeepGroupsTogether) {
  const MemoryDataset dataset = Made({20, 20});
  std::vector<std::int64_t> groups;
  for (std::int64_t record = 0; record < 40; ++record) groups.push_back(record % 7);
  for (const Split& fold : StratifiedFolds(dataset, groups, 3, 1)) {
    EXPECT_FALSE(fold.validation.empty());
    for (const std::int64_t a : fold.train) {
      for (const std::int64_t b : fold.validation) EXPECT_NE(a % 7, b % 7);
    }
  }
  EXPECT_THROW(StratifiedFolds(dataset, groups, 8, 1), base::InvalidArgument);
  EXPECT_THROW(StratifiedFolds(dataset, {}, 1, 1), base::InvalidArgument);
}

}  // namespace
}  // namespace netsmith::data
