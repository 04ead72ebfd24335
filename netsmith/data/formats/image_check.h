#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// What is looked at before a picture's bytes are given to the library that decodes them.
namespace netsmith::data {

[[noreturn]] void CorruptImage(const std::string& name, std::string_view what);

bool IsPng(std::span<const std::uint8_t> bytes);
bool IsJpeg(std::span<const std::uint8_t> bytes);

/// Errors   DataError: a chunk is cut or has not its checksum; the last one is not IEND.
void CheckPngChunks(const std::string& name, std::span<const std::uint8_t> bytes);

/// Errors   DataError: a Huffman table has more than 256 codes. stb_image writes beyond its array
///          then. Whatever else is wrong is left to the decoder.
void CheckJpegTables(const std::string& name, std::span<const std::uint8_t> bytes);

/// Errors   DataError: the picture has no end.
void CheckJpegEnd(const std::string& name, std::span<const std::uint8_t> bytes);

}  // namespace netsmith::data
