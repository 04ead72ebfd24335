#include "netsmith/benchmark/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::benchmark {
namespace {

using ::testing::HasSubstr;

const TableColumns kColumns = {.reward = "val", .score = "test", .cost = "s"};

Table Read(const std::string& text, const TableColumns& columns = kColumns) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto source = data::OpenBytes("t.csv", std::span(bytes, text.size()));
  return ReadTable(*source, columns);
}

TEST(TableTest, ReadsColumnsByNameInAnyOrderAndRowsByGenome) {
  const Table table = Read(
      "test,id,ops,s,val\r\n91,x,07,10,80\r\n92,x,19,20,81\r\n\r\n93,x,17,30,82\r\n94,x,09,40,83");
  ASSERT_EQ(table.decisions.size(), 2u);
  EXPECT_EQ(table.decisions[0], (space::Decision{"edge1", {0, 1}}));
  EXPECT_EQ(table.decisions[1], (space::Decision{"edge2", {7, 9}}));
  ASSERT_EQ(table.rows.size(), 4u);
  const Table::Row& row = table.rows[table.IndexOf(std::vector<int>{1, 0})];  // 17
  EXPECT_DOUBLE_EQ(row.reward, 0.82);
  EXPECT_DOUBLE_EQ(row.score, 93);
  EXPECT_DOUBLE_EQ(row.cost, 30);
  EXPECT_EQ(table.reward_scale, 100);
}

TEST(TableTest, RewardsUpToOneAreNoPercents) {
  const Table table = Read("ops,val,test,s\n0,0.5,1,1\n1,1,1,1\n");
  EXPECT_EQ(table.reward_scale, 1);
  EXPECT_DOUBLE_EQ(table.rows[0].reward, 0.5);
}

TEST(TableTest, ColumnOfTheGenomeMayHaveAnotherName) {
  const Table table = Read("cell,val,test,s\n3,0.5,1,1\n",
                           {.ops = "cell", .reward = "val", .score = "test", .cost = "s"});
  EXPECT_EQ(table.decisions[0].options, std::vector<std::int64_t>{3});
}

struct BadTable {
  const char* text;
  const char* complaint;
};

class BadTableTest : public ::testing::TestWithParam<BadTable> {};

TEST_P(BadTableTest, IsOneErrorThatNamesThePlace) {
  try {
    Read(GetParam().text);
    FAIL() << "no exception";
  } catch (const base::DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().complaint));
    EXPECT_THAT(error.what(), HasSubstr("t.csv"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Tables, BadTableTest,
    ::testing::Values(
        BadTable{"", "found an empty file, expected a line of column names"},
        BadTable{"ops,val,test,s\n", "found no rows"},
        BadTable{"ops,val,test\n0,1,1\n",
                 "line 1: found no column \"s\", expected one of: \"ops\", \"val\", \"test\""},
        BadTable{"ops,val,test,s\n0,1,1,1\n1,1,1\n", "line 3: found 3 fields, expected 4"},
        BadTable{"ops,val,test,s\n0,nan,1,1\n",
                 "line 2: \"val\": found \"nan\", expected a finite"},
        BadTable{"ops,val,test,s\n0,1,inf,1\n", "\"test\": found \"inf\""},
        BadTable{"ops,val,test,s\n0,1,,1\n", "\"test\": found \"\", expected a finite number"},
        BadTable{"ops,val,test,s\n0,1,1,1e999\n", "\"s\": found \"1e999\""},
        BadTable{"ops,val,test,s\n0,1,1,0\n", "\"s\": found 0, expected more than 0 seconds"},
        BadTable{"ops,val,test,s\n0,101,1,1\n", "\"val\": found 101, expected an accuracy"},
        BadTable{"ops,val,test,s\n0,-1,1,1\n", "\"val\": found -1, expected an accuracy"},
        BadTable{"ops,val,test,s\n0a,1,1,1\n", "\"ops\": found \"0a\", expected 1 to 64 digits"},
        BadTable{"ops,val,test,s\n,1,1,1\n", "\"ops\": found \"\", expected 1 to 64 digits"},
        BadTable{"ops,val,test,s\n00,1,1,1\n000,1,1,1\n", "found 3 digits, expected 2"},
        BadTable{"ops,val,test,s\n0,1,1,1\n1,1,1,1\n0,2,1,1\n",
                 "line 4: \"ops\": found genome 0 again (row 1 has it), expected it once"},
        BadTable{"ops,val,test,s\n00,1,1,1\n01,1,1,1\n11,1,1,1\n",
                 "found 3 genomes, expected 4, every combination of the digits that occur; 10 is "
                 "missing"}));

}  // namespace
}  // namespace netsmith::benchmark
