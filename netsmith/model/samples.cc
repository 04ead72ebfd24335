#include "netsmith/model/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/float_dataset.h"
#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/csv.h"
#include "netsmith/data/formats/folder.h"
#include "netsmith/data/formats/idx.h"
#include "netsmith/data/formats/image.h"
#include "netsmith/data/formats/line_reader.h"
#include "netsmith/data/formats/npy.h"
#include "netsmith/data/formats/series.h"
#include "netsmith/data/formats/sound_window.h"
#include "netsmith/data/formats/ts.h"
#include "netsmith/data/formats/wav.h"

namespace netsmith::model {
namespace {

bool IsPicture(const tensor::SampleShape& sample) {
  return sample.height > 1 && (sample.channels == 1 || sample.channels == 3);
}

class Reader {
 public:
  Reader(const std::filesystem::path& path, const Preprocessing& preprocessing,
         const data::Reading& reading, const VisitSample& visit)
      : path_(path),
        name_(path.string()),
        preprocessing_(preprocessing),
        reading_(reading),
        size_(static_cast<std::size_t>(preprocessing.sample.size())),
        visit_(visit) {}

  void Run() const {
    std::array<std::uint8_t, 12> start{};
    const std::size_t count = data::OpenFile(path_)->Read(start);
    const std::string_view text(reinterpret_cast<const char*>(start.data()), count);
    using namespace std::string_view_literals;
    if (text.starts_with("\0\0\x08"sv)) return ReadIdx();
    if (text.starts_with("\x93NUMPY"sv)) return ReadNumpy();
    if (text.starts_with("\x89PNG"sv) || text.starts_with("\xFF\xD8\xFF"sv)) return ReadImage();
    if (text.starts_with("RIFF") && text.ends_with("WAVE")) return ReadSound();
    if (IsSeries()) return ReadSeries();
    ReadTable();
  }

 private:
  void CheckSize(const std::string& place, std::size_t found) const {
    if (found == size_) return;
    throw base::DataError(fmt::format("{}: found {} values, expected {} for a sample of {}", place,
                                      found, size_, ToString(preprocessing_.sample)));
  }

  void Visit(const std::string& name, std::vector<float>& values) const {
    const std::size_t count = preprocessing_.mean.size();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) values[i] = preprocessing_.mean[i % count];
    }
    visit_(name, values);
  }

  void ReadIdx() const {
    const data::IdxArray array = data::ReadIdx(path_, 3);
    CheckSize(name_, static_cast<std::size_t>(array.dims[1] * array.dims[2]));
    std::vector<float> values(size_);
    for (std::int64_t record = 0; record < array.dims[0]; ++record) {
      std::copy_n(array.values.begin() + record * std::ssize(values), size_, values.begin());
      Visit(fmt::format("{}:{}", name_, record), values);
    }
  }

  void ReadNumpy() const {
    const auto source = data::OpenFile(path_);
    const data::NpyArray array = data::ParseNpy(*source);
    if (array.IsText()) throw base::DataError(name_ + ": found texts, expected numbers");
    const auto total = static_cast<std::size_t>(array.size());
    const bool is_one = array.shape.empty() || (total == size_ && array.shape[0] != 1);
    const std::size_t count = is_one ? 1 : static_cast<std::size_t>(array.shape[0]);
    if (count == 0) return;
    CheckSize(name_, total / count);
    std::vector<float> values(size_);
    for (std::size_t record = 0; record < count; ++record) {
      for (std::size_t i = 0; i < size_; ++i) {
        values[i] = static_cast<float>(array.Number(static_cast<std::int64_t>(record * size_ + i)));
      }
      Visit(is_one ? name_ : fmt::format("{}:{}", name_, record), values);
    }
  }

  void ReadImage() const {
    const tensor::SampleShape& sample = preprocessing_.sample;
    if (!IsPicture(sample)) {
      throw base::DataError(
          fmt::format("{}: found a picture, expected a sample of {}", name_, ToString(sample)));
    }
    const std::vector<std::uint8_t> pixels =
        data::DecodeImage(name_, data::ReadImageFile(path_), sample.height, sample.width,
                          static_cast<int>(sample.channels));
    std::vector<float> values(pixels.begin(), pixels.end());
    Visit(name_, values);
  }

  void ReadSound() const {
    if (reading_.sample_rate == 0) {
      throw base::DataError(name_ +
                            ": found a sound, expected samples of the kind that the model "
                            "was trained on, which are no sounds");
    }
    const data::Sound sound = data::ParseWav(*data::OpenFile(path_));
    if (sound.sample_rate != reading_.sample_rate) {
      throw base::DataError(
          fmt::format("{}: found a sample rate of {}, expected {} as the model was trained on",
                      name_, sound.sample_rate, reading_.sample_rate));
    }
    std::vector<float> values = data::SoundWindow(reading_).Apply(sound.samples);
    CheckSize(name_, values.size());
    Visit(name_, values);
  }

  /// The first line that says something is a header of the archive's.
  bool IsSeries() const {
    const auto source = data::OpenFile(path_);
    data::LineReader lines(*source);
    for (std::string line; lines.Next(line);) {
      const std::string_view text = data::Trimmed(line);
      if (!text.empty() && !text.starts_with('#')) return text.starts_with('@');
    }
    return false;
  }

  void ReadSeries() const {
    const auto source = data::OpenFile(path_);
    data::TsFile file = data::ParseTs(*source);
    const tensor::SampleShape& sample = preprocessing_.sample;
    const std::size_t dimensions = file.set.records.at(0).size();
    if (sample.height != 1 || static_cast<std::int64_t>(dimensions) != sample.channels) {
      throw base::DataError(
          fmt::format("{}: found series of {} dimension{}, expected samples of {}", name_,
                      dimensions, dimensions == 1 ? "" : "s", ToString(sample)));
    }
    const std::vector<float> all =
        data::ToSamples(std::move(file.set), sample.width, reading_.lengths, {}).values;
    for (std::size_t begin = 0; begin < all.size(); begin += size_) {
      std::vector<float> values(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                all.begin() + static_cast<std::ptrdiff_t>(begin + size_));
      Visit(fmt::format("{}:{}", name_, begin / size_), values);
    }
  }

  void ReadTable() const {
    data::CsvReader reader(data::OpenFile(path_));
    std::vector<std::string> cells;
    std::vector<std::size_t> columns;  // of the values, in the model's order
    for (bool is_first = true; reader.Next(cells); is_first = false) {
      if (is_first) {
        const bool is_header = std::ranges::any_of(cells, IsWord);
        columns = ValueColumns(reader, cells, is_header);
        if (is_header) continue;
      }
      ReadRow(reader, cells, columns);
    }
  }

  std::vector<std::size_t> ValueColumns(const data::CsvReader& reader,
                                        const std::vector<std::string>& first,
                                        bool is_header) const {
    std::vector<std::size_t> columns;
    if (!is_header || reading_.values.empty()) {
      for (std::size_t c = 0; c < first.size(); ++c) {
        if (!is_header || !IsPassedOver(first[c])) columns.push_back(c);
      }
      return columns;
    }
    for (const std::string& name : reading_.values) {
      columns.push_back(ColumnOf(reader, first, name));
    }
    return columns;
  }

  static std::size_t ColumnOf(const data::CsvReader& reader, const std::vector<std::string>& first,
                              const std::string& name) {
    std::vector<std::size_t> found;
    for (std::size_t c = 0; c < first.size(); ++c) {
      if (data::Trimmed(first[c]) == name) found.push_back(c);
    }
    if (found.empty()) {
      reader.Fail(
          fmt::format("found no column {}, expected one as in the table that trained the "
                      "model",
                      data::Shown(name)));
    }
    if (found.size() > 1) {
      reader.Fail(
          fmt::format("columns {} and {}: found the name {} twice, expected different names",
                      found[0] + 1, found[1] + 1, data::Shown(name)));
    }
    return found[0];
  }

  void ReadRow(const data::CsvReader& reader, const std::vector<std::string>& cells,
               const std::vector<std::size_t>& columns) const {
    CheckSize(fmt::format("{}: line {}", name_, reader.line()), columns.size());
    std::vector<float> values;
    for (const std::size_t c : columns) {
      float& value = values.emplace_back();
      switch (data::ParseValue(data::Trimmed(cells[c]), value)) {
        case data::NumberKind::kNumber:
          break;
        case data::NumberKind::kMissing:
          value = NAN;
          break;
        case data::NumberKind::kWrong:
          reader.Fail(fmt::format("column {}: {}", c + 1, data::NoNumber(cells[c])));
      }
    }
    if (data::ScaledBy(preprocessing_.mean, preprocessing_.sample) == data::ScaleBy::kChannel) {
      data::Interpolate(preprocessing_.sample.channels, values);  // as tables of series are read
    }
    Visit(fmt::format("{}:{}", name_, reader.line()), values);
  }

  bool IsPassedOver(const std::string& heading) const {
    return std::ranges::find(reading_.columns, data::Trimmed(heading)) != reading_.columns.end();
  }

  static bool IsWord(const std::string& cell) {
    float ignored = 0;
    return data::ParseValue(data::Trimmed(cell), ignored) == data::NumberKind::kWrong;
  }

  const std::filesystem::path& path_;
  const std::string name_;
  const Preprocessing& preprocessing_;
  const data::Reading& reading_;
  const std::size_t size_;
  const VisitSample& visit_;
};

void AddFilesIn(const std::filesystem::path& folder, std::span<const std::string_view> endings,
                std::vector<std::filesystem::path>& files) {
  for (const std::filesystem::path& path : data::ListFolder(folder)) {
    const auto ends = [&](std::string_view ending) { return data::EndsIn(path.string(), ending); };
    if (data::IsFolder(path) && !std::filesystem::is_symlink(path)) {
      AddFilesIn(path, endings, files);
    } else if (data::IsFile(path) && std::ranges::any_of(endings, ends)) {
      files.push_back(path);
    }
  }
}

}  // namespace

std::vector<std::filesystem::path> FilesOfSamples(const std::filesystem::path& path,
                                                  const Preprocessing& preprocessing,
                                                  const data::Reading& reading) {
  if (!data::IsFolder(path)) return {path};
  std::vector<std::string_view> endings;
  if (reading.sample_rate > 0) {
    endings = {".wav"};
  } else if (IsPicture(preprocessing.sample)) {
    endings = {".png", ".jpg", ".jpeg"};
  } else {
    throw base::DataError(
        fmt::format("{}: found a folder, expected a file: the model takes {}, "
                    "neither pictures nor sounds",
                    path.string(), ToString(preprocessing.sample)));
  }
  std::vector<std::filesystem::path> files;
  AddFilesIn(path, endings, files);
  if (files.empty()) {
    throw base::DataError(fmt::format("{}: found no file *{}, expected at least 1", path.string(),
                                      fmt::join(endings, ", *")));
  }
  std::ranges::sort(files);
  return files;
}

void ForEachSample(const std::filesystem::path& path, const Preprocessing& preprocessing,
                   const data::Reading& reading, const VisitSample& visit) {
  bool any = false;
  const VisitSample visit_and_note = [&](const std::string& name, std::span<const float> values) {
    any = true;
    visit(name, values);
  };
  Reader(path, preprocessing, reading, visit_and_note).Run();
  if (!any) throw base::DataError(path.string() + ": found no samples, expected at least one");
}

}  // namespace netsmith::model
