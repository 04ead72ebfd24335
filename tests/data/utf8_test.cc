#include "netsmith/data/formats/utf8.h"

#include <gtest/gtest.h>

#include "tests/data/malformed.h"

namespace netsmith::data {
namespace {

TEST(CheckUtf8Test, ANameThatIsNotUtf8IsShownWithItsBytesEscaped) {
  EXPECT_EQ(MessageOf([] { CheckUtf8("FILE: line 2", "caf\xe9"); }),
            "FILE: line 2: found the name \"caf\\xe9\", expected UTF-8");
}

}  // namespace
}  // namespace netsmith::data
