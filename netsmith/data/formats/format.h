#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "netsmith/data/dataset.h"

namespace netsmith::data {

/// What a user's files hold, before the validation records are split off.
struct Loaded {
  std::shared_ptr<const Dataset> development;
  std::shared_ptr<const Dataset> test;
};

/// A way to keep a data set in files. A new one is a file pair in this folder and a line in
/// Formats() of load.cc.
struct Format {
  std::string name;
  std::string files;  // what it looks for, for messages
  std::function<bool(const std::filesystem::path&)> recognises;
  std::function<Loaded(const std::filesystem::path&)> load;
};

}  // namespace netsmith::data
