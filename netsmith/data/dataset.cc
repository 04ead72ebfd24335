#include "netsmith/data/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <numeric>
#include <utility>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/data/sha256.h"
#include "netsmith/data/split.h"

namespace netsmith::data {
namespace {

/// Marks each index as used by `part`; `used` has one entry a record.
void CheckIndices(const Dataset& development, std::span<const std::int64_t> indices,
                  const std::string& part, std::vector<bool>& used) {
  if (indices.empty()) {
    throw base::InvalidArgument(fmt::format("{}: the {} split is empty, expected at least 1 record",
                                            development.name(), part));
  }
  for (const std::int64_t index : indices) {
    if (index < 0 || index >= development.size()) {
      throw base::InvalidArgument(fmt::format("{}: the {} split has record {}, expected 0 to {}",
                                              development.name(), part, index,
                                              development.size() - 1));
    }
    if (used[static_cast<std::size_t>(index)]) {
      throw base::InvalidArgument(
          fmt::format("{}: the {} split has record {}, which is in use already, expected each once",
                      development.name(), part, index));
    }
    used[static_cast<std::size_t>(index)] = true;
  }
}

void CheckSameKind(const Dataset& development, const Dataset& test) {
  if (test.shape() != development.shape() || test.num_classes() != development.num_classes()) {
    throw base::DataError(fmt::format(
        "{}: found a test set of {} samples in {} classes, expected {} in {} as in training",
        development.name(), ToString(test.shape()), test.num_classes(),
        ToString(development.shape()), development.num_classes()));
  }
}

void Hash(std::span<const std::int64_t> indices, Sha256& hash) {
  hash.Update(std::ssize(indices));
  for (const std::int64_t index : indices) hash.Update(index);
}

void Hash(const std::string& text, Sha256& hash) {
  hash.Update({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

struct Problem::DataHash {
  std::once_flag once;
  std::string development;
  std::string test;
};

std::vector<std::string> Dataset::ClassNames() const {
  std::vector<std::string> names;
  for (int label = 0; label < num_classes(); ++label) names.push_back(std::to_string(label));
  return names;
}

Scaling Dataset::scaling() const {
  const auto channels = static_cast<std::size_t>(shape().channels);
  return {.mean = std::vector<float>(channels, 0.0f),
          .deviation = std::vector<float>(channels, 255.0f)};
}

std::string Dataset::ContentHash() const {
  constexpr std::int64_t kStep = 256;
  Sha256 hash;
  for (const std::int64_t number :
       {shape().height, shape().width, shape().channels, std::int64_t{num_classes()}, size()}) {
    hash.Update(number);
  }
  std::vector<float> values;
  for (std::int64_t begin = 0; begin < size(); begin += kStep) {
    std::vector<std::int64_t> records(static_cast<std::size_t>(std::min(kStep, size() - begin)));
    std::iota(records.begin(), records.end(), begin);
    values.resize(records.size() * static_cast<std::size_t>(shape().size()));
    Read(records, values);
    hash.Update({reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * 4});
    for (const std::int64_t record : records) hash.Update(std::int64_t{Label(record)});
  }
  return hash.Finish();
}

Problem::Problem(std::shared_ptr<const Dataset> development, std::shared_ptr<const Dataset> test,
                 std::vector<std::int64_t> train, std::vector<std::int64_t> validation)
    : development_(std::move(development)),
      test_(std::move(test)),
      train_(std::move(train)),
      validation_(std::move(validation)) {
  NETSMITH_CHECK(development_ != nullptr && test_ != nullptr);
  CheckSameKind(*development_, *test_);
  std::vector<bool> used(static_cast<std::size_t>(development_->size()));
  CheckIndices(*development_, train_, "training", used);
  CheckIndices(*development_, validation_, "validation", used);
  data_hash_ = std::make_shared<DataHash>();
}

Problem Problem::WithSplit(Split split) const {
  Problem problem(development_, test_, std::move(split.train), std::move(split.validation));
  problem.groups_ = groups_;
  problem.reading_ = reading_;
  problem.data_hash_ = data_hash_;
  return problem;
}

Problem Problem::Whole() const {
  Problem problem = *this;
  problem.train_.resize(static_cast<std::size_t>(development_->size()));
  std::iota(problem.train_.begin(), problem.train_.end(), std::int64_t{0});
  problem.validation_.clear();
  return problem;
}

std::vector<Split> Problem::Folds(int count, std::uint64_t seed) const {
  return StratifiedFolds(*development_, groups_, count, seed);
}

void Problem::SetGroups(std::vector<std::int64_t> groups) {
  NETSMITH_CHECK(groups.empty() || std::ssize(groups) == development_->size());
  groups_ = std::move(groups);
}

std::string Problem::content_hash() const {
  std::call_once(data_hash_->once, [&] {
    data_hash_->development = development_->ContentHash();
    data_hash_->test = test_->ContentHash();
  });
  Sha256 hash;
  Hash(data_hash_->development, hash);
  Hash(data_hash_->test, hash);
  Hash(train_, hash);
  Hash(validation_, hash);
  return hash.Finish();
}

const Dataset& Problem::OpenTestSet(const std::string& purpose) const {
  base::LogDebug(fmt::format("{}: the test set is opened: {}", development_->name(), purpose));
  return *test_;
}

}  // namespace netsmith::data
