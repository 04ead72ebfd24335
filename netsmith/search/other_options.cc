#include "netsmith/search/other_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netsmith::search {
namespace {

using nlohmann::ordered_json;

struct Difference {
  std::string path;
  std::optional<std::string> stored;  // none: at its default
  std::optional<std::string> asked;
};

std::optional<std::string> ValueText(const ordered_json& flat, const std::string& path) {
  if (!flat.contains(path) || flat.at(path).is_null()) return std::nullopt;
  const ordered_json& value = flat.at(path);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// By path. What is empty becomes null there.
ordered_json Flat(const ordered_json& options) {
  ordered_json flat = options.flatten();
  return flat.is_object() ? flat : ordered_json::object();
}

/// In the order of the options: what decides others comes first.
std::vector<Difference> Differences(const ordered_json& stored, const ordered_json& asked) {
  const ordered_json found = Flat(stored), expected = Flat(asked);
  const bool same_data = found.contains("/data_hash") && expected.contains("/data_hash") &&
                         found.at("/data_hash") == expected.at("/data_hash");
  ordered_json both = found;
  both.update(expected);
  std::vector<Difference> differences;
  for (const auto& [path, value] : both.items()) {
    if (value.is_null() || (same_data && path == "/data")) continue;
    Difference difference{path.substr(1), ValueText(found, path), ValueText(expected, path)};
    if (difference.stored != difference.asked) differences.push_back(std::move(difference));
  }
  return differences;
}

std::string Describe(const Difference& difference) {
  const auto text = [](const std::optional<std::string>& value) {
    return !value ? "at its default" : value->empty() ? "empty" : *value;
  };
  if (difference.path == "data_hash") {
    const auto begin = [&](const std::optional<std::string>& hash) {
      return hash ? hash->substr(0, 12) : "not known";
    };
    return fmt::format("the data's content (SHA-256) is {} in the study, {} here",
                       begin(difference.stored), begin(difference.asked));
  }
  return fmt::format("--{} is {} in the study, {} was asked for", OptionName(difference.path),
                     text(difference.stored), text(difference.asked));
}

/// The options that would continue the study, where they can be said in a few words.
std::string Advice(const std::vector<Difference>& differences, std::size_t most) {
  std::string options;
  for (const Difference& difference : differences) {
    if (difference.path == "data_hash") return "--study NAME begins another";
    const auto& value = difference.stored;
    if (!value || value->empty() ||
        value->find_first_of(" '\"\\$;&|<>()*?#~`!") != std::string::npos) {
      options.clear();
      break;
    }
    options += fmt::format("--{} ", OptionName(difference.path));
    if (*value != "true") options += *value + " ";
  }
  if (options.empty() || differences.size() > most) options = "with the study's own options ";
  return fmt::format("--study NAME begins another, {}--resume continues this one", options);
}

}  // namespace

std::string OptionName(const std::string& path) {
  constexpr auto kOthers = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"child/epochs", "child-epochs"},
      {"child/samples", "child-samples"},
      {"child/mb", "child-mb"},
      {"child/folds", "child-folds"},
      {"child/recipe", "child-recipe"},
      {"child/max_memory_mib", "max-memory"},
      {"child/max_latency_us", "max-latency"},
      {"max_latency_us", "max-latency"},
      {"controller/optimizer", "controller-optimizer"},
      {"controller/learning_rate", "controller-learning-rate"},
      {"guided/entropy_weight", "guided-entropy-weight"},
  });
  const auto other =
      std::ranges::find(kOthers, path, &std::pair<std::string_view, std::string_view>::first);
  if (other != kOthers.end()) return std::string(other->second);
  const auto is_index = [](char c) { return c >= '0' && c <= '9'; };
  std::string stem = path;  // of a list, without the element's number
  if (const std::size_t slash = stem.rfind('/'); slash != std::string::npos) {
    if (std::ranges::all_of(stem.substr(slash + 1), is_index)) stem.resize(slash);
  }
  std::string name = stem.substr(stem.rfind('/') + 1);  // npos + 1 is 0
  std::ranges::replace(name, '_', '-');
  return name;
}

std::string OtherOptions(const std::string& stored_json, const std::string& asked_json) {
  if (stored_json == asked_json) return "";
  constexpr std::size_t kMost = 3;
  const auto stored = ordered_json::parse(stored_json, nullptr, /*allow_exceptions=*/false);
  const auto asked = ordered_json::parse(asked_json, nullptr, /*allow_exceptions=*/false);
  if (!stored.is_object() || !asked.is_object()) return "found " + stored_json;
  const auto differences = Differences(stored, asked);
  if (differences.empty()) return "";
  std::vector<std::string> parts;
  for (const Difference& difference : differences) {
    if (parts.size() == kMost) break;
    parts.push_back(Describe(difference));
  }
  if (differences.size() > kMost) {
    parts.push_back(fmt::format("and {} more", differences.size() - kMost));
  }
  return fmt::format("{}; {}", fmt::join(parts, ", "), Advice(differences, kMost));
}

}  // namespace netsmith::search
