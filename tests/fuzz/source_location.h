#pragma once

#include <version>

// Debian 12's clang 14 compiles libFuzzer's programs but lacks what libstdc++ needs for
// std::source_location; the little that base/check.h uses of it stands in here.
#ifndef __cpp_lib_source_location
namespace std {

class source_location {
 public:
  static constexpr source_location current(const char* file = __builtin_FILE(),
                                           unsigned line = __builtin_LINE()) {
    source_location here;
    here.file_ = file;
    here.line_ = line;
    return here;
  }
  constexpr const char* file_name() const { return file_; }
  constexpr unsigned line() const { return line_; }

 private:
  const char* file_ = "";
  unsigned line_ = 0;
};

}  // namespace std
#endif
