#include "netsmith/search/same_study.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <string>

#include "netsmith/base/error.h"

namespace netsmith::search {
namespace {

using study::StudySpec;
using study::Trial;

[[noreturn]] void Refuse(const std::string& study, const std::string& what) {
  throw base::StoreError(fmt::format("study '{}': {}", study, what));
}

/// The first option in which two JSON objects differ: "seed: found 0 in the study, asked for 1".
std::string DescribeDifference(const std::string& stored_json, const std::string& asked_json) {
  using nlohmann::json;
  const json stored = json::parse(stored_json, nullptr, /*allow_exceptions=*/false);
  const json asked = json::parse(asked_json, nullptr, /*allow_exceptions=*/false);
  if (!stored.is_object() || !asked.is_object()) return "found " + stored_json;
  const json found = stored.flatten(), expected = asked.flatten();
  json both = found;
  both.update(expected);
  for (const auto& [path, value] : both.items()) {
    const auto text = [&path = path](const json& options) {
      return options.contains(path) ? options.at(path).dump() : std::string("nothing");
    };
    if (text(found) == text(expected)) continue;
    return fmt::format("{}: found {} in the study, asked for {}", path.substr(1), text(found),
                       text(expected));
  }
  return "found " + stored_json;
}

void CheckSameSpec(const StudySpec& stored, const StudySpec& asked) {
  if (stored.space_signature != asked.space_signature) {
    Refuse(asked.name, fmt::format("was made with another space: found {}, expected {}",
                                   stored.space_signature, asked.space_signature));
  }
  if (stored.options_json != asked.options_json) {
    Refuse(asked.name, "was made with other options: " +
                           DescribeDifference(stored.options_json, asked.options_json));
  }
  if (!stored.engine.empty() && !asked.engine.empty() && stored.engine != asked.engine) {
    Refuse(asked.name, fmt::format("was made with other arithmetic, so results would differ: found "
                                   "{} in the study, have {} here",
                                   stored.engine, asked.engine));
  }
  if (stored.objectives != asked.objectives) Refuse(asked.name, "was made with other objectives");
  if (stored.decisions != asked.decisions) Refuse(asked.name, "was made with other decisions");
}

}  // namespace

void OpenStudy(study::Store& store, const StudySpec& spec, bool resume) {
  const auto stored = store.FindStudy(spec.name);
  if (!stored) return store.CreateStudy(spec);
  if (!resume)
    Refuse(spec.name, "exists already; --resume continues it, --study NAME begins another");
  CheckSameSpec(*stored, spec);
}

void CheckSameTrial(const std::string& study, const Trial& stored, const Trial& made) {
  const auto describe = [](const Trial& t) {
    std::string text = fmt::format("number {}, genome {}, network {}, graph {}, duplicate of {}{}",
                                   t.number, fmt::join(t.genome, ","), t.network, t.graph_hash,
                                   t.duplicate_of.value_or(-1), t.forced_uniform ? ", forced" : "");
    for (const study::Rung& rung : t.rungs) {
      text += fmt::format(", rung {} at {}", rung.least, rung.step);
    }
    return text;
  };
  const std::string found = describe(stored);
  const std::string expected = describe(made);
  if (found == expected) return;
  Refuse(study, fmt::format("trial {} was made by another version or with other options: "
                            "found {}; expected {}",
                            made.number, found, expected));
}

}  // namespace netsmith::search
