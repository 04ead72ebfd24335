#pragma once

#include "netsmith/data/formats/format.h"

namespace netsmith::data {

/// Files of the UCR/UEA archive (ts.h): a folder with NAME_TRAIN.ts and NAME_TEST.ts, or a file,
/// whose test file is used where it stands beside it. Series are brought to the length of the
/// longest training series (series.h); classes are the training file's.
Format TsFormat();

}  // namespace netsmith::data
