#include "tests/support/idx_files.h"

#include <zlib.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "netsmith/data/sha256.h"

namespace netsmith::testing {

Bytes IdxBytes(const std::vector<std::uint32_t>& dims, const Bytes& values) {
  Bytes bytes = {0, 0, 0x08, static_cast<std::uint8_t>(dims.size())};
  for (const std::uint32_t dim : dims) {
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(dim >> shift));
  }
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

Bytes IdxBytes(const std::vector<std::uint32_t>& dims, int modulus) {
  std::size_t size = 1;
  for (const std::uint32_t dim : dims) size *= dim;
  Bytes values(size);
  for (std::size_t i = 0; i < size; ++i) {
    values[i] = static_cast<std::uint8_t>(i % static_cast<std::size_t>(modulus));
  }
  return IdxBytes(dims, values);
}

Bytes Deflate(const Bytes& bytes, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  Bytes packed(deflateBound(&stream, bytes.size()) + 32);
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  const int status = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("deflate failed");
  return packed;
}

Bytes Gzip(const Bytes& bytes) {
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  return Deflate(bytes, kGzipOnly);
}

std::string Sha256Of(const Bytes& bytes) {
  data::Sha256 hash;
  hash.Update(bytes);
  return hash.Finish();
}

Bytes ReadBytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

void WriteBytes(const std::filesystem::path& path, const Bytes& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::vector<Bytes> TinyFiles() {
  return {IdxBytes({24, 5, 4}, 251), IdxBytes({24}, 3), IdxBytes({6, 5, 4}, 241), IdxBytes({6}, 3)};
}

data::CatalogEntry TinyEntry() {
  const std::vector<Bytes> files = TinyFiles();
  return {.name = "tiny",
          .title = "Made by the tests",
          .licence = "none",
          .num_classes = 3,
          .train_images = {"train-images-idx3-ubyte", {24, 5, 4}, Sha256Of(files[0])},
          .train_labels = {"train-labels-idx1-ubyte", {24}, Sha256Of(files[1])},
          .test_images = {"t10k-images-idx3-ubyte", {6, 5, 4}, Sha256Of(files[2])},
          .test_labels = {"t10k-labels-idx1-ubyte", {6}, Sha256Of(files[3])}};
}

void WriteTinyFiles(const std::filesystem::path& folder, bool packed) {
  const std::vector<Bytes> contents = TinyFiles();
  const std::vector<data::CatalogFile> files = TinyEntry().files();
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (packed) {
      WriteBytes(folder / (files[i].name + ".gz"), Gzip(contents[i]));
    } else {
      WriteBytes(folder / files[i].name, contents[i]);
    }
  }
}

}  // namespace netsmith::testing
