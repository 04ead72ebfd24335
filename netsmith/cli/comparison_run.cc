#include "netsmith/cli/comparison_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/cli/ensemble.h"
#include "netsmith/cli/kept_comparisons.h"
#include "netsmith/cli/kept_trainings.h"
#include "netsmith/cli/nearest.h"
#include "netsmith/report/classic_form.h"
#include "netsmith/report/format.h"
#include "netsmith/report/progress.h"
#include "netsmith/report/study_report.h"
#include "netsmith/report/study_view.h"
#include "netsmith/space/network.h"
#include "netsmith/space/text_cursor.h"
#include "netsmith/train/full_training.h"

namespace netsmith::cli {
namespace {

std::vector<study::Trial> Finalists(study::Store& store, const std::string& study,
                                    std::int64_t count) {
  auto finalists = report::Leaderboard(store.Trials(study), static_cast<std::size_t>(count));
  if (finalists.empty()) {
    throw base::StoreError(
        fmt::format("study '{}': found no complete trial, expected a network to train", study));
  }
  return finalists;
}

/// What people write without a search: two convolutions, each with a pool of 2. In two dimensions
/// for images, unless `beside`, the network that it is compared with, is of the classic kind.
/// "none" where samples are too small for it.
std::string UsualHandMade(const std::string& beside, const data::Problem& problem) {
  const std::string classic = "5,32,2,0;5,64,2,0";
  const std::string image = "conv2d:0,0,0,0,0,0,1,2,5,0,3,0,1,0,4,0,1,0,0,0,0,0,0,0,0";
  const tensor::SampleShape shape = problem.development().shape();
  const bool is_image = shape.height > 1 && shape.width > 1;
  const bool is_classic = beside.find(':') == std::string::npos && !beside.starts_with('@');
  const std::string& usual = is_image && !is_classic ? image : classic;
  try {
    space::ParseNetwork(usual, shape, problem.development().num_classes());
    return usual;
  } catch (const base::InvalidArgument&) {
    return "none";
  }
}

std::vector<report::TrainedNetwork> NetworksOf(const ComparisonFlags& flags,
                                               const ComparisonRequest& request,
                                               const data::Problem& problem, study::Store* store) {
  std::vector<report::TrainedNetwork> networks;
  const auto add = [&](const char* role, const std::string& text) {
    networks.emplace_back();
    networks.back().role = role;
    networks.back().text = text;
  };
  if (request.study) {
    NETSMITH_CHECK(store != nullptr);
    for (const study::Trial& trial : Finalists(*store, *request.study, flags.finalists)) {
      add("finalist", trial.network);
      networks.back().reward = trial.evaluation.reward;
      networks.back().loss = trial.evaluation.loss;
    }
  }
  for (const std::string& text : request.networks) add("given", text);
  const std::string hand_made =
      flags.hand_made == "auto" ? UsualHandMade(networks.front().text, problem) : flags.hand_made;
  if (hand_made != "none") add("hand-made", hand_made);
  return networks;
}

/// Names the found network among the finalists: the one of the best mean standing, the first of
/// equals.
std::size_t ChooseFound(std::vector<report::TrainedNetwork>& networks) {
  const auto standing = [&](std::size_t i) {
    const train::FullTrainingResult& training = networks[i].training;
    return train::Standing{.accuracy = report::MeanAndSd(training.validation_accuracy).mean,
                           .loss = report::MeanAndSd(training.validation_loss).mean};
  };
  std::size_t found = 0;
  for (std::size_t i = 1; i < networks.size() && networks[i].role == "finalist"; ++i) {
    if (standing(i).IsBetterThan(standing(found))) found = i;
  }
  networks[found].role = "found";
  return found;
}

std::optional<report::RewardComparison> CompareWithRandom(study::Store& store,
                                                          const std::string& study) {
  const std::string random_study = RandomStudyName(study);
  if (!store.FindStudy(random_study)) return std::nullopt;
  const auto rewards = report::Rewards(store.Trials(study));
  const auto random_rewards = report::Rewards(store.Trials(random_study));
  if (rewards.empty() || random_rewards.empty()) return std::nullopt;
  return report::CompareRewards(rewards, random_rewards);
}

/// Trains the networks in full, but for the trainings that `options.memory` has.
void TrainAll(std::vector<report::TrainedNetwork>& networks,
              std::span<const train::NamedNetwork> graphs, const data::Problem& problem,
              train::FullTrainingOptions options, const train::Recipe& recipe,
              const std::stop_token& stop) {
  const std::int64_t num_trainings = std::ssize(graphs) * NumTrainings(options);
  base::LogInfo(fmt::format(
      "{} of {}: {}, learning rates {}, {}{}{}", report::Counted(num_trainings, "full training"),
      report::Counted(std::ssize(graphs), "network"), report::Counted(options.epochs, "epoch"),
      fmt::join(options.learning_rates, ", "), report::Counted(options.num_seeds, "seed"),
      options.num_folds > 1 ? fmt::format(", chosen by {} folds", options.num_folds) : "",
      RecipeText(recipe)));
  options.on_training = report::LogFullTraining;
  auto results = train::TrainInFull(graphs, problem, options, stop);
  int num_remembered = 0;
  for (std::size_t i = 0; i < networks.size(); ++i) {
    num_remembered += results[i].num_remembered;
    networks[i].training = std::move(results[i]);
  }
  if (num_remembered > 0) {
    base::LogInfo(fmt::format("{} done before: kept with the study",
                              report::Counted(num_remembered, "full training")));
  }
}

/// The weights of a training that was remembered without are had by doing it again, and kept.
void RestoreWeights(train::NamedNetwork network, const data::Problem& problem,
                    train::FullTrainingOptions options, train::FullTrainingResult& training,
                    const std::stop_token& stop) {
  if (!training.best || !training.best->weights.params.empty()) return;
  const data::Problem data = options.num_folds > 1 ? problem.Whole() : problem;
  options.num_folds = 1;
  options.learning_rates = {training.learning_rate};
  options.seed = training.best->seed;
  options.num_seeds = 1;
  network.keeps_weights = true;
  base::LogInfo(fmt::format("{}: trained again for its weights, learning rate {}, seed {}",
                            network.name, training.learning_rate, options.seed));
  const double validation_accuracy = training.best->validation_accuracy;
  training.best = train::TrainInFull(std::span(&network, 1), data, options, stop).front().best;
  if (training.best) training.best->validation_accuracy = validation_accuracy;
}

/// Puts the ensemble of the finalists, which are the first of the networks, behind them.
void AddEnsemble(std::vector<report::TrainedNetwork>& networks,
                 std::span<const train::NamedNetwork> members, const data::Problem& problem,
                 const train::FullTrainingOptions& options, const std::stop_token& stop) {
  std::vector<const train::FullTrainingResult*> trainings;
  for (std::size_t i = 0; i < members.size(); ++i) trainings.push_back(&networks[i].training);
  report::TrainedNetwork ensemble{
      .role = "ensemble",
      .text = fmt::format("the mean of the logits of the {} finalists", members.size()),
      .form = "the finalists side by side, as one network",
      .graph = EnsembleGraphOf(members),
      .costs = {},
      .training = MeasureEnsemble(members, trainings, problem, options, stop)};
  for (report::TrainedNetwork& network : networks) {
    network.training.fold_weights.clear();
    network.training.seed_weights.clear();
  }
  ensemble.costs = graph::TotalCosts(ensemble.graph);
  for (const train::NamedNetwork& member : members) ensemble.members.push_back(member.name);
  networks.insert(networks.begin() + std::ssize(members), std::move(ensemble));
}

}  // namespace

const report::TrainedNetwork& Chosen(const report::Comparison& comparison) {
  const auto with = [&](const char* role) {
    return std::ranges::find(comparison.networks, role, &report::TrainedNetwork::role);
  };
  const auto ensemble = with("ensemble");
  const bool is_there = ensemble != comparison.networks.end() && ensemble->training.best;
  return is_there ? *ensemble : *with("found");
}

void ComparisonFlags::Declare(OptionTable& options) {
  training.Declare(options);
  options.Text("learning-rates", "LIST", &learning_rates,
               "Learning rates that each network's best is chosen from on validation");
  options.Integer("finalists", &finalists, {0, 100},
                  "Networks of the study that are trained in full; the best of them on validation "
                  "is the one it found; 0 means 5, or 3 where folds choose");
  options.Integer(
      "folds", &folds, {0, 1000},
      "Choose networks by the mean of so many folds, each validated on another part of the "
      "samples, the learning rate by the first, and train what is chosen on all samples; "
      "1 means by one split, 0 "
      "chooses 5 where that has fewer than 200 samples to validate");
  options.Flag("ensemble", &ensemble,
               "Also join the finalists to one network, which gives the mean of their logits, and "
               "measure it; what search --out writes");
  options.Text("hand-made", "NET", &hand_made,
               "The network to compare with, or none; auto takes two convolutions of 32 and 64 "
               "filters, in two dimensions for images unless the study's space is post");
}

void ComparisonFlags::Settle(const data::Problem& problem) {
  training.Settle(problem);
  if (folds == 0) folds = UsualFolds(problem);
  if (folds > 1) problem.Folds(folds, 0);             // a mistake is found before the search
  if (finalists == 0) finalists = folds > 1 ? 3 : 5;  // folds make each finalist dear
}

std::vector<double> ComparisonFlags::Rates() const {
  return ParseNumbers("--learning-rates", learning_rates, 1e-12, 10);
}

train::FullTrainingOptions ComparisonFlags::Options(std::int64_t seed) const {
  return {.epochs = training.epochs,
          .mb = training.mb,
          .learning_rates = Rates(),
          .seed = static_cast<std::uint64_t>(seed),
          .num_seeds = training.seeds,
          .num_folds = folds,
          .num_cores = training.threads};
}

void ComparisonFlags::CheckHandMade(const data::Problem& problem) const {
  if (hand_made == "none" || hand_made == "auto") return;
  space::ParseNetwork(hand_made, problem.development().shape(),
                      problem.development().num_classes());
}

study::StudySpec RequireStudy(study::Store& store, const std::string& name,
                              const std::string& store_url) {
  if (auto spec = store.FindStudy(name)) return *std::move(spec);
  const auto names = store.StudyNames();
  const std::string nearest = Nearest(name, names);
  const std::string hint = names.empty()     ? "the store has none"
                           : nearest.empty() ? fmt::format("known: {}", fmt::join(names, ", "))
                                             : fmt::format("the nearest is {}", nearest);
  throw base::StoreError(fmt::format("{}: no study {}, {}", store_url, space::Quoted(name), hint));
}

std::string RandomStudyName(const std::string& study) { return study + "-random"; }

report::Comparison RunComparison(const ComparisonFlags& flags, const ComparisonRequest& request,
                                 const data::Problem& problem, study::Store* store,
                                 const std::stop_token& stop) {
  report::Comparison comparison;
  comparison.networks = NetworksOf(flags, request, problem, store);
  const train::Recipe& recipe = flags.training.recipe.recipe;
  comparison.folds = flags.folds;
  std::vector<train::NamedNetwork> graphs;
  for (report::TrainedNetwork& network : comparison.networks) {
    graphs.push_back({network.text,
                      space::ParseNetwork(network.text, problem.development().shape(),
                                          problem.development().num_classes()),
                      space::WithDecided(recipe, space::ParseTraining(network.text))});
    network.form = report::ClassicForm(graphs.back().graph);
    network.graph = graphs.back().graph;
    network.costs = graph::TotalCosts(graphs.back().graph);
  }
  train::FullTrainingOptions options = flags.Options(request.seed);
  std::optional<KeptTrainings> kept;
  if (request.study) options.memory = &kept.emplace(*store, *request.study, stop);
  const auto num_finalists = static_cast<std::size_t>(
      std::ranges::count(comparison.networks, "finalist", &report::TrainedNetwork::role));
  const bool joins = flags.ensemble && num_finalists > 1;
  if (flags.ensemble && !joins) {
    base::LogWarning("--ensemble: found 1 finalist, expected 2 or more: no ensemble is made");
  }
  const auto members = std::span(graphs).first(num_finalists);
  if (joins) {
    EnsembleGraphOf(members);  // a mistake is found before the trainings
    for (train::NamedNetwork& member : members) member.keeps_weights = true;
  }
  TrainAll(comparison.networks, graphs, problem, options, recipe, stop);
  if (joins) AddEnsemble(comparison.networks, members, problem, options, stop);
  if (request.study) {
    const std::size_t found = ChooseFound(comparison.networks);
    const bool has_ensemble = joins && Chosen(comparison).role == "ensemble";
    if (request.keep_weights && !has_ensemble) {
      RestoreWeights(graphs[found], problem, options, comparison.networks[found].training, stop);
    }
    const auto first = comparison.networks.begin(),
               place = first + static_cast<std::ptrdiff_t>(found);
    std::rotate(first, place, place + 1);
    comparison.random = CompareWithRandom(*store, *request.study);
    const auto spec = store->FindStudy(*request.study);
    comparison.rewards_are_test = spec && report::RewardsAreTest(*spec);
    if (comparison.networks.size() > 1) {
      KeepComparison(*store, *request.study, ToJson(comparison));
    }
  }
  return comparison;
}

}  // namespace netsmith::cli
