#include "netsmith/cli/study_source.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/cli/comparison_run.h"
#include "netsmith/cli/flags.h"
#include "netsmith/cli/kept_comparisons.h"
#include "netsmith/cli/option_table.h"
#include "netsmith/report/search_record.h"
#include "netsmith/search/activity.h"
#include "netsmith/search/child_limits.h"
#include "netsmith/space/registry.h"
#include "netsmith/space/search_space.h"
#include "netsmith/store/open.h"
#include "netsmith/strategy/registry.h"

namespace netsmith::cli {
namespace {

/// Gives the options of `table` that are among the arguments their values: "--policy=state".
void AssignKnown(const std::vector<std::string>& arguments, OptionTable& table) {
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (!argument.starts_with("--") || equals == std::string::npos) continue;
    Option* option = table.Find(argument.substr(2, equals - 2));
    if (option != nullptr) option->Assign(argument.substr(equals + 1), argument);
  }
}

/// The limits that the strategy kept. Errors   nlohmann::json::exception; as SpaceFlags::Make where
/// the space is a file that is gone.
strategy::Allowed AllowedOf(const report::SearchRecord& record, const nlohmann::json& options,
                            const std::string& policy) {
  SpaceFlags flags;
  OptionTable table;
  flags.Declare(table);
  AssignKnown(record.arguments, table);
  flags.Resolve(policy);
  flags.Settle(record.shape);
  const nlohmann::json& child = options.contains("child") ? options.at("child") : options;
  const search::ChildLimits limits{.max_macs = child.at("max_macs").get<std::int64_t>(),
                                   .max_params = child.at("max_params").get<std::int64_t>()};
  const std::shared_ptr<const space::SearchSpace> space = flags.Make();
  return [=, shape = record.shape, classes = record.num_classes](const space::Genome& genome) {
    return search::KeepsLimits(*space, genome, shape, classes, limits);
  };
}

std::unique_ptr<study::Strategy> StrategyOf(const report::SearchRecord& record,
                                            const study::StudySpec& spec,
                                            const nlohmann::json& options) {
  StrategyFlags flags;
  OptionTable table;
  flags.Declare(table);
  AssignKnown(record.strategy, table);
  flags.Resolve();
  return strategy::MakeStrategy(flags.strategy, spec.decisions, flags.options,
                                options.at("seed").get<std::uint64_t>(),
                                AllowedOf(record, options, flags.options.reinforce.policy));
}

/// By the space itself; nothing where it cannot be made by its name: a file's, another version's.
std::vector<std::vector<std::string>> OptionTexts(const study::StudySpec& spec) {
  try {
    const auto name = nlohmann::json::parse(spec.options_json).at("space").get<std::string>();
    const auto space = space::MakeSpace(name, {});
    if (space->decisions() != spec.decisions) return {};
    std::vector<std::vector<std::string>> texts(spec.decisions.size());
    for (std::size_t d = 0; d < texts.size(); ++d) {
      for (std::size_t option = 0; option < spec.decisions[d].options.size(); ++option) {
        texts[d].push_back(space->OptionText(d, static_cast<int>(option)));
      }
    }
    return texts;
  } catch (const nlohmann::json::exception&) {
    return {};
  } catch (const base::Error&) {
    return {};
  }
}

}  // namespace

report::StudyView ReadStudy(study::Store& store, const std::string& study,
                            const std::string& store_url) {
  report::StudyView view{.spec = RequireStudy(store, study, store_url),
                         .store_url = store::AbsoluteUrl(store_url),
                         .trials = store.Trials(study),
                         .record = std::nullopt,
                         .learning = {},
                         .comparison = store.FindAttribute(study, kComparisonKey),
                         .random_trials = {},
                         .activity = search::ReadActivity(store, study)};
  if (const auto json = store.FindAttribute(study, report::kSearchRecordKey)) {
    view.record = report::SearchRecordFromJson(*json);
  }
  const std::string random = RandomStudyName(study);
  if (store.FindStudy(random)) view.random_trials = store.Trials(random);
  view.option_texts = OptionTexts(view.spec);
  return view;
}

report::LearningReplay MakeReplay(const report::StudyView& view) {
  const auto options = nlohmann::json::parse(view.spec.options_json, nullptr, false);
  std::unique_ptr<study::Strategy> strategy;
  int batch = 1;
  if (view.record && options.is_object()) {
    try {
      batch = options.at("batch").get<int>();
      strategy = StrategyOf(*view.record, view.spec, options);
    } catch (const nlohmann::json::exception&) {
      strategy = nullptr;  // not a study of `netsmith search`
    } catch (const base::Error&) {
      strategy = nullptr;  // another version's strategy, or a space that is gone
    }
  }
  return {view.spec, std::move(strategy), batch};
}

report::Learning LearningOf(const report::StudyView& view, report::LearningReplay& replay) {
  replay.Advance(view.trials);
  if (replay.is_faithful()) return replay.learning();
  return report::ProposalShares(view.spec.decisions, view.trials);
}

}  // namespace netsmith::cli
