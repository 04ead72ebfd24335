#include "netsmith/cli/objective_flags.h"

#include <fmt/format.h>

#include <algorithm>

#include "netsmith/base/error.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::cli {

void ObjectiveFlags::Declare(OptionTable& options) {
  options.Text("objectives", "LIST", &objectives,
               "What is weighed against each other: accuracy, and of params, macs and latency what "
               "shall be small");
}

bool ObjectiveFlags::has_latency() const {
  return std::ranges::find(parsed, study::Objective::kLatency) != parsed.end();
}

void ObjectiveFlags::Resolve(ChildFlags& child, const PruningFlags& pruning,
                             bool nondeterministic) {
  const auto list = study::ParseObjectives(objectives);
  if (!list) {
    throw base::ConfigError(fmt::format(
        "--objectives: found {}, expected accuracy and some of params, macs, latency, with commas "
        "between them",
        space::Quoted(objectives)));
  }
  parsed = *list;
  if (has_latency()) child.measure_latency = true;
  const std::string what = has_latency()           ? "--objectives: the objective latency"
                           : child.max_latency > 0 ? "--max-latency: a limit on latency"
                                                   : "";
  if (!what.empty() && !nondeterministic) {
    throw base::ConfigError(what +
                            " is measured and makes results depend on the machine, expected "
                            "--nondeterministic beside it");
  }
  if (has_latency() && pruning.prunes()) {
    throw base::ConfigError(fmt::format(
        "--pruner {}: found the objective latency, which is not known when a trial is asked, "
        "expected accuracy, params and macs alone",
        pruning.pruner));
  }
}

}  // namespace netsmith::cli
