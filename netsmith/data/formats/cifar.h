#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/format.h"

namespace netsmith::data {

/// Records of CIFAR's binary files: labels, then 32x32 pixels red, green and blue, a plane each.
struct CifarRecords {
  std::vector<std::uint8_t> samples;  // channels last
  std::vector<std::int32_t> labels;
};

/// Appends a file's records. CIFAR-10 has one label of 10 classes a record; CIFAR-100 has two, of
/// which the second, of 100 classes, counts.
/// Errors   DataError: file and record: cut, empty, or a label out of range.
void ParseCifar(ByteSource& source, int num_classes, CifarRecords& records);

/// A folder with data_batch_1.bin … and test_batch.bin (CIFAR-10), or train.bin and test.bin
/// (CIFAR-100). Names of classes come from batches.meta.txt and fine_label_names.txt where they
/// are.
Format CifarFormat();

}  // namespace netsmith::data
