#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "netsmith/model/model.h"

/// The bytes of a model file. Numbers lowest byte first:
///
///   offset 0     "NETSMITH"
///   offset 8     version of the format, 32 bits
///   offset 12    bytes of the description h, 32 bits
///   offset 16    number of weights w, 64 bits
///   offset 24    the description: JSON (docs/models.md)
///   24+h         the weights, 32-bit IEEE 754: parameters, then running averages
///   24+h+4w      SHA-256 of all bytes before
namespace netsmith::model {

inline constexpr std::string_view kMagic = "NETSMITH";
inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::size_t kHeaderBytes = 24;
inline constexpr std::size_t kChecksumBytes = 32;

/// Equal models give equal bytes. Errors   as Check.
std::string Encode(const Model& model);

/// `where` names the source in messages. Nothing is allocated by what the bytes claim, only by how
/// many there are. Errors   DataError, one line: not a model, another version's, cut, damaged, or
/// parts that do not go together.
Model Decode(std::string_view bytes, const std::string& where);

}  // namespace netsmith::model
