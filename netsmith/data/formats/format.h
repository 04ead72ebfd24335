#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/data/dataset.h"
#include "netsmith/data/float_dataset.h"
#include "netsmith/data/reading.h"
#include "netsmith/tensor/tensor.h"

namespace netsmith::data {

/// What the user says of files that do not say it themselves. Which format takes which is in
/// Format::options; the names are those of the command line.
struct FormatOptions {
  std::string label;                                        // column: its name, or number from 1
  std::string group;                                        // likewise
  std::optional<tensor::SampleShape> shape = std::nullopt;  // of flattened samples
  std::string scale = "auto";                               // auto, column or channel, of rows
  std::vector<std::string> values = {};                     // Reading::values; none: all columns
  std::string lengths = "pad";                              // pad or resample unequal series
  std::optional<tensor::SampleShape> image_size = std::nullopt;  // height and width
  std::string colour = "auto";                                   // auto, grey or rgb
  double window_seconds = 1;                                     // of sound
  int log_mel = 0;                                               // bands; 0: the waveform itself
};

/// What a user's files hold, before records are split off.
struct Loaded {
  std::shared_ptr<const Dataset> development;
  std::shared_ptr<const Dataset> test;    // null: is to be split off
  std::vector<std::int64_t> groups = {};  // of each development record; empty: each by itself
  std::int64_t missing_values = 0;        // before they were filled in
  /// To mean 0 and deviation 1; nothing: bytes, which Dataset::Read scales.
  std::optional<ScaleBy> standardise = std::nullopt;
  std::vector<std::string> columns = {};  // of a table: the names of a sample's values
  Reading reading = {};
};

/// A way to keep a data set in files. A new one is a file pair in this folder and a line in
/// Formats().
struct Format {
  std::string name;
  std::string files;                      // what it looks for, for messages
  std::vector<std::string> options = {};  // of FormatOptions, that it takes
  std::function<bool(const std::filesystem::path&)> recognises;
  std::function<Loaded(const std::filesystem::path&, const FormatOptions&)> load;
};

/// All formats, in the order in which they are asked whether a path is theirs.
const std::vector<Format>& Formats();

/// The first format that recognises the path. Errors   DataError: none does; names all.
const Format& FormatOf(const std::filesystem::path& path);

}  // namespace netsmith::data
