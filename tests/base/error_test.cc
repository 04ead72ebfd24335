#include "netsmith/base/error.h"

#include <gtest/gtest.h>

namespace netsmith::base {
namespace {

TEST(ErrorTest, MessagesAreOneLineWhateverTheyQuote) {
  EXPECT_STREQ(ConfigError("op 'co\nnv\x1b[2J' is unknown").what(),
               "op 'co\\x0anv\\x1b[2J' is unknown");
}

}  // namespace
}  // namespace netsmith::base
