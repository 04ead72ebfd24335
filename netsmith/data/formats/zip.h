#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/data/formats/byte_source.h"

namespace netsmith::data {

/// Reads up to dst.size() bytes from an offset; fewer only at the end.
using ReadAt = std::function<std::size_t(std::uint64_t, std::span<std::uint8_t>)>;

/// A zip archive of stored and deflated members below 4 GiB, as NumPy's .npz is one.
class ZipArchive {
 public:
  struct Member {
    std::string name;
    std::uint64_t header = 0;  // offset of its local header
    std::uint64_t packed_bytes = 0;
    std::uint64_t bytes = 0;
    std::uint32_t checksum = 0;  // CRC-32
    std::uint16_t method = 0;    // 0: stored, 8: deflated
  };

  /// Reads the list of members at the end of the archive of `size` bytes.
  /// Errors   DataError, one line: not a zip archive, cut, encrypted, or larger than 4 GiB.
  ZipArchive(std::string name, std::uint64_t size, ReadAt read);
  static ZipArchive Open(const std::filesystem::path& path);

  const std::string& name() const { return name_; }
  const std::vector<Member>& members() const { return members_; }
  /// The content of a member, unpacked while it is read; its checksum is compared at its end. Named
  /// "ARCHIVE: MEMBER" in messages. Errors   DataError: damaged; a method other than the two.
  std::unique_ptr<ByteSource> OpenMember(const Member& member) const;

 private:
  std::string name_;
  std::uint64_t size_;
  ReadAt read_;
  std::vector<Member> members_;
};

}  // namespace netsmith::data
