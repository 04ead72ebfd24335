#include "netsmith/train/batch_loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "netsmith/data/augment.h"
#include "tests/train/spots.h"

namespace netsmith::train {
namespace {

constexpr tensor::SampleShape kShape = {1, 12, 1};

data::Augmenter Gain() { return {data::ParseAugment("gain", kShape), kShape}; }
data::Augmenter Nothing() { return {{}, kShape}; }

struct Seen {
  std::vector<float> samples;
  std::vector<std::int32_t> labels;
  std::vector<std::size_t> counts;  // of each mini-batch
};

Seen Load(const std::vector<std::int64_t>& order, const data::Augmenter& augmenter,
          const BatchLoader::Options& options, int pause_ms = 0) {
  const auto dataset = testing::Spots(60, 1);
  BatchLoader loader(*dataset, order, augmenter, options);
  Seen seen;
  for (MiniBatch batch = loader.Next(); !batch.labels.empty(); batch = loader.Next()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
    seen.samples.insert(seen.samples.end(), batch.samples.begin(), batch.samples.end());
    seen.labels.insert(seen.labels.end(), batch.labels.begin(), batch.labels.end());
    seen.counts.push_back(batch.labels.size());
  }
  EXPECT_TRUE(loader.Next().labels.empty());  // and so it stays
  return seen;
}

std::vector<std::int64_t> FirstRecords(int count) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

TEST(BatchLoaderTest, GivesEachRecordOnceInTheOrderAsked) {
  const std::vector<std::int64_t> order = {9, 3, 3, 59, 0, 17, 5};
  const Seen seen = Load(order, Nothing(), {.mb = 3});
  EXPECT_EQ(seen.counts, (std::vector<std::size_t>{3, 3, 1}));
  const auto dataset = testing::Spots(60, 1);
  std::vector<float> expected(order.size() * 12);
  dataset->Read(order, expected);
  EXPECT_EQ(seen.samples, expected);
  for (std::size_t i = 0; i < order.size(); ++i) {
    EXPECT_EQ(seen.labels[i], dataset->Label(order[i]));
  }
  EXPECT_EQ(Load(order, Gain(), {.mb = 3}).labels, seen.labels);
}

TEST(BatchLoaderTest, AugmentationDependsOnSeedEpochAndRecordAlone) {
  const BatchLoader::Options options = {.mb = 7, .seed = 3, .epoch = 2};
  const Seen one = Load(FirstRecords(60), Gain(), options);
  EXPECT_NE(one.samples, Load(FirstRecords(60), Nothing(), options).samples);
  EXPECT_EQ(one.samples, Load(FirstRecords(60), Gain(), options, 1).samples);
  EXPECT_EQ(one.samples, Load(FirstRecords(60), Gain(), {.mb = 60, .seed = 3, .epoch = 2}).samples);
  EXPECT_NE(one.samples, Load(FirstRecords(60), Gain(), {.mb = 7, .seed = 4, .epoch = 2}).samples);
  EXPECT_NE(one.samples, Load(FirstRecords(60), Gain(), {.mb = 7, .seed = 3, .epoch = 1}).samples);
  // The last record alone is what it was among the others.
  const Seen last = Load({59}, Gain(), options);
  EXPECT_TRUE(std::equal(last.samples.begin(), last.samples.end(), one.samples.end() - 12));
}

/// Fails to read record 20.
class Failing : public data::Dataset {
 public:
  const std::string& name() const override { return whole_->name(); }
  tensor::SampleShape shape() const override { return whole_->shape(); }
  int num_classes() const override { return whole_->num_classes(); }
  std::int64_t size() const override { return whole_->size(); }
  std::int32_t Label(std::int64_t record) const override { return whole_->Label(record); }
  void Read(std::span<const std::int64_t> records, std::span<float> dst) const override {
    if (std::ranges::find(records, 20) != records.end()) throw std::runtime_error("record 20");
    whole_->Read(records, dst);
  }

 private:
  std::shared_ptr<const data::Dataset> whole_ = testing::Spots(60, 1);
};

TEST(BatchLoaderTest, AnErrorOfTheDataArrivesWithItsMiniBatch) {
  for (const data::Augmenter& augmenter : {Gain(), Nothing()}) {
    const Failing dataset;
    BatchLoader loader(dataset, FirstRecords(60), augmenter, {.mb = 10});
    EXPECT_EQ(loader.Next().labels.size(), 10u);
    EXPECT_EQ(loader.Next().labels.size(), 10u);
    EXPECT_THROW(loader.Next(), std::runtime_error);
  }
}

TEST(BatchLoaderTest, MayBeLeftAnywhere) {
  const auto dataset = testing::Spots(60, 1);
  const data::Augmenter gain = Gain();
  for (int taken = 0; taken <= 6; ++taken) {
    BatchLoader loader(*dataset, FirstRecords(60), gain, {.mb = 10});
    for (int i = 0; i < taken; ++i) EXPECT_EQ(loader.Next().labels.size(), 10u);
  }
}

}  // namespace
}  // namespace netsmith::train
