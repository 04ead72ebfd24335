#pragma once

#include <string>
#include <vector>

struct sqlite3;

namespace netsmith::testing {

/// A second connection to a SQLite file, past the store: to look at its tables, to damage them, to
/// hold its lock. Throws std::runtime_error with SQLite's message.
class RawDatabase {
 public:
  explicit RawDatabase(const std::string& file);
  ~RawDatabase();
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;

  /// Runs statements; the rows of all of them as text, columns joined by '|', NULL as "NULL".
  std::vector<std::string> Run(const std::string& sql);

 private:
  sqlite3* connection_ = nullptr;
};

}  // namespace netsmith::testing
