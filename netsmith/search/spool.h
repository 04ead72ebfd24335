#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/study/trial.h"

namespace netsmith::search {

/// A result that could not be delivered.
struct SpooledResult {
  std::string store;  // its URL, which holds no password
  std::string study;
  std::int64_t trial = 0;
  std::int64_t attempt = 0;
  study::Evaluation evaluation = {};
  bool operator==(const SpooledResult&) const = default;
};

/// One line of a spool file: a JSON object.
std::string EncodeSpooled(const SpooledResult& result);
/// Errors   InvalidArgument saying what was found and expected.
SpooledResult DecodeSpooled(std::string_view line);

/// Results on this machine's disk until they can be delivered: a file a worker process, of one line
/// a result. Errors   IoError
class Spool {
 public:
  /// The file `name`.jsonl in `folder`, which is made at the first Keep.
  Spool(std::filesystem::path folder, const std::string& name);

  const std::filesystem::path& file() const { return file_; }
  /// Replaces what is kept; on the disk when it returns. Nothing to keep: no file.
  void Keep(const std::vector<SpooledResult>& results);

 private:
  std::filesystem::path folder_;
  std::filesystem::path file_;
};

/// The spool files of a folder, by name; none where there is no folder. Errors   IoError
std::vector<std::filesystem::path> SpoolFiles(const std::filesystem::path& folder);
/// Errors   IoError: it cannot be read; DataError naming file and line
std::vector<SpooledResult> ReadSpool(const std::filesystem::path& file);

}  // namespace netsmith::search
