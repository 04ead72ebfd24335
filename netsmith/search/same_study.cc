#include "netsmith/search/same_study.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>

#include "netsmith/base/error.h"
#include "netsmith/search/other_options.h"

namespace netsmith::search {
namespace {

using study::StudySpec;
using study::Trial;

[[noreturn]] void Refuse(const std::string& study, const std::string& what) {
  throw base::StoreError(fmt::format("study '{}': {}", study, what));
}

void CheckSameOptions(const StudySpec& stored, const StudySpec& asked) {
  const std::string other = OtherOptions(stored.options_json, asked.options_json);
  if (stored.space_signature != asked.space_signature) {
    // An option that decides the space says it better than its signature.
    Refuse(asked.name, fmt::format("was made with another space: found {}, expected {}{}",
                                   stored.space_signature, asked.space_signature,
                                   other.empty() ? "" : "; " + other));
  }
  if (!other.empty()) Refuse(asked.name, "was made with other options: " + other);
}

void CheckSameRest(const StudySpec& stored, const StudySpec& asked) {
  if (!stored.engine.empty() && !asked.engine.empty() && stored.engine != asked.engine) {
    Refuse(asked.name, fmt::format("was made with other arithmetic, so results would differ: found "
                                   "{} in the study, have {} here",
                                   stored.engine, asked.engine));
  }
  if (stored.objectives != asked.objectives) Refuse(asked.name, "was made with other objectives");
  if (stored.decisions != asked.decisions) Refuse(asked.name, "was made with other decisions");
}

void CheckSame(const StudySpec& stored, const StudySpec& asked, bool resume) {
  CheckSameOptions(stored, asked);
  if (!resume) {
    Refuse(asked.name, "exists already; --resume continues it, --study NAME begins another");
  }
  CheckSameRest(stored, asked);
}

}  // namespace

void CheckStudy(study::Store& store, const StudySpec& spec, bool resume) {
  if (const auto stored = store.FindStudy(spec.name)) CheckSame(*stored, spec, resume);
}

void OpenStudy(study::Store& store, const StudySpec& spec, bool resume) {
  const auto stored = store.FindStudy(spec.name);
  if (!stored) return store.CreateStudy(spec);
  CheckSame(*stored, spec, resume);
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
