#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/data/formats/byte_source.h"

namespace netsmith::data {

/// An array of NumPy's .npy format, versions 1 to 3, in C order whatever the file's.
struct NpyArray {
  std::string name;                 // the file, for messages
  std::vector<std::int64_t> shape;  // no dimension: a single value
  char kind = 'f';                  // f: floating, i: signed, u: unsigned, b: bool, S or U: text
  std::int64_t item_bytes = 4;
  std::vector<std::uint8_t> bytes;  // values in the byte order of this machine

  std::int64_t size() const;
  /// True for unsigned bytes: an image's.
  bool IsBytes() const { return kind == 'u' && item_bytes == 1; }
  bool IsText() const { return kind == 'S' || kind == 'U'; }
  /// Value `i` in the order of memory; for arrays of numbers. Integers beyond 2^53 are rounded.
  double Number(std::int64_t i) const;
  /// The same as text: an integer exactly, a number without needless digits, or the text, which of
  /// kind U is UTF-8 where it is Unicode.
  std::string Text(std::int64_t i) const;
};

/// Memory grows with the values that are there, never with what the header claims.
/// Errors   DataError, one line: file, offset, found, expected: not an array of numbers or texts of
/// 1
///          to 8 bytes (texts: up to 4 KiB) an element, more than 2^32 values, cut, or longer than
///          its header says.
NpyArray ParseNpy(ByteSource& source);

}  // namespace netsmith::data
