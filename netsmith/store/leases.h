#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/study/store.h"

namespace netsmith::store {

class Database;

/// The tables of leases and holds of one study. The caller has a row-writing transaction open,
/// where a method says nothing else.
class LeaseTable {
 public:
  LeaseTable(Database& database, std::int64_t study_id)
      : database_(database), study_id_(study_id) {}

  /// Makes a trial one to be claimed.
  void Open(std::int64_t trial_id, std::int64_t number);
  /// Newly taken trials: the attempts, without genomes and networks.
  std::vector<study::Claim> Take(const std::string& worker, int count, double seconds);
  void Renew(const std::vector<study::Lease>& leases, double seconds);
  void Release(const study::Lease& lease);
  /// Needs no transaction.
  std::vector<study::Lease> Live();
  /// Ends an attempt that is the newest: returns the trial's row id, and notes whose it was.
  std::optional<std::int64_t> Close(std::int64_t number, std::int64_t attempt);

  /// As the Store's methods.
  std::string Hold(const std::string& holder, double seconds);
  void Leave(const std::string& holder);
  /// Needs no transaction.
  std::string Holder();

 private:
  Database& database_;
  const std::int64_t study_id_;
};

}  // namespace netsmith::store
