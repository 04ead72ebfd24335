#include "netsmith/search/other_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netsmith::search {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(OtherOptionsTest, NamesTheOptionWithBothValuesAndWhatToDo) {
  EXPECT_EQ(OtherOptions(R"({"seed":2,"child":{"mb":20}})", R"({"seed":1,"child":{"mb":20}})"),
            "--seed is 2 in the study, 1 was asked for; --study NAME begins another, --seed 2 "
            "--resume continues this one");
  EXPECT_EQ(OtherOptions(R"({"child":{"mb":20}})", R"({"child":{"mb":50,"reward":"macro-f1"}})"),
            "--child-mb is 20 in the study, 50 was asked for, --reward is at its default in the "
            "study, macro-f1 was asked for; --study NAME begins another, with the study's own "
            "options --resume continues this one");
}

TEST(OtherOptionsTest, FlagsAndTextsForTheShellAreNoValuesOfAnOption) {
  EXPECT_THAT(OtherOptions(R"({"child":{"measure_latency":true}})", R"({"child":{}})"),
              HasSubstr("another, --measure-latency --resume continues"));
  EXPECT_THAT(OtherOptions(R"({"evaluator":"a; b"})", R"({"evaluator":"c"})"),
              HasSubstr("with the study's own options --resume"));
}

TEST(OtherOptionsTest, ManyAreCut) {
  EXPECT_THAT(OtherOptions(R"({"a":1,"b":1,"c":1,"d":1,"e":1})", "{}"), HasSubstr(", and 2 more;"));
}

TEST(OtherOptionsTest, DataIsKnownByItsContent) {
  EXPECT_THAT(
      OtherOptions(R"({"data":"a","data_hash":"12"})", R"({"data":"/b/a","data_hash":"12"})"),
      IsEmpty());
  const auto other =
      OtherOptions(R"({"data":"a","data_hash":"12"})", R"({"data":"a","data_hash":"34"})");
  EXPECT_THAT(other, HasSubstr("content (SHA-256) is 12 in the study, 34 here"));
  EXPECT_THAT(other, Not(HasSubstr("--resume"))) << "no option brings the old data back";
}

TEST(OtherOptionsTest, WhatIsNoObjectIsShownAsItIs) {
  EXPECT_EQ(OtherOptions("[1", "{}"), "found [1");
  EXPECT_THAT(OtherOptions("{}", "{}"), IsEmpty());
}

TEST(OptionNameTest, IsThatOfTheCommandLine) {
  EXPECT_EQ(OptionName("child/max_memory_mib"), "max-memory");
  EXPECT_EQ(OptionName("controller/learning_rate"), "controller-learning-rate");
  EXPECT_EQ(OptionName("controller/first_state/2"), "first-state");
  EXPECT_EQ(OptionName("data_options/image-size"), "image-size");
}

}  // namespace
}  // namespace netsmith::search
