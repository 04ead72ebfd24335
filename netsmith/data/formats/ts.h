#pragma once

#include <string>
#include <vector>

#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/series.h"

namespace netsmith::data {

/// A file of the UCR/UEA time-series archive:
///
///   # a comment
///   @problemName GunPoint        headers, in letters of either size; unknown ones are passed over
///   @classLabel true 1 2         required: the classes, in the order of labels
///   @dimensions 6                checked where given, as @seriesLength is with @equalLength true
///   @data
///   0.1,0.2,?:5,6,7:1            one record a line: channels between ":", values between ",",
///                                "?" or NaN where one is missing; the class last
struct TsFile {
  SeriesSet set;
  std::vector<std::string> class_names;
};

/// With `classes`, those of the training file, labels refer to them.
/// Errors   DataError, one line: file, line, found, expected. Regression and time stamps are
/// refused, and so are dimensions that contradict one another and a second @classLabel.
TsFile ParseTs(ByteSource& source, const std::vector<std::string>* classes = nullptr);

}  // namespace netsmith::data
