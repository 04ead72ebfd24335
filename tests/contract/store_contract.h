#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "netsmith/store/memory_store.h"
#include "netsmith/store/open.h"
#include "netsmith/study/store.h"
#include "tests/support/environment.h"
#include "tests/support/postgres.h"

/// What every study::Store promises: store_test.cc and store_lease_test.cc.
namespace netsmith::testing {

/// A new store is one more name here and one more line in Open.
inline const auto kEveryStore = ::testing::Values("Sqlite", "Memory", "Postgres");

/// A store of the kind that the parameter names.
class StoreContract : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "Postgres") {
      NETSMITH_REQUIRE(PostgresIsThere(), "a PostgreSQL server (Debian's postgresql)");
      database_ = std::make_unique<PostgresDatabase>();
    }
    store_ = Open();
  }
  // The same place, as another program would open it.
  std::unique_ptr<study::Store> Open() {
    if (GetParam() == "Memory") return std::make_unique<store::MemoryStore>();
    if (database_) return store::OpenStore(database_->url());
    return store::OpenStore("sqlite:///" + folder_.path().string() + "/studies.db");
  }
  // Makes what follows see the store as another program would.
  void Reopen() {
    if (GetParam() != "Memory") store_ = Open();
  }
  study::Store& store() { return *store_; }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<PostgresDatabase> database_;
  std::unique_ptr<study::Store> store_;
};

}  // namespace netsmith::testing
