#include "netsmith/data/formats/wav_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/float_dataset.h"
#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/class_folders.h"
#include "netsmith/data/formats/log_mel.h"
#include "netsmith/data/formats/memory_guard.h"
#include "netsmith/data/formats/wav.h"

namespace netsmith::data {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string_view> kEndings = {".wav"};

/// The middle `length` samples; silence on both sides where there are fewer.
std::vector<float> Middle(const std::vector<float>& samples, std::int64_t length) {
  std::vector<float> window(static_cast<std::size_t>(length));
  const std::int64_t size = std::ssize(samples);
  const std::int64_t count = std::min(size, length);
  std::copy_n(samples.begin() + (size - count) / 2, count, window.begin() + (length - count) / 2);
  return window;
}

class Recordings {
 public:
  Recordings(const fs::path& root, const FormatOptions& options)
      : root_(root), options_(options), guard_(root.string()) {}

  std::shared_ptr<const Dataset> Make(const ClassFiles& files,
                                      const std::vector<std::string>& class_names) {
    Samples samples{.shape = {}, .values = {}, .labels = files.labels, .class_names = class_names};
    for (const fs::path& path : files.files) {
      const std::vector<float> sample = Sample(path);
      guard_.Take(static_cast<std::int64_t>(sample.size() * sizeof(float)));
      samples.values.insert(samples.values.end(), sample.begin(), sample.end());
    }
    const std::int64_t size = std::ssize(samples.values) / std::ssize(samples.labels);
    samples.shape =
        mel_ ? tensor::SampleShape{.height = options_.log_mel, .width = size / options_.log_mel}
             : tensor::SampleShape{.width = size};
    return std::make_shared<FloatDataset>(root_.string(), std::move(samples));
  }

 private:
  std::vector<float> Sample(const fs::path& path) {
    const Sound sound = ParseWav(*OpenFile(path));
    if (rate_ == 0) {
      rate_ = sound.sample_rate;
      first_ = path;
      if (options_.log_mel > 0) mel_.emplace(rate_, options_.log_mel);
    }
    if (sound.sample_rate != rate_) {
      throw base::DataError(fmt::format("{}: found a sample rate of {}, expected {} as in {}",
                                        path.string(), sound.sample_rate, rate_, first_.string()));
    }
    const auto length = static_cast<std::int64_t>(
        std::llround(options_.window_seconds * static_cast<double>(rate_)));
    const std::vector<float> window = Middle(sound.samples, std::max<std::int64_t>(length, 1));
    return mel_ ? mel_->Apply(window) : window;
  }

  fs::path root_;
  const FormatOptions& options_;
  MemoryGuard guard_;
  std::int64_t rate_ = 0;
  fs::path first_;
  std::optional<LogMel> mel_;
};

Loaded LoadWavFolder(const fs::path& root, const FormatOptions& options) {
  const ClassFolders folders = ScanClassFolders(root, kEndings);
  Recordings recordings(root, options);
  Loaded loaded{.development = recordings.Make(folders.train, folders.class_names),
                .test = nullptr,
                .standardise = true};
  if (!folders.test.files.empty()) {
    loaded.test = recordings.Make(folders.test, folders.class_names);
  }
  return loaded;
}

}  // namespace

Format WavFolderFormat() {
  return {.name = "sounds",
          .files = "CLASS/FILE.wav, train/CLASS/FILE.wav",
          .options = {"window", "log-mel"},
          .recognises = [](const fs::path& path) { return HasClassFolders(path, kEndings); },
          .load = LoadWavFolder};
}

}  // namespace netsmith::data
