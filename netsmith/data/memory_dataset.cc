#include "netsmith/data/memory_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/data/sha256.h"

namespace netsmith::data {
namespace {

void CheckRecord(std::int64_t record, std::int64_t size) {
  NETSMITH_CHECK_LE(0, record);
  NETSMITH_CHECK_LT(record, size);
}

void CheckSizes(const std::string& name, tensor::SampleShape shape, std::size_t num_bytes,
                std::size_t num_labels) {
  if (num_labels == 0) {
    throw base::InvalidArgument(name + ": found no sample, expected at least 1");
  }
  const std::size_t expected = num_labels * static_cast<std::size_t>(shape.size());
  if (num_bytes != expected) {
    throw base::InvalidArgument(fmt::format("{}: found {} bytes, expected {} for {} samples of {}",
                                            name, num_bytes, expected, num_labels,
                                            ToString(shape)));
  }
}

void CheckLabels(const std::string& name, int num_classes, std::span<const std::int32_t> labels) {
  if (num_classes < 2) {
    throw base::InvalidArgument(
        fmt::format("{}: found {} classes, expected at least 2", name, num_classes));
  }
  for (std::size_t record = 0; record < labels.size(); ++record) {
    if (labels[record] < 0 || labels[record] >= num_classes) {
      throw base::InvalidArgument(fmt::format("{}: record {}: found label {}, expected 0 to {}",
                                              name, record, labels[record], num_classes - 1));
    }
  }
}

}  // namespace

MemoryDataset::MemoryDataset(std::string name, tensor::SampleShape shape, int num_classes,
                             std::vector<std::uint8_t> samples, std::vector<std::int32_t> labels,
                             std::vector<std::string> class_names)
    : name_(std::move(name)),
      shape_(shape),
      num_classes_(num_classes),
      samples_(std::move(samples)),
      labels_(std::move(labels)),
      class_names_(std::move(class_names)) {
  CheckSizes(name_, shape_, samples_.size(), labels_.size());
  CheckLabels(name_, num_classes_, labels_);
  if (!class_names_.empty() && std::ssize(class_names_) != num_classes_) {
    throw base::InvalidArgument(fmt::format("{}: found {} class names, expected {}", name_,
                                            class_names_.size(), num_classes_));
  }
}

std::vector<std::string> MemoryDataset::ClassNames() const {
  return class_names_.empty() ? Dataset::ClassNames() : class_names_;
}

std::int32_t MemoryDataset::Label(std::int64_t record) const {
  CheckRecord(record, size());
  return labels_[static_cast<std::size_t>(record)];
}

void MemoryDataset::Read(std::span<const std::int64_t> records, std::span<float> dst) const {
  const auto sample_size = static_cast<std::size_t>(shape_.size());
  NETSMITH_CHECK_EQ(dst.size(), records.size() * sample_size);
  float* out = dst.data();
  for (const std::int64_t record : records) {
    CheckRecord(record, size());
    const std::uint8_t* in = samples_.data() + static_cast<std::size_t>(record) * sample_size;
    std::transform(in, in + sample_size, out,
                   [](std::uint8_t value) { return static_cast<float>(value) / 255.0f; });
    out += sample_size;
  }
}

std::string MemoryDataset::ContentHash() const {
  Sha256 hash;
  for (const std::int64_t number :
       {shape_.height, shape_.width, shape_.channels, std::int64_t{num_classes_}, size()}) {
    hash.Update(number);
  }
  hash.Update(samples_);
  hash.Update(
      {reinterpret_cast<const std::uint8_t*>(labels_.data()), labels_.size() * sizeof(labels_[0])});
  return hash.Finish();
}

Subset::Subset(const Dataset& whole, std::span<const std::int64_t> records)
    : whole_(whole), records_(records.begin(), records.end()) {
  for (const std::int64_t record : records_) {
    if (record < 0 || record >= whole.size()) {
      throw base::InvalidArgument(fmt::format("{}: a subset has record {}, expected 0 to {}",
                                              whole.name(), record, whole.size() - 1));
    }
  }
}

Subset::Subset(std::shared_ptr<const Dataset> whole, std::span<const std::int64_t> records)
    : Subset(*whole, records) {
  owned_ = std::move(whole);
}

std::int32_t Subset::Label(std::int64_t record) const {
  CheckRecord(record, size());
  return whole_.Label(records_[static_cast<std::size_t>(record)]);
}

void Subset::Read(std::span<const std::int64_t> records, std::span<float> dst) const {
  std::vector<std::int64_t> of_whole;
  of_whole.reserve(records.size());
  for (const std::int64_t record : records) {
    CheckRecord(record, size());
    of_whole.push_back(records_[static_cast<std::size_t>(record)]);
  }
  whole_.Read(of_whole, dst);
}

}  // namespace netsmith::data
