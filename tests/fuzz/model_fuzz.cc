// Whatever the bytes, a model is either refused with a DataError or comes back unchanged from being
// written. A stranger can make a checksum that is right: so the input is tried as it is, and as the
// content of a file whose sizes and checksum are made to fit. Its first two bytes say how long the
// description is.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "netsmith/base/error.h"
#include "netsmith/data/sha256.h"
#include "netsmith/model/format.h"

namespace {

namespace model = netsmith::model;

void Append(std::uint64_t number, std::size_t bytes, std::string& to) {
  for (std::size_t i = 0; i < bytes; ++i) to.push_back(static_cast<char>(number >> 8 * i));
}

void Try(std::string_view bytes) {
  try {
    const model::Model found = model::Decode(bytes, "fuzz");
    if (model::Decode(model::Encode(found), "again") != found) std::abort();
  } catch (const netsmith::base::DataError& error) {
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
  }
}

std::string Sealed(std::string_view content) {
  const std::size_t length = static_cast<std::uint8_t>(content[0]) * std::size_t{256} +
                             static_cast<std::uint8_t>(content[1]);
  content.remove_prefix(2);
  const std::size_t described = std::min(length, content.size());
  const std::size_t weights = (content.size() - described) / 4;
  std::string bytes(model::kMagic);
  Append(model::kFormatVersion, 4, bytes);
  Append(described, 4, bytes);
  Append(weights, 8, bytes);
  bytes += content.substr(0, described + 4 * weights);
  netsmith::data::Sha256 hash;
  hash.Update({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  const std::string digits = hash.Finish();
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Try(bytes);
  if (size >= 2) Try(Sealed(bytes));
  return 0;
}
