#pragma once

#include <filesystem>

#include "netsmith/model/model.h"

namespace netsmith::model {

/// Writes the file aside and renames it: it is there whole, or not at all.
/// Errors   IoError naming the file; as Check.
void Save(const Model& model, const std::filesystem::path& path);

/// Errors   DataError, one line: the file cannot be read; as Decode.
Model Load(const std::filesystem::path& path);

}  // namespace netsmith::model
