#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

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
///   WAV          one sound, of the sample rate that the model was trained on
///   .ts          the records of a UCR/UEA file, made as long as the model's samples as
///                reading.lengths says. Their classes are not looked at
///   otherwise    separated values, a sample a row; a first row of words is a header, and columns
///                that it names as reading.columns does are passed over; with reading.values
///                columns are taken by their names, in whatever order. What is missing in
///                a row of series is interpolated
///
/// Values that are not known (empty, "?", nan) become their channel's or column's mean.
/// Errors   DataError naming file and place: as the formats'; other than the model's number of
///          values; no samples at all.
void ForEachSample(const std::filesystem::path& path, const Preprocessing& preprocessing,
                   const data::Reading& reading, const VisitSample& visit);

/// The files of samples that a path stands for: itself; where it is a folder, the pictures or
/// sounds in it and in its folders, as the model reads the one or the other, by their endings as in
/// training, sorted by path. Hidden ones are passed over.
/// Errors   DataError: a folder that cannot be read or has no such file, or the model reads
/// neither.
std::vector<std::filesystem::path> FilesOfSamples(const std::filesystem::path& path,
                                                  const Preprocessing& preprocessing,
                                                  const data::Reading& reading);

}  // namespace netsmith::model
