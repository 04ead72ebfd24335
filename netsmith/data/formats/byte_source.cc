#include "netsmith/data/formats/byte_source.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "netsmith/base/error.h"

namespace netsmith::data {
namespace {

constexpr std::array<std::uint8_t, 2> kGzipMagic = {0x1f, 0x8b};

class PlainFile : public ByteSource {
 public:
  explicit PlainFile(const std::filesystem::path& path)
      : ByteSource(path.string()), file_(std::fopen(path.c_str(), "rb")) {
    if (!file_) throw base::DataError(name() + ": cannot be opened: " + std::strerror(errno));
  }

  std::size_t Read(std::span<std::uint8_t> dst) override {
    const std::size_t count = std::fread(dst.data(), 1, dst.size(), file_.get());
    if (count < dst.size() && std::ferror(file_.get()) != 0) {
      throw base::DataError(name() + ": cannot be read: " + std::strerror(errno));
    }
    return count;
  }

  void Rewind() { std::rewind(file_.get()); }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
};

class PlainBytes : public ByteSource {
 public:
  PlainBytes(std::string name, std::span<const std::uint8_t> bytes)
      : ByteSource(std::move(name)), rest_(bytes) {}

  std::size_t Read(std::span<std::uint8_t> dst) override {
    const std::size_t count = std::min(dst.size(), rest_.size());
    std::copy_n(rest_.begin(), count, dst.begin());
    rest_ = rest_.subspan(count);
    return count;
  }

 private:
  std::span<const std::uint8_t> rest_;
};

/// Unpacks gzip data of one or more members. Stricter than gzip: nothing may follow the last one.
class GzipSource : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> packed)
      : ByteSource(packed->name()), packed_(std::move(packed)) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  std::size_t Read(std::span<std::uint8_t> dst) override {
    std::size_t filled = 0;
    while (filled < dst.size() && !ended_) filled += Inflate(dst.subspan(filled));
    return filled;
  }

 private:
  std::size_t Inflate(std::span<std::uint8_t> dst) {
    if (stream_.avail_in == 0 && !Refill()) Fail("end of file within the compressed data");
    const auto room = static_cast<uInt>(std::min<std::size_t>(dst.size(), 1U << 30));
    stream_.next_out = dst.data();
    stream_.avail_out = room;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      StartNextMember();
    } else if (status != Z_OK) {
      Fail(stream_.msg != nullptr ? stream_.msg : "cannot be unpacked");
    }
    return room - stream_.avail_out;
  }

  bool Refill() {
    stream_.next_in = buffer_.data();
    stream_.avail_in = static_cast<uInt>(packed_->Read(buffer_));
    num_read_ += stream_.avail_in;
    return stream_.avail_in > 0;
  }

  void StartNextMember() {
    ended_ = stream_.avail_in == 0 && !Refill();
    if (ended_) return;
    if (*stream_.next_in != kGzipMagic[0]) Fail("found more bytes, expected the end of the file");
    inflateReset(&stream_);
  }

  [[noreturn]] void Fail(const std::string& what) const {
    throw base::DataError(name() + ": corrupt gzip, compressed offset " +
                          std::to_string(num_read_ - stream_.avail_in) + ": " + what);
  }

  std::unique_ptr<ByteSource> packed_;
  std::array<std::uint8_t, 1 << 16> buffer_;
  std::size_t num_read_ = 0;  // of packed_
  z_stream stream_{};
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> OpenFile(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored)) {
    throw base::DataError(path.string() + ": is not a regular file");
  }
  auto file = std::make_unique<PlainFile>(path);
  std::array<std::uint8_t, 2> start{};
  file->Read(start);
  file->Rewind();
  if (start != kGzipMagic) return file;
  return std::make_unique<GzipSource>(std::move(file));
}

std::unique_ptr<ByteSource> OpenBytes(std::string name, std::span<const std::uint8_t> bytes) {
  const bool packed = bytes.size() >= 2 && std::equal(kGzipMagic.begin(), kGzipMagic.end(),  //
                                                      bytes.begin());
  auto plain = std::make_unique<PlainBytes>(std::move(name), bytes);
  if (!packed) return plain;
  return std::make_unique<GzipSource>(std::move(plain));
}

}  // namespace netsmith::data
