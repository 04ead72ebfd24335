#include "netsmith/train/full_training.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/train/training_runner.h"

namespace netsmith::train {
namespace {

double Mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// What is trained when, and what follows from it.
class FullTrainer {
 public:
  FullTrainer(std::span<const NamedNetwork> networks, const data::Problem& problem,
              const FullTrainingOptions& options, std::stop_token stop)
      : networks_(networks),
        problem_(problem),
        options_(options),
        runner_(networks, problem, options, std::move(stop)),
        results_(networks.size()),
        choices_(networks.size()) {
    if (has_folds()) {
      for (data::Split& split : problem.Folds(options.num_folds, options.seed)) {
        folds_.push_back(problem.WithSplit(std::move(split)));
      }
      whole_ = problem.Whole();
    }
    const auto seeds = static_cast<std::size_t>(options.num_seeds);
    const std::size_t validations = has_folds() ? folds_.size() : seeds;
    for (std::size_t n = 0; n < networks.size(); ++n) {
      results_[n].rate_accuracy.assign(options.learning_rates.size(), 0);
      results_[n].validation_accuracy.assign(validations, 0);
      results_[n].validation_loss.assign(validations, Standing().loss);
      results_[n].test_accuracy.assign(seeds, std::numeric_limits<double>::quiet_NaN());
      if (networks[n].keeps_weights) {
        results_[n].fold_weights.resize(folds_.size());
        results_[n].seed_weights.resize(seeds);
      }
      choices_[n].trainings_left = options.learning_rates.size();
      runner_.Expect(n, NumTrainings(options));
    }
  }

  std::vector<FullTrainingResult> Run() {
    ChooseRates();
    if (has_folds()) Validate();
    TrainChosen();
    return std::move(results_);
  }

 private:
  /// How the choice of a network's learning rate stands.
  struct Choice {
    std::size_t trainings_left = 0;  // that choose
    std::size_t rate = 0;            // the best so far; in the end the chosen one
    std::optional<Training> best;    // of that rate
  };

  bool has_folds() const { return options_.num_folds > 1; }

  TrainingJob JobOf(std::size_t network, std::size_t rate) const {
    return {.network = network,
            .problem = &problem_,
            .learning_rate = options_.learning_rates[rate],
            .seed = options_.seed};
  }

  TrainingJob FoldJob(std::size_t network, std::size_t rate, std::size_t fold) const {
    TrainingJob job = JobOf(network, rate);
    job.problem = &folds_[fold];
    job.part = fmt::format("fold {} of {}", fold + 1, folds_.size());
    return job;
  }

  TrainingJob ChosenJob(std::size_t network, int seed) const {
    TrainingJob job = JobOf(network, choices_[network].rate);
    job.seed += static_cast<std::uint64_t>(seed);
    job.is_chosen = true;
    if (!has_folds()) return job;
    job.problem = &*whole_;
    job.part = "all samples";
    return job;
  }

  void ChooseRates() {
    const std::size_t rates = options_.learning_rates.size();
    std::vector<TrainingJob> jobs;
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      for (std::size_t r = 0; r < rates; ++r) {
        jobs.push_back(has_folds() ? FoldJob(n, r, 0) : JobOf(n, r));
        jobs.back().is_chosen = rates == 1 && !has_folds();
        jobs.back().is_candidate = rates > 1;
      }
    }
    runner_.Run(jobs, [&](std::size_t i, FinishedTraining finished) {
      const std::size_t network = i / rates;
      const int threads = finished.num_threads;
      if (!Offer(network, i % rates, std::move(finished)) || has_folds()) return;
      // The best is the first of the chosen ones now: measured here, so that a stop cannot lose it.
      runner_.Measure(ChosenJob(network, 0), threads, *choices_[network].best);
    });
  }

  /// Keeps the training of the network's best rate so far. Which one that is does not depend on who
  /// ends first. True when all rates were tried.
  bool Offer(std::size_t network, std::size_t rate, FinishedTraining finished) {
    const std::lock_guard lock(mutex_);
    Count(network, finished);
    Training& training = finished.training;
    Choice& choice = choices_[network];
    results_[network].rate_accuracy[rate] = training.standing.accuracy;
    const bool is_better =
        !choice.best || training.standing.IsBetterThan(choice.best->standing) ||
        (!choice.best->standing.IsBetterThan(training.standing) && rate < choice.rate);
    if (is_better) {
      choice.best = std::move(training);
      choice.rate = rate;
    }
    if (--choice.trainings_left > 0) return false;
    results_[network].learning_rate = options_.learning_rates[choice.rate];
    return true;
  }

  /// On the folds; the first of them chose.
  void Validate() {
    std::vector<TrainingJob> jobs;
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      for (std::size_t fold = 0; fold < folds_.size(); ++fold) {
        jobs.push_back(FoldJob(n, choices_[n].rate, fold));
        if (fold == 0) jobs.back().known = std::exchange(choices_[n].best, std::nullopt);
      }
    }
    runner_.Run(jobs, [&](std::size_t i, FinishedTraining finished) {
      const std::lock_guard lock(mutex_);
      const std::size_t network = i / folds_.size(), fold = i % folds_.size();
      Count(network, finished);
      NoteStanding(network, fold, finished.training.standing);
      if (!networks_[network].keeps_weights) return;
      results_[network].fold_weights[fold] = std::move(finished.training.weights);
    });
  }

  void TrainChosen() {
    const auto seeds = static_cast<std::size_t>(options_.num_seeds);
    std::vector<TrainingJob> jobs;
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      for (int seed = 0; seed < options_.num_seeds; ++seed) {
        jobs.push_back(ChosenJob(n, seed));
        if (seed > 0 || has_folds()) continue;
        jobs.back().known = std::exchange(choices_[n].best, std::nullopt);
      }
    }
    runner_.Run(jobs, [&](std::size_t i, FinishedTraining finished) {
      const std::lock_guard lock(mutex_);
      const std::size_t network = i / seeds, seed = i % seeds;
      Count(network, finished);
      Training& training = finished.training;
      if (!has_folds()) NoteStanding(network, seed, training.standing);
      if (training.diverged) return;
      FullTrainingResult& result = results_[network];
      result.test_accuracy[seed] = *training.test_accuracy;
      if (networks_[network].keeps_weights) result.seed_weights[seed] = training.weights;
      KeepIfBest(network, options_.seed + seed, std::move(training));
    });
  }

  void Count(std::size_t network, const FinishedTraining& finished) {
    using Origin = FinishedTraining::Origin;
    if (finished.origin != Origin::kKnown) results_[network].seconds += finished.training.seconds;
    if (finished.origin == Origin::kRemembered) ++results_[network].num_remembered;
  }

  /// `place`: of the seed or, with folds, of the fold.
  void NoteStanding(std::size_t network, std::size_t place, const Standing& standing) {
    results_[network].validation_accuracy[place] = standing.accuracy;
    results_[network].validation_loss[place] = standing.loss;
  }

  /// Which training is kept does not depend on who ends first.
  void KeepIfBest(std::size_t network, std::uint64_t seed, Training training) {
    FullTrainingResult& result = results_[network];
    const double mine = has_folds() ? Mean(result.validation_accuracy) : training.standing.accuracy;
    if (result.best) {
      const double theirs = result.best->validation_accuracy;
      if (theirs > mine || (theirs == mine && result.best->seed < seed)) return;
    }
    result.best = {.seed = seed,
                   .validation_accuracy = mine,
                   .test_accuracy = *training.test_accuracy,
                   .weights = std::move(training.weights)};
  }

  std::span<const NamedNetwork> networks_;
  const data::Problem& problem_;
  const FullTrainingOptions& options_;
  std::vector<data::Problem> folds_;    // with several
  std::optional<data::Problem> whole_;  // with folds
  TrainingRunner runner_;
  std::mutex mutex_;  // guards what follows
  std::vector<FullTrainingResult> results_;
  std::vector<Choice> choices_;
};

}  // namespace

std::int64_t NumTrainings(const FullTrainingOptions& options) {
  const std::int64_t choosing = std::ssize(options.learning_rates) + options.num_folds - 1;
  return choosing + options.num_seeds - (options.num_folds > 1 ? 0 : 1);
}

std::vector<FullTrainingResult> TrainInFull(std::span<const NamedNetwork> networks,
                                            const data::Problem& problem,
                                            const FullTrainingOptions& options,
                                            const std::stop_token& stop) {
  NETSMITH_CHECK_GE(options.num_seeds, 1);
  NETSMITH_CHECK_GE(options.num_folds, 1);
  NETSMITH_CHECK_GE(options.num_cores, 1);
  NETSMITH_CHECK_LT(0u, options.learning_rates.size());
  return FullTrainer(networks, problem, options, stop).Run();
}

}  // namespace netsmith::train
