#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>

#include "netsmith/base/error.h"
#include "tests/support/idx_files.h"

/// Tables of malformed files and the messages that they must give.
namespace netsmith::data {

struct MalformedFile {
  std::string name;
  testing::Bytes bytes;
  std::string message;  // after "FILE: "
};

inline void PrintTo(const MalformedFile& malformed, std::ostream* out) { *out << malformed.name; }

inline testing::Bytes TextBytes(const std::string& text) {
  return testing::Bytes(text.begin(), text.end());
}

inline testing::Bytes First(testing::Bytes bytes, std::size_t count) {
  bytes.resize(count);
  return bytes;
}

inline testing::Bytes Changed(testing::Bytes bytes, std::size_t offset, std::uint8_t value) {
  bytes.at(offset) = value;
  return bytes;
}

/// The message of the DataError or InvalidArgument that `action` throws.
inline std::string MessageOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace netsmith::data
