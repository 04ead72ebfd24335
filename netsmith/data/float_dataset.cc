#include "netsmith/data/float_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/data/moments.h"

namespace netsmith::data {
namespace {

void CheckSamples(const std::string& name, const Samples& samples) {
  if (samples.labels.empty()) {
    throw base::InvalidArgument(name + ": found no sample, expected at least 1");
  }
  const std::size_t expected =
      samples.labels.size() * static_cast<std::size_t>(samples.shape.size());
  if (samples.values.size() != expected) {
    throw base::InvalidArgument(fmt::format("{}: found {} values, expected {} for {} samples of {}",
                                            name, samples.values.size(), expected,
                                            samples.labels.size(), ToString(samples.shape)));
  }
  const int num_classes = static_cast<int>(samples.class_names.size());
  if (num_classes < 2) {
    throw base::InvalidArgument(
        fmt::format("{}: found {} classes, expected at least 2", name, num_classes));
  }
  for (std::size_t record = 0; record < samples.labels.size(); ++record) {
    if (samples.labels[record] < 0 || samples.labels[record] >= num_classes) {
      throw base::InvalidArgument(fmt::format("{}: record {}: found label {}, expected 0 to {}",
                                              name, record, samples.labels[record],
                                              num_classes - 1));
    }
  }
}

}  // namespace

FloatDataset::FloatDataset(std::string name, Samples samples)
    : name_(std::move(name)), samples_(std::move(samples)) {
  CheckSamples(name_, samples_);
}

Scaling FloatDataset::scaling() const {
  const auto channels = static_cast<std::size_t>(samples_.shape.channels);
  return {.mean = std::vector<float>(channels, 0.0f),
          .deviation = std::vector<float>(channels, 1.0f)};
}

std::int32_t FloatDataset::Label(std::int64_t record) const {
  NETSMITH_CHECK(record >= 0 && record < size());
  return samples_.labels[static_cast<std::size_t>(record)];
}

void FloatDataset::Read(std::span<const std::int64_t> records, std::span<float> dst) const {
  const auto sample_size = static_cast<std::size_t>(shape().size());
  NETSMITH_CHECK_EQ(dst.size(), records.size() * sample_size);
  float* out = dst.data();
  for (const std::int64_t record : records) {
    NETSMITH_CHECK(record >= 0 && record < size());
    out = std::copy_n(samples_.values.data() + static_cast<std::size_t>(record) * sample_size,
                      sample_size, out);
  }
}

Scaling MeasureScaling(const Dataset& dataset, ScaleBy by) {
  std::vector<float> values(static_cast<std::size_t>(dataset.shape().size()));
  const std::size_t count =
      by == ScaleBy::kColumn ? values.size() : static_cast<std::size_t>(dataset.shape().channels);
  std::vector<Moments> moments(count);
  for (std::int64_t record = 0; record < dataset.size(); ++record) {
    dataset.Read(std::array{record}, values);
    for (std::size_t i = 0; i < values.size(); ++i) moments[i % count].Add(values[i]);
  }
  Scaling scaling;
  for (const Moments& of : moments) {
    scaling.mean.push_back(static_cast<float>(of.mean));
    scaling.deviation.push_back(of.is_constant() ? 1.0f : static_cast<float>(of.deviation()));
  }
  return scaling;
}

ScaleBy ScaledBy(const std::vector<float>& mean, tensor::SampleShape shape) {
  return std::ssize(mean) == shape.channels ? ScaleBy::kChannel : ScaleBy::kColumn;
}

std::vector<float> RawSample(const Dataset& dataset, std::int64_t record) {
  std::vector<float> values(static_cast<std::size_t>(dataset.shape().size()));
  if (const auto* scaled = dynamic_cast<const Scaled*>(&dataset)) {
    scaled->raw().Read(std::array{record}, values);
    return values;
  }
  dataset.Read(std::array{record}, values);
  const Scaling scaling = dataset.scaling();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t at = i % scaling.mean.size();
    values[i] = values[i] * scaling.deviation[at] + scaling.mean[at];
  }
  return values;
}

Scaled::Scaled(std::shared_ptr<const Dataset> raw, Scaling scaling)
    : raw_(std::move(raw)), scaling_(std::move(scaling)) {
  NETSMITH_CHECK(std::ssize(scaling_.mean) == raw_->shape().channels ||
                 std::ssize(scaling_.mean) == raw_->shape().size());
  NETSMITH_CHECK_EQ(scaling_.deviation.size(), scaling_.mean.size());
}

void Scaled::Read(std::span<const std::int64_t> records, std::span<float> dst) const {
  raw_->Read(records, dst);
  const std::size_t count = scaling_.mean.size();
  for (std::size_t i = 0; i < dst.size(); ++i) {
    const std::size_t at = i % count;
    dst[i] = std::isnan(dst[i]) ? 0.0f : (dst[i] - scaling_.mean[at]) / scaling_.deviation[at];
  }
}

}  // namespace netsmith::data
