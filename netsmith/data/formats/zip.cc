#include "netsmith/data/formats/zip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/folder.h"

namespace netsmith::data {
namespace {

constexpr std::uint32_t kEndMagic = 0x06054b50;
constexpr std::uint32_t kEntryMagic = 0x02014b50;
constexpr std::uint32_t kLocalMagic = 0x04034b50;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kLocalBytes = 30;

template <typename... Args>
[[noreturn]] void Fail(const std::string& name, std::uint64_t offset,
                       fmt::format_string<Args...> message, Args&&... args) {
  throw base::DataError(fmt::format("{}: offset {}: {}", name, offset,
                                    fmt::format(message, std::forward<Args>(args)...)));
}

/// Bytes of an archive from one offset on.
class PackedBytes {
 public:
  PackedBytes(ReadAt read, std::uint64_t offset, std::uint64_t count)
      : read_(std::move(read)), offset_(offset), left_(count) {}

  std::size_t Read(std::span<std::uint8_t> dst) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(dst.size(), left_));
    const std::size_t count = wanted == 0 ? 0 : read_(offset_, dst.first(wanted));
    offset_ += count;
    left_ -= count;
    return count;
  }

 private:
  ReadAt read_;
  std::uint64_t offset_;
  std::uint64_t left_;
};

/// One member's content.
class MemberSource : public ByteSource {
 public:
  MemberSource(const std::string& archive, const ZipArchive::Member& member, PackedBytes packed)
      : ByteSource(archive + ": " + member.name), member_(member), packed_(std::move(packed)) {
    if (inflateInit2(&stream_, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~MemberSource() override { inflateEnd(&stream_); }
  MemberSource(const MemberSource&) = delete;
  MemberSource& operator=(const MemberSource&) = delete;

  std::size_t Read(std::span<std::uint8_t> dst) override {
    const std::size_t room =
        static_cast<std::size_t>(std::min<std::uint64_t>(dst.size(), member_.bytes - num_read_));
    std::size_t filled = 0;
    while (filled < room) {
      const std::size_t count = member_.method == 0
                                    ? packed_.Read(dst.subspan(filled, room - filled))
                                    : Inflate(dst.subspan(filled, room - filled));
      if (count == 0) Damaged("the end of its data");
      filled += count;
    }
    checksum_ = crc32_z(checksum_, dst.data(), filled);
    num_read_ += filled;
    if (num_read_ == member_.bytes && checksum_ != member_.checksum) {
      Damaged(fmt::format("checksum 0x{:08x}", checksum_));
    }
    return filled;
  }

 private:
  /// At least one byte, or 0 at the end of the packed data.
  std::size_t Inflate(std::span<std::uint8_t> dst) {
    stream_.next_out = dst.data();
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(dst.size(), 1U << 30));
    const uInt room = stream_.avail_out;
    while (stream_.avail_out == room && !ended_) {
      if (stream_.avail_in == 0) {
        stream_.next_in = buffer_.data();
        stream_.avail_in = static_cast<uInt>(packed_.Read(buffer_));
        if (stream_.avail_in == 0) return 0;
      }
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        ended_ = true;
      } else if (status != Z_OK) {
        Damaged(stream_.msg != nullptr ? stream_.msg : "data that cannot be unpacked");
      }
    }
    return room - stream_.avail_out;
  }

  [[noreturn]] void Damaged(std::string_view found) const {
    throw base::DataError(
        fmt::format("{}: byte {}: found {}, expected {} bytes with checksum 0x{:08x}", name(),
                    num_read_, found, member_.bytes, member_.checksum));
  }

  ZipArchive::Member member_;
  PackedBytes packed_;
  std::array<std::uint8_t, 1 << 16> buffer_{};
  z_stream stream_{};
  std::uint64_t num_read_ = 0;
  uLong checksum_ = 0;
  bool ended_ = false;
};

}  // namespace

ZipArchive::ZipArchive(std::string name, std::uint64_t size, ReadAt read)
    : name_(std::move(name)), size_(size), read_(std::move(read)) {
  constexpr std::uint64_t kMostBehind = kEndBytes + 0xffff;  // a comment may follow
  if (size_ == 0) Fail(name_, 0, "found an empty file, expected a zip archive");
  const std::uint64_t tail_begin = size_ - std::min(size_, kMostBehind);
  std::vector<std::uint8_t> tail(static_cast<std::size_t>(size_ - tail_begin));
  tail.resize(read_(tail_begin, tail));
  std::size_t end = tail.size() < kEndBytes ? std::string::npos : tail.size() - kEndBytes;
  while (end != std::string::npos && LittleEndian32(&tail[end]) != kEndMagic) {
    end = end == 0 ? std::string::npos : end - 1;
  }
  if (end == std::string::npos) {
    Fail(name_, size_, "found no list of members, expected a zip archive's at its end");
  }
  const std::size_t count = LittleEndian16(&tail[end + 10]);
  const std::uint64_t list_bytes = LittleEndian32(&tail[end + 12]);
  const std::uint64_t list_begin = LittleEndian32(&tail[end + 16]);
  if (count == 0xffff || list_begin == 0xffffffff) {
    Fail(name_, tail_begin + end, "found an archive of 4 GiB or more, expected less");
  }
  if (list_begin + list_bytes > tail_begin + end) {
    Fail(name_, tail_begin + end, "found a list of members at {} to {}, expected it before this",
         list_begin, list_begin + list_bytes);
  }
  std::vector<std::uint8_t> list(static_cast<std::size_t>(list_bytes));
  list.resize(read_(list_begin, list));
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (list.size() - at < kEntryBytes || LittleEndian32(&list[at]) != kEntryMagic) {
      Fail(name_, list_begin + at, "found no entry {} of {}, expected the magic bytes PK\\x01\\x02",
           i, count);
    }
    const std::size_t name_bytes = LittleEndian16(&list[at + 28]);
    const std::size_t entry_bytes =
        kEntryBytes + name_bytes + LittleEndian16(&list[at + 30]) + LittleEndian16(&list[at + 32]);
    if (list.size() - at < entry_bytes) {
      Fail(name_, list_begin + at, "found an entry of {} bytes, expected at most {}", entry_bytes,
           list.size() - at);
    }
    if ((LittleEndian16(&list[at + 8]) & 1) != 0) {
      Fail(name_, list_begin + at, "found an encrypted member, expected plain ones");
    }
    members_.push_back(
        {.name = std::string(reinterpret_cast<const char*>(&list[at + kEntryBytes]), name_bytes),
         .header = LittleEndian32(&list[at + 42]),
         .packed_bytes = LittleEndian32(&list[at + 20]),
         .bytes = LittleEndian32(&list[at + 24]),
         .checksum = LittleEndian32(&list[at + 16]),
         .method = LittleEndian16(&list[at + 10])});
    at += entry_bytes;
  }
}

ZipArchive ZipArchive::Open(const std::filesystem::path& path) {
  const auto file = std::make_shared<std::ifstream>();
  if (IsFile(path)) file->open(path, std::ios::binary);
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!file->is_open() || error) throw base::DataError(path.string() + ": cannot be opened");
  return ZipArchive(path.string(), size, [file](std::uint64_t offset, std::span<std::uint8_t> dst) {
    file->clear();
    file->seekg(static_cast<std::streamoff>(offset));
    file->read(reinterpret_cast<char*>(dst.data()), static_cast<std::streamsize>(dst.size()));
    return static_cast<std::size_t>(file->gcount());
  });
}

std::unique_ptr<ByteSource> ZipArchive::OpenMember(const Member& member) const {
  std::array<std::uint8_t, kLocalBytes> local{};
  if (read_(member.header, local) < local.size() || LittleEndian32(local.data()) != kLocalMagic) {
    Fail(name_, member.header, "found no member {}, expected the magic bytes PK\\x03\\x04",
         member.name);
  }
  if (member.method != 0 && member.method != 8) {
    Fail(name_, member.header,
         "{}: found compression method {}, expected 0 (stored) or 8 (deflated)", member.name,
         member.method);
  }
  const std::uint64_t data =
      member.header + kLocalBytes + LittleEndian16(&local[26]) + LittleEndian16(&local[28]);
  return std::make_unique<MemberSource>(name_, member,
                                        PackedBytes(read_, data, member.packed_bytes));
}

}  // namespace netsmith::data
