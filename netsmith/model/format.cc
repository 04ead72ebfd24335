#include "netsmith/model/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/base/json_depth.h"
#include "netsmith/data/sha256.h"

namespace netsmith::model {
namespace {

using base::DataError;
using nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "weights are copied as they lie");

template <typename Number>
void Append(Number number, std::string& bytes) {
  char raw[sizeof(Number)];
  std::memcpy(raw, &number, sizeof(Number));
  bytes.append(raw, sizeof(Number));
}

template <typename Number>
Number NumberAt(std::string_view bytes, std::size_t offset) {
  Number number;
  std::memcpy(&number, bytes.data() + offset, sizeof(Number));
  return number;
}

std::string Checksum(std::string_view bytes) {
  data::Sha256 hash;
  hash.Update({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  const std::string digits = hash.Finish();
  std::string raw;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    raw.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return raw;
}

ordered_json Describe(const data::Reading& reading) {
  ordered_json description = {{"lengths", reading.lengths},
                              {"sample_rate", reading.sample_rate},
                              {"window", reading.window_seconds},
                              {"log_mel", reading.log_mel},
                              {"columns", reading.columns}};
  if (!reading.values.empty()) description["values"] = reading.values;
  return description;
}

/// Models have it where it is not the usual one.
data::Reading ReadReading(const ordered_json& description) {
  if (!description.contains("reading")) return {};
  const ordered_json& reading = description.at("reading");
  return {.lengths = reading.at("lengths").get<std::string>(),
          .sample_rate = reading.at("sample_rate").get<std::int64_t>(),
          .window_seconds = reading.at("window").get<double>(),
          .log_mel = reading.at("log_mel").get<int>(),
          .columns = reading.at("columns").get<std::vector<std::string>>(),
          .values = reading.contains("values")
                        ? reading.at("values").get<std::vector<std::string>>()
                        : std::vector<std::string>()};
}

std::string Describe(const Model& model) {
  const Preprocessing& preprocessing = model.preprocessing;
  const tensor::SampleShape& sample = preprocessing.sample;
  ordered_json description = {{"graph", ordered_json::parse(graph::ToJson(model.graph))},
                              {"sample", {sample.height, sample.width, sample.channels}},
                              {"mean", preprocessing.mean},
                              {"deviation", preprocessing.deviation},
                              {"class_names", model.class_names},
                              {"training", ordered_json::parse(model.training_json)}};
  if (model.reading != data::Reading{}) description["reading"] = Describe(model.reading);
  return description.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

/// Everything but the weights, whose number is checked by Check.
Model ReadDescription(std::string_view text, const std::string& where) {
  if (base::JsonDepth(text) > base::kMaxJsonDepth) {
    throw DataError(where + ": the description is nested too deep");
  }
  try {
    const ordered_json description = ordered_json::parse(text);
    Model model;
    model.graph = graph::FromJson(description.at("graph").dump(), where);
    const auto sample = description.at("sample").get<std::array<std::int64_t, 3>>();
    model.preprocessing = {.sample = {sample[0], sample[1], sample[2]},
                           .mean = description.at("mean").get<std::vector<float>>(),
                           .deviation = description.at("deviation").get<std::vector<float>>()};
    model.reading = ReadReading(description);
    model.class_names = description.at("class_names").get<std::vector<std::string>>();
    const ordered_json& training = description.at("training");
    if (!training.is_object()) throw DataError(where + ": 'training' is no object");
    model.training_json = training.dump();
    return model;
  } catch (const nlohmann::json::exception& error) {
    std::string_view what = error.what();  // "[json.exception.type_error.302] type must be …"
    if (const auto end = what.find("] "); end != what.npos) what.remove_prefix(end + 2);
    throw DataError(fmt::format("{}: found no description of a model: {}", where, what));
  } catch (const base::ConfigError& error) {
    throw DataError(error.what());
  } catch (const base::InvalidArgument& error) {
    throw DataError(error.what());
  }
}

/// Cuts `values` into tensors of these sizes. Takes no more than there is.
std::vector<std::vector<float>> Cut(const std::vector<std::int64_t>& sizes,
                                    std::string_view& values) {
  std::vector<std::vector<float>> tensors;
  for (const std::int64_t size : sizes) {
    const auto bytes = static_cast<std::size_t>(size) * sizeof(float);
    std::vector<float>& tensor = tensors.emplace_back(static_cast<std::size_t>(size));
    std::memcpy(tensor.data(), values.data(), bytes);
    values.remove_prefix(bytes);
  }
  return tensors;
}

std::int64_t Sum(const std::vector<std::int64_t>& sizes, std::int64_t most) {
  std::int64_t sum = 0;
  for (const std::int64_t size : sizes) sum = std::min(sum + size, most);
  return sum;
}

/// Checks that magic, version, sizes and checksum are right; returns the bytes of the description.
std::size_t CheckContainer(std::string_view bytes, const std::string& where) {
  if (!bytes.starts_with(kMagic)) {
    throw DataError(where +
                    ": found no netsmith model, expected a file that `netsmith train --out` "
                    "wrote");
  }
  if (bytes.size() < kHeaderBytes + kChecksumBytes) {
    throw DataError(
        fmt::format("{}: found {} bytes, expected a model: the file was cut", where, bytes.size()));
  }
  const auto version = NumberAt<std::uint32_t>(bytes, 8);
  if (version != kFormatVersion) {
    throw DataError(fmt::format("{}: found a model of format {}, expected {}{}", where, version,
                                kFormatVersion,
                                version > kFormatVersion ? ": a newer netsmith wrote it" : ""));
  }
  const std::uint64_t described = NumberAt<std::uint32_t>(bytes, 12);
  const auto weights = NumberAt<std::uint64_t>(bytes, 16);
  const std::uint64_t rest = bytes.size() - kHeaderBytes - kChecksumBytes;
  if (described > rest || weights != (rest - described) / 4 || (rest - described) % 4 != 0) {
    throw DataError(
        fmt::format("{}: found {} bytes, expected a header, {} bytes and {} weights: the file was "
                    "cut or damaged",
                    where, bytes.size(), described, weights));
  }
  const std::string_view content = bytes.substr(0, bytes.size() - kChecksumBytes);
  if (Checksum(content) != bytes.substr(content.size())) {
    throw DataError(where + ": found another checksum than expected: the file is damaged");
  }
  return described;
}

}  // namespace

std::string Encode(const Model& model) {
  Check(model);
  const std::string description = Describe(model);
  std::uint64_t num_weights = 0;
  for (const auto* tensors : {&model.weights.params, &model.weights.running_averages}) {
    for (const std::vector<float>& tensor : *tensors) num_weights += tensor.size();
  }
  if (description.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw base::InvalidArgument("the model's description is too long");
  }
  std::string bytes(kMagic);
  Append(kFormatVersion, bytes);
  Append(static_cast<std::uint32_t>(description.size()), bytes);
  Append(num_weights, bytes);
  bytes += description;
  for (const auto* tensors : {&model.weights.params, &model.weights.running_averages}) {
    for (const std::vector<float>& tensor : *tensors) {
      bytes.append(reinterpret_cast<const char*>(tensor.data()), tensor.size() * sizeof(float));
    }
  }
  bytes += Checksum(bytes);
  return bytes;
}

Model Decode(std::string_view bytes, const std::string& where) {
  const std::size_t described = CheckContainer(bytes, where);
  Model model = ReadDescription(bytes.substr(kHeaderBytes, described), where);
  std::string_view values = bytes.substr(kHeaderBytes + described);
  values.remove_suffix(kChecksumBytes);
  const auto found = static_cast<std::int64_t>(values.size() / sizeof(float));
  try {
    const TensorSizes sizes = SizesOf(model.graph);
    const std::int64_t expected =
        Sum(sizes.params, found + 1) + Sum(sizes.running_averages, found + 1);
    if (expected != found) {
      throw DataError(fmt::format("{}: found {} weights, expected {} for its network", where, found,
                                  expected > found ? "more" : fmt::format("{}", expected)));
    }
    model.weights = {.params = Cut(sizes.params, values),
                     .running_averages = Cut(sizes.running_averages, values)};
    Check(model);
  } catch (const base::InvalidArgument& error) {
    throw DataError(where + ": " + error.what());
  }
  return model;
}

}  // namespace netsmith::model
