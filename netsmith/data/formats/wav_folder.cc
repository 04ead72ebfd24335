#include "netsmith/data/formats/wav_folder.h"

#include <fmt/format.h>

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
#include "netsmith/data/formats/memory_guard.h"
#include "netsmith/data/formats/sound_window.h"
#include "netsmith/data/formats/wav.h"

namespace netsmith::data {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string_view> kEndings = {".wav"};

class Recordings {
 public:
  Recordings(const fs::path& root, const FormatOptions& options)
      : root_(root),
        guard_(root.string()),
        reading_{.window_seconds = options.window_seconds, .log_mel = options.log_mel} {}

  std::shared_ptr<const Dataset> Make(const ClassFiles& files,
                                      const std::vector<std::string>& class_names) {
    Samples samples{.shape = {}, .values = {}, .labels = files.labels, .class_names = class_names};
    for (const fs::path& path : files.files) {
      const std::vector<float> sample = Sample(path);
      guard_.Take(static_cast<std::int64_t>(sample.size() * sizeof(float)));
      samples.values.insert(samples.values.end(), sample.begin(), sample.end());
    }
    samples.shape = SoundShape(reading_);
    return std::make_shared<FloatDataset>(root_.string(), std::move(samples));
  }

  const Reading& reading() const { return reading_; }

 private:
  std::vector<float> Sample(const fs::path& path) {
    const Sound sound = ParseWav(*OpenFile(path));
    if (!window_) {
      reading_.sample_rate = sound.sample_rate;
      first_ = path;
      window_.emplace(reading_);
    }
    if (sound.sample_rate != reading_.sample_rate) {
      throw base::DataError(fmt::format("{}: found a sample rate of {}, expected {} as in {}",
                                        path.string(), sound.sample_rate, reading_.sample_rate,
                                        first_.string()));
    }
    return window_->Apply(sound.samples);
  }

  fs::path root_;
  MemoryGuard guard_;
  Reading reading_;
  fs::path first_;  // whose sample rate it is
  std::optional<SoundWindow> window_;
};

Loaded LoadWavFolder(const fs::path& root, const FormatOptions& options) {
  const ClassFolders folders = ScanClassFolders(root, kEndings);
  Recordings recordings(root, options);
  Loaded loaded{.development = recordings.Make(folders.train, folders.class_names),
                .test = nullptr,
                .standardise = ScaleBy::kChannel};
  if (!folders.test.files.empty()) {
    loaded.test = recordings.Make(folders.test, folders.class_names);
  }
  loaded.reading = recordings.reading();
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
