// Files of every past schema, brought to the newest one.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "netsmith/store/open.h"
#include "netsmith/study/store.h"
#include "tests/support/environment.h"
#include "tests/support/raw_database.h"

namespace netsmith {
namespace {

using study::TrialState;

std::string Dump(const std::string& name) {
  std::ifstream file(std::filesystem::path(NETSMITH_SOURCE_DIR) / "tests/store/schemas" / name);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SchemaTest, AStudyOfVersionOneGoesOnWhereItWas) {
  const testing::TemporaryFolder folder;
  const std::string file = (folder.path() / "old.db").string();
  testing::RawDatabase(file).Run(Dump("sqlite_v1.sql"));
  const auto store = store::OpenStore("sqlite:///" + file);
  const auto spec = store->FindStudy("old");
  ASSERT_TRUE(spec.has_value());
  EXPECT_EQ(spec->engine, "") << "was not recorded then, so any may go on";
  EXPECT_EQ(spec->decisions.size(), 8u);
  const auto trials = store->Trials("old");
  ASSERT_EQ(trials.size(), 8u);
  EXPECT_EQ(trials[4].evaluation.reward, 0.5);
  EXPECT_EQ(trials[2].state, TrialState::kDiverged);
  const auto claims = store->ClaimTrials("old", "w", 9, 60);
  ASSERT_EQ(claims.size(), 3u) << "what was running then can be claimed now";
  EXPECT_EQ(claims[0].trial, 5);
  EXPECT_EQ(claims[0].genome, trials[5].genome);
  EXPECT_TRUE(store->DeliverTrial("old", 5, 1, trials[4].evaluation));
  EXPECT_EQ(testing::RawDatabase(file).Run("SELECT version FROM netsmith_schema").at(0), "2");
  EXPECT_EQ(testing::RawDatabase(file).Run("PRAGMA foreign_key_check").size(), 0u);
}

TEST(SchemaTest, TablesOfAnUpgradedFileAreThoseOfANewOne) {
  const testing::TemporaryFolder folder;
  const std::string old_file = (folder.path() / "old.db").string();
  const std::string new_file = (folder.path() / "new.db").string();
  testing::RawDatabase(old_file).Run(Dump("sqlite_v1.sql"));
  store::OpenStore("sqlite:///" + old_file);
  store::OpenStore("sqlite:///" + new_file);
  const std::string query =
      "SELECT m.name, m.type, p.name, p.type FROM sqlite_master m"
      " LEFT JOIN pragma_table_info(m.name) p ORDER BY 1, 3";
  EXPECT_EQ(testing::RawDatabase(old_file).Run(query), testing::RawDatabase(new_file).Run(query));
}

TEST(SchemaTest, WhatOptunaDeletesTakesOurRowsAlong) {
  const testing::TemporaryFolder folder;
  const std::string file = (folder.path() / "old.db").string();
  testing::RawDatabase(file).Run(Dump("sqlite_v1.sql"));
  store::OpenStore("sqlite:///" + file)->HoldStudy("old", "x", 60);
  testing::RawDatabase(file).Run("DELETE FROM trials; DELETE FROM studies");
  for (const char* table :
       {"netsmith_studies", "netsmith_trials", "netsmith_leases", "netsmith_holds"}) {
    EXPECT_EQ(testing::RawDatabase(file).Run(std::string("SELECT count(*) FROM ") + table).at(0),
              "0")
        << table;
  }
}

}  // namespace
}  // namespace netsmith
