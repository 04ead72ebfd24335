#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "netsmith/model/model.h"

namespace netsmith::model {

/// Is told each sample's name, the file's and where there are several its place in it, and values.
using VisitSample = std::function<void(const std::string&, std::span<const float>)>;

/// Reads a file of samples without labels, in the form in which Predictor::Predict takes them. What
/// it is, its content says:
///
///   idx          images, one a record; plain or gzip
///   NumPy        an array of one sample, or of several along its first dimension
///   PNG, JPEG    one picture, stretched to the model's size
///   .ts          the records of a UCR/UEA file; a shorter one ends in its channel's mean, a longer
///                one is cut. Their classes are not looked at
///   otherwise    separated values, a sample a row; a first row of words is a header
///
/// Values that are not known (empty, "?", nan) become their channel's mean.
/// Errors   DataError naming file and place: as the formats'; other than the model's number of
///          values; no samples at all.
void ForEachSample(const std::filesystem::path& path, const Preprocessing& preprocessing,
                   const VisitSample& visit);

}  // namespace netsmith::model
