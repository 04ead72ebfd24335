#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace netsmith::data {

/// Bytes that are read once, front to back, so that memory never grows with what a file claims.
class ByteSource {
 public:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}
  virtual ~ByteSource() = default;

  /// The file's path, for messages.
  const std::string& name() const { return name_; }
  /// Fills `dst` and returns how many bytes that took: fewer than dst.size() only at the end.
  /// Errors   DataError: the file cannot be read; its gzip data are damaged (compressed offset).
  virtual std::size_t Read(std::span<std::uint8_t> dst) = 0;

 private:
  std::string name_;
};

/// Numbers in files whose lowest byte comes first.
inline std::uint16_t LittleEndian16(const std::uint8_t* at) {
  return static_cast<std::uint16_t>(at[0] | at[1] << 8);
}
inline std::uint32_t LittleEndian32(const std::uint8_t* at) {
  return LittleEndian16(at) | std::uint32_t{LittleEndian16(at + 2)} << 16;
}

/// The content of a regular file, unpacked when it starts as gzip data do (RFC 1952).
/// Errors   DataError: missing, unreadable or not a regular file.
std::unique_ptr<ByteSource> OpenFile(const std::filesystem::path& path);

/// The same for bytes in memory, which must outlive the source.
std::unique_ptr<ByteSource> OpenBytes(std::string name, std::span<const std::uint8_t> bytes);

}  // namespace netsmith::data
