#include "netsmith/report/table.h"

#include <gtest/gtest.h>

#include "netsmith/base/error.h"

namespace netsmith::report {
namespace {

TEST(TableTest, AlignsColumnsToTheirWidestCell) {
  Table table({{"name", Table::Align::kLeft}, {"size"}});
  table.AddRow({"a", "12"});
  table.AddRow({"kernel", "123456"});
  EXPECT_EQ(table.ToString(),
            "name      size\n"
            "a           12\n"
            "kernel  123456\n");
}

TEST(TableTest, CountsCharactersNotBytes) {
  Table table({{"±", Table::Align::kLeft}, {"x"}});
  table.AddRow({"12", "3"});
  EXPECT_EQ(table.ToString(),
            "±   x\n"
            "12  3\n");
}

TEST(TableTest, LinesDoNotEndInSpaces) {
  Table table({{"a", Table::Align::kLeft}, {"b", Table::Align::kLeft}});
  table.AddRow({"1", ""});
  EXPECT_EQ(table.ToString(),
            "a  b\n"
            "1\n");
}

TEST(TableTest, ControlCharactersOfCellsAreShownNotSent) {
  Table table({{"a\x1b[31m", Table::Align::kLeft}});
  table.AddRow({"b\nc\x7f"});
  EXPECT_EQ(table.ToString(), "a\\x1b[31m\nb\\x0ac\\x7f\n");
}

TEST(TableTest, RowOfAnotherLengthIsADefect) {
  Table table({{"a"}, {"b"}});
  EXPECT_THROW(table.AddRow({"1"}), base::BugError);
}

}  // namespace
}  // namespace netsmith::report
