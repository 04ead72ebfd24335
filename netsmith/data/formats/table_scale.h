#pragma once

#include <string>
#include <vector>

#include "netsmith/data/float_dataset.h"
#include "netsmith/data/formats/format.h"

namespace netsmith::data {

/// Whether a table's columns are quantities of their own, each scaled by itself, or the positions
/// of series and images, which are one quantity and scaled alike. As options.scale says; with
/// "auto" the columns are quantities where
///
///   - the rows are no images, nor of several channels,
///   - and a header names them, other than by counting (t1, t2, …; pixel0, …). Where none does:
///   - more than half of the neighbouring columns differ three times or more in deviation, or by
///     three deviations or more in mean;
///   - or half of the columns have less than a tenth of the deviation of all values together.
///
/// Constant columns do not count. `names`: one a value of a row, or none. With "auto", what was
/// taken and why is logged, beginning with `file`.
ScaleBy ChooseScale(const std::string& file, const Samples& rows,
                    const std::vector<std::string>& names, const FormatOptions& options);

}  // namespace netsmith::data
