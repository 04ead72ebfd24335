#include "netsmith/model/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/csv.h"
#include "netsmith/data/formats/idx.h"
#include "netsmith/data/formats/image.h"
#include "netsmith/data/formats/line_reader.h"
#include "netsmith/data/formats/npy.h"
#include "netsmith/data/formats/series.h"
#include "netsmith/data/formats/ts.h"

namespace netsmith::model {
namespace {

class Reader {
 public:
  Reader(const std::filesystem::path& path, const Preprocessing& preprocessing,
         const VisitSample& visit)
      : path_(path),
        name_(path.string()),
        preprocessing_(preprocessing),
        size_(static_cast<std::size_t>(preprocessing.sample.size())),
        visit_(visit) {}

  void Run() const {
    std::array<std::uint8_t, 8> start{};
    const std::size_t count = data::OpenFile(path_)->Read(start);
    const std::string_view text(reinterpret_cast<const char*>(start.data()), count);
    using namespace std::string_view_literals;
    if (text.starts_with("\0\0\x08"sv)) return ReadIdx();
    if (text.starts_with("\x93NUMPY"sv)) return ReadNumpy();
    if (text.starts_with("\x89PNG"sv) || text.starts_with("\xFF\xD8\xFF"sv)) return ReadImage();
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
    const std::size_t channels = preprocessing_.mean.size();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) values[i] = preprocessing_.mean[i % channels];
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
    const bool is_one = total == size_ && (array.shape.empty() || array.shape[0] != 1);
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
    if (sample.channels != 1 && sample.channels != 3) {
      throw base::DataError(fmt::format("{}: found a picture, expected samples of {} channels",
                                        name_, sample.channels));
    }
    const std::vector<std::uint8_t> pixels =
        data::DecodeImage(name_, data::ReadImageFile(path_), sample.height, sample.width,
                          static_cast<int>(sample.channels));
    std::vector<float> values(pixels.begin(), pixels.end());
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
        data::ToSamples(std::move(file.set), sample.width, "pad", {}).values;
    for (std::size_t begin = 0; begin < all.size(); begin += size_) {
      std::vector<float> values(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                all.begin() + static_cast<std::ptrdiff_t>(begin + size_));
      Visit(fmt::format("{}:{}", name_, begin / size_), values);
    }
  }

  void ReadTable() const {
    data::CsvReader reader(data::OpenFile(path_));
    std::vector<std::string> cells;
    std::vector<float> values;
    for (bool is_first = true; reader.Next(cells); is_first = false) {
      if (is_first && std::ranges::any_of(cells, IsWord)) continue;  // a header
      CheckSize(fmt::format("{}: line {}", name_, reader.line()), cells.size());
      values.resize(size_);
      for (std::size_t i = 0; i < size_; ++i) {
        switch (data::ParseValue(data::Trimmed(cells[i]), values[i])) {
          case data::NumberKind::kNumber:
            break;
          case data::NumberKind::kMissing:
            values[i] = NAN;
            break;
          case data::NumberKind::kWrong:
            reader.Fail(fmt::format("column {}: found {}, expected a number", i + 1,
                                    data::Shown(cells[i])));
        }
      }
      Visit(fmt::format("{}:{}", name_, reader.line()), values);
    }
  }
  static bool IsWord(const std::string& cell) {
    float ignored = 0;
    return data::ParseValue(data::Trimmed(cell), ignored) == data::NumberKind::kWrong;
  }

  const std::filesystem::path& path_;
  const std::string name_;
  const Preprocessing& preprocessing_;
  const std::size_t size_;
  const VisitSample& visit_;
};

}  // namespace

void ForEachSample(const std::filesystem::path& path, const Preprocessing& preprocessing,
                   const VisitSample& visit) {
  bool any = false;
  const VisitSample visit_and_note = [&](const std::string& name, std::span<const float> values) {
    any = true;
    visit(name, values);
  };
  Reader(path, preprocessing, visit_and_note).Run();
  if (!any) throw base::DataError(path.string() + ": found no samples, expected at least one");
}

}  // namespace netsmith::model
