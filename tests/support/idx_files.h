#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "netsmith/data/catalog.h"

/// Small idx files, and a data set made of them, for tests.
namespace netsmith::testing {

using Bytes = std::vector<std::uint8_t>;

/// A well-formed idx file of unsigned bytes.
Bytes IdxBytes(const std::vector<std::uint32_t>& dims, const Bytes& values);
/// The same, with values 0, 1, 2, … modulo `modulus`.
Bytes IdxBytes(const std::vector<std::uint32_t>& dims, int modulus);
/// Packed by zlib; `window_bits` as deflateInit2 takes them.
Bytes Deflate(const Bytes& bytes, int window_bits);
Bytes Gzip(const Bytes& bytes);
std::string Sha256Of(const Bytes& bytes);
Bytes ReadBytes(const std::filesystem::path& path);
/// Makes the folder too.
void WriteBytes(const std::filesystem::path& path, const Bytes& bytes);

/// The four files of a data set "tiny" (24 training and 6 test images of 5x4 in 3 classes) in the
/// order of CatalogEntry::files.
std::vector<Bytes> TinyFiles();
/// What the catalogue would say of them; it has no source.
data::CatalogEntry TinyEntry();
/// Writes the four files under their usual names, as NAME or as NAME.gz.
void WriteTinyFiles(const std::filesystem::path& folder, bool packed = false);

}  // namespace netsmith::testing
