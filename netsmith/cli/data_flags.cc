#include "netsmith/cli/data_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/cli/flags.h"
#include "netsmith/data/catalog.h"
#include "netsmith/data/float_dataset.h"
#include "netsmith/data/formats/format.h"
#include "netsmith/data/load.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::cli {

namespace {

tensor::SampleShape ParseImageSize(const std::string& text) {
  constexpr std::int64_t kMostPixels = 4096;
  try {
    const tensor::SampleShape shape = ParseShape("--image-size", text + "x1");
    if (shape.height <= kMostPixels && shape.width <= kMostPixels) return shape;
  } catch (const base::ConfigError&) {
    // Its message speaks of three sizes.
  }
  throw base::ConfigError(
      fmt::format("--image-size: found {}, expected HEIGHTxWIDTH, such as 32x32, each from 1 to {}",
                  space::Quoted(text), kMostPixels));
}

}  // namespace

void DataFlags::Declare(OptionTable& options) {
  options.Group("Data");
  options.Text("data", "NAME|PATH", &data,
               fmt::format("The data set: {}, or the path of a folder or file (docs/data.md)",
                           data::CatalogNames()));
  DeclareRest(options);
}

void DataFlags::DeclareRest(OptionTable& options) {
  options.Text("data-dir", "DIR", &data_dir,
               "Folder that already has the data set's files, plain or gzip; nothing is fetched");
  options.Text("cache-dir", "DIR", &cache_dir,
               "Where fetched data sets are kept [$XDG_CACHE_HOME/netsmith]");
  DeclareFormat(options);
}

void DataFlags::DeclareFormat(OptionTable& options) {
  options.Text("label", "COLUMN", &format_.label,
               "CSV: the column with the class, by its name or number from 1");
  options.Text("group", "COLUMN", &format_.group,
               "CSV: a column that names what belongs together and is never divided by a split");
  options.Text("shape", "HxWxC", &shape_, "CSV, NumPy: height, width and channels of a sample");
  options.Choice("scale", &format_.scale, {"auto", "column", "channel"},
                 "CSV, NumPy: each column standardised by itself, as quantities of their own, or "
                 "each channel, as series; auto: by names and magnitudes");
  options.Text("image-size", "HxW", &image_size_,
               "Images: height and width that all get [32x32, or their own up to 64x64]");
  options.Choice("colour", &format_.colour, {"auto", "grey", "rgb"},
                 "Images: grey or in colour; auto takes grey where all are grey");
  options.Real("window", &format_.window_seconds, {0, 3600, true},
               "Sounds: seconds of each that count, from its middle");
  options.Integer("log-mel", &format_.log_mel, {0, 512},
                  "Sounds: bands of a log-mel spectrogram; 0 takes the waveform itself");
  options.Choice("lengths", &format_.lengths, {"pad", "resample"},
                 "Series of unequal lengths: ended with the mean, or stretched");
  options.Real("test-fraction", &test_fraction_, {0, 1, true},
               "Share of a path's records to test on, where its files have no test set");
  options.Real("validation-fraction", &validation_fraction_, {0, 1},
               "Share of the training records that validate; 0 means a twelfth, of small sets up "
               "to a quarter");
  options.Integer("split-seed", &split_seed_, {0, kMaxSeed},
                  "Seed of the division into training, validation and test records");
}

data::LoadOptions DataFlags::Options(const std::stop_token& stop) const {
  data::LoadOptions options{.fetch = {.data_dir = data_dir, .cache_dir = cache_dir, .stop = stop},
                            .format = format_,
                            .seed = static_cast<std::uint64_t>(split_seed_),
                            .validation_fraction = validation_fraction_ > 0
                                                       ? std::optional(validation_fraction_)
                                                       : std::nullopt,
                            .test_fraction = test_fraction_,
                            .scaling = scaling};
  options.format.values = values;
  if (!shape_.empty()) options.format.shape = ParseShape("--shape", shape_);
  if (!image_size_.empty()) options.format.image_size = ParseImageSize(image_size_);
  return options;
}

data::Problem DataFlags::Load(const std::stop_token& stop) const {
  return data::LoadProblem(data, Options(stop));
}

std::map<std::string, std::string> DataFlags::FormatArguments() const {
  DataFlags defaults;
  OptionTable plain;
  defaults.DeclareFormat(plain);
  DataFlags copy = *this;
  OptionTable mine;
  copy.DeclareFormat(mine);
  std::map<std::string, std::string> given;
  for (const Option& option : mine.options()) {
    const auto texts = option.get();
    if (!texts.empty() && texts != plain.Find(option.name)->get()) {
      given[option.name] = texts.front();
    }
  }
  return given;
}

std::map<std::string, std::string> DataFlags::RecordFor(const data::Problem& problem) const {
  auto record = FormatArguments();
  record.erase("scale");
  const data::Dataset& dataset = problem.development();
  if (data::ScaledBy(dataset.scaling().mean, dataset.shape()) == data::ScaleBy::kColumn) {
    record["scale"] = "column";
  }
  return record;
}

bool DataFlags::HasScale() const {
  std::error_code none;
  if (data::FindCatalogEntry(data) != nullptr || !std::filesystem::exists(data, none)) return false;
  const std::vector<std::string>& options = data::FormatOf(data).options;
  return std::ranges::find(options, "scale") != options.end();
}

void DataFlags::TakeUngiven(const nlohmann::ordered_json& record) {
  const auto given = FormatArguments();
  OptionTable options;
  DeclareFormat(options);
  for (const auto& [name, value] : record.items()) {
    Option* option = options.Find(name);
    if (option == nullptr || given.contains(name) || !value.is_string()) continue;
    option->Assign(value.get<std::string>(), "--" + name);
  }
  if (format_.scale == "auto" && HasScale()) format_.scale = "channel";
}

}  // namespace netsmith::cli
