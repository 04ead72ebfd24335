#include "netsmith/train/full_training.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/log.h"
#include "netsmith/base/thread_pool.h"
#include "netsmith/train/train.h"
#include "netsmith/train/training_tally.h"

namespace netsmith::train {
namespace {

/// One training of the list.
struct Job {
  const data::Problem* problem = nullptr;
  std::size_t network = 0;
  std::size_t rate = 0;    // index of the learning rate
  int seed = 0;            // counted from the first one
  int fold = 0;            // of those that choose
  bool is_chosen = false;  // and therefore measured on the test set
};

double Mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

using Clock = std::chrono::steady_clock;

class FullTrainer {
 public:
  FullTrainer(std::span<const NamedNetwork> networks, const data::Problem& problem,
              const FullTrainingOptions& options, std::stop_token stop)
      : networks_(networks),
        problem_(problem),
        options_(options),
        passes_on_(std::move(stop), [this] { stop_.request_stop(); }),
        tally_(options.num_cores) {
    if (has_folds()) {
      for (data::Split& split : problem.Folds(options.num_folds, options.seed)) {
        folds_.push_back(problem.WithSplit(std::move(split)));
      }
      whole_ = problem.Whole();
    }
    const auto seeds = static_cast<std::size_t>(options.num_seeds);
    const std::size_t rates = options.learning_rates.size();
    results_.resize(networks.size());
    choices_.resize(networks.size());
    for (std::size_t n = 0; n < networks.size(); ++n) {
      results_[n].rate_accuracy.assign(rates, 0);
      results_[n].validation_accuracy.assign(has_folds() ? folds_.size() : seeds, 0);
      results_[n].validation_loss.assign(has_folds() ? folds_.size() : seeds, Standing().loss);
      results_[n].test_accuracy.assign(seeds, std::numeric_limits<double>::quiet_NaN());
      if (networks[n].keeps_weights) {
        results_[n].fold_weights.resize(folds_.size());
        results_[n].seed_weights.resize(seeds);
      }
      choices_[n].trainings_left = rates;
      macs_.push_back(static_cast<double>(graph::TotalCosts(networks[n].graph).macs));
      tally_.Expect(NumTrainings(options), macs_.back());
    }
  }

  std::vector<FullTrainingResult> Run() {
    std::vector<Job> choosing;
    const std::size_t rates = options_.learning_rates.size();
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      for (std::size_t r = 0; r < rates; ++r) {
        choosing.push_back({.problem = has_folds() ? &folds_.front() : &problem_,
                            .network = n,
                            .rate = r,
                            .is_chosen = rates == 1 && !has_folds()});
      }
    }
    RunAll(choosing, [this](const Job& job, Training training, int num_threads) {
      const bool has_chosen = Offer(job, std::move(training));
      if (has_chosen && !has_folds()) MeasureChoice(job.network, num_threads);
    });
    std::vector<Job> validating;
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      for (int fold = 1; fold < options_.num_folds; ++fold) {
        validating.push_back(
            {&folds_[static_cast<std::size_t>(fold)], n, choices_[n].rate, 0, fold});
      }
    }
    RunAll(validating, [this](const Job& job, Training training, int) {
      const std::lock_guard lock(mutex_);
      NoteFold(job, std::move(training));
    });
    std::vector<Job> chosen;
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      for (int s = 0; s < options_.num_seeds; ++s) chosen.push_back(Chosen(n, s));
    }
    RunAll(chosen, [this](const Job& job, Training training, int num_threads) {
      Measure(job, num_threads, training);
      const std::lock_guard lock(mutex_);
      NoteSeed(job, std::move(training));
    });
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

  Job Chosen(std::size_t network, int seed) const {
    return {.problem = whole_ ? &*whole_ : &problem_,
            .network = network,
            .rate = choices_[network].rate,
            .seed = seed,
            .is_chosen = true};
  }

  /// `finish` gets each job, its training and how many threads it has.
  template <typename Finish>
  void RunAll(const std::vector<Job>& jobs, Finish finish) {
    std::vector<Job> to_do;
    for (const Job& job : jobs) {
      if (auto training = Recall(job)) {
        finish(job, *std::move(training), options_.num_cores);
      } else {
        to_do.push_back(job);
      }
    }
    const std::size_t cores = static_cast<std::size_t>(options_.num_cores);
    const std::size_t even = to_do.size() - to_do.size() % cores;
    RunSideBySide(std::span(to_do).first(even), finish);
    RunSideBySide(std::span(to_do).subspan(even), finish);  // fewer than cores: several for each
  }

  template <typename Finish>
  void RunSideBySide(std::span<const Job> jobs, Finish finish) {
    if (jobs.empty()) return;
    const int at_once = std::min(options_.num_cores, static_cast<int>(jobs.size()));
    const int threads = options_.num_cores / at_once;
    base::ThreadPool(at_once).Run(std::ssize(jobs), [&](std::int64_t i, int) {
      try {
        const Job& job = jobs[static_cast<std::size_t>(i)];
        finish(job, Train(job, threads), threads);
      } catch (...) {
        stop_.request_stop();
        throw;
      }
    });
  }

  TrainingTask TaskOf(const Job& job) const {
    return {.network = networks_[job.network],
            .problem = *job.problem,
            .epochs = options_.epochs,
            .mb = options_.mb,
            .max_samples = options_.max_samples,
            .learning_rate = options_.learning_rates[job.rate],
            .seed = Seed(job)};
  }

  /// The training, if it was done before and says all that is needed.
  std::optional<Training> Recall(const Job& job) {
    std::optional<Training>& choice = choices_[job.network].best;
    const bool was_choice = choice && job.is_chosen && job.seed == 0 && !has_folds();
    std::optional<Training> training;
    if (was_choice) {
      training = std::move(choice);
    } else if (options_.memory) {
      training = options_.memory->Find(TaskOf(job));
    }
    if (!training) return std::nullopt;
    const bool has_weights = training->diverged || !training->weights.params.empty();
    const bool is_enough = networks_[job.network].keeps_weights ? has_weights
                           : job.is_chosen ? has_weights || training->test_accuracy
                                           : true;
    const double macs = macs_[job.network];
    if (was_choice && !is_enough) tally_.Expect(1, macs);
    if (!is_enough) return std::nullopt;
    if (!was_choice) {
      tally_.Skip(macs);
      ++results_[job.network].num_remembered;
      results_[job.network].seconds += training->seconds;
    }
    return training;
  }

  void Remember(const Job& job, const Training& training) {
    if (!options_.memory) return;
    if (networks_[job.network].keeps_weights) {
      options_.memory->Keep(TaskOf(job), training);
      return;
    }
    options_.memory->Keep(TaskOf(job), {.standing = training.standing,
                                        .diverged = training.diverged,
                                        .test_accuracy = training.test_accuracy,
                                        .seconds = training.seconds});
  }

  void ReportProgress(const Job& job, const Training& training) {
    if (!options_.on_training) return;
    const bool validates = !training.diverged && !job.problem->validation().empty();
    options_.on_training({.num_done = tally_.num_done(),
                          .num_all = tally_.num_all(),
                          .training = Label(job),
                          .validation_accuracy =
                              validates ? std::optional(training.standing.accuracy) : std::nullopt,
                          .seconds_left = tally_.SecondsLeft()});
  }

  std::string Label(const Job& job) const {
    std::string label = fmt::format("{}, learning rate {}, seed {}", networks_[job.network].name,
                                    options_.learning_rates[job.rate], Seed(job));
    if (!has_folds()) return label;
    return label + (job.problem->validation().empty()
                        ? std::string(", all samples")
                        : fmt::format(", fold {} of {}", job.fold + 1, options_.num_folds));
  }

  std::uint64_t Seed(const Job& job) const {
    return options_.seed + static_cast<std::uint64_t>(job.seed);
  }

  /// The first, which shows how long one takes, and of a long training one now and then: small data
  /// take hundreds of epochs.
  void LogEpoch(const std::string& label, bool validates, int epoch, double accuracy,
                Clock::time_point& last_line) {
    const std::lock_guard lock(mutex_);
    const std::chrono::seconds pause(std::min<std::int64_t>(20, 2 * tally_.num_all()));
    const bool is_first = epoch == 1 && tally_.num_done() == 0;
    if (!is_first && (epoch == options_.epochs || Clock::now() - last_line < pause)) return;
    last_line = Clock::now();
    base::LogInfo(fmt::format(
        "{}: epoch {} of {}{}", label, epoch, options_.epochs,
        validates ? fmt::format(", validation accuracy {:.4f}", accuracy) : std::string()));
  }

  TrainOptions OptionsOf(const Job& job, int num_threads) const {
    return {.epochs = options_.epochs,
            .mb = options_.mb,
            .max_samples = options_.max_samples,
            .learning_rate = options_.learning_rates[job.rate],
            .recipe = networks_[job.network].recipe,
            .seed = Seed(job),
            .num_threads = num_threads};
  }

  Training Train(const Job& job, int num_threads) {
    const double macs = macs_[job.network];
    {
      const std::lock_guard lock(mutex_);
      tally_.Start(macs);
    }
    const Clock::time_point start = Clock::now();
    const std::string label = Label(job);
    const bool validates = !job.problem->validation().empty();
    Clock::time_point last_line = start;
    TrainOptions train_options = OptionsOf(job, num_threads);
    train_options.on_epoch = [&](int epoch, double accuracy) {
      LogEpoch(label, validates, epoch, accuracy, last_line);
    };
    Child child(networks_[job.network].graph, *job.problem, train_options);
    const TrainResult result = child.Train(stop_.get_token());
    Training training;
    training.diverged = result.diverged || result.validation_accuracy.empty();
    if (training.diverged) {
      base::LogWarning(fmt::format("{}: diverged: {}", label, result.reason));
    } else {
      training.standing = {.accuracy = result.validation_accuracy.back(),
                           .loss = result.validation_loss.back()};
      training.weights = engine::ReadWeights(child.program());
    }
    training.seconds = result.seconds;
    if (job.is_chosen && !training.diverged) training.test_accuracy = child.Accuracy(TestSet(job));
    const std::chrono::duration<double> elapsed = Clock::now() - start;
    const std::lock_guard lock(mutex_);
    tally_.Finish(macs, elapsed.count() * num_threads);
    results_[job.network].seconds += result.seconds;
    Remember(job, training);
    ReportProgress(job, training);
    return training;
  }

  const data::Dataset& TestSet(const Job& job) const {
    return problem_.OpenTestSet(fmt::format("full training of {}", networks_[job.network].name));
  }

  /// A chosen training that was not known to be one when it was done.
  void Measure(const Job& job, int num_threads, Training& training) {
    if (training.diverged || training.test_accuracy) return;
    Child child(networks_[job.network].graph, *job.problem, OptionsOf(job, num_threads));
    engine::WriteWeights(training.weights, child.program());
    training.test_accuracy = child.Accuracy(TestSet(job));
    const std::lock_guard lock(mutex_);
    Remember(job, training);
  }

  /// Keeps the training of the network's best rate so far. Which one that is does not depend on who
  /// ends first. True when all rates were tried.
  bool Offer(const Job& job, Training training) {
    const std::lock_guard lock(mutex_);
    Choice& choice = choices_[job.network];
    results_[job.network].rate_accuracy[job.rate] = training.standing.accuracy;
    const bool is_better =
        !choice.best || training.standing.IsBetterThan(choice.best->standing) ||
        (!choice.best->standing.IsBetterThan(training.standing) && job.rate < choice.rate);
    if (is_better) {
      choice.best = std::move(training);
      choice.rate = job.rate;
    }
    if (--choice.trainings_left > 0) return false;
    results_[job.network].learning_rate = options_.learning_rates[choice.rate];
    if (has_folds()) NoteFold(job, *std::move(choice.best));
    return true;
  }

  /// Without folds the training that was best is the first of the chosen ones. It is measured as
  /// soon as all rates were tried, so that a stop cannot lose it.
  void MeasureChoice(std::size_t network, int num_threads) {
    Training& best = *choices_[network].best;
    if (!best.weights.params.empty()) Measure(Chosen(network, 0), num_threads, best);
  }

  /// `place`: of the seed or, with folds, of the fold.
  void Note(std::size_t network, int place, const Standing& standing) {
    const auto at = static_cast<std::size_t>(place);
    results_[network].validation_accuracy[at] = standing.accuracy;
    results_[network].validation_loss[at] = standing.loss;
  }

  void NoteFold(const Job& job, Training training) {
    Note(job.network, job.fold, training.standing);
    if (!networks_[job.network].keeps_weights) return;
    results_[job.network].fold_weights[static_cast<std::size_t>(job.fold)] =
        std::move(training.weights);
  }

  void NoteSeed(const Job& job, Training training) {
    const auto seed = static_cast<std::size_t>(job.seed);
    FullTrainingResult& result = results_[job.network];
    if (!has_folds()) Note(job.network, job.seed, training.standing);
    if (training.diverged) return;
    result.test_accuracy[seed] = *training.test_accuracy;
    if (networks_[job.network].keeps_weights) result.seed_weights[seed] = training.weights;
    KeepIfBest(job, std::move(training));
  }

  /// Which training is kept does not depend on who ends first.
  void KeepIfBest(const Job& job, Training training) {
    FullTrainingResult& result = results_[job.network];
    const std::uint64_t seed = Seed(job);
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
  std::stop_source stop_;  // requested from outside, or as one of the trainings failed
  std::stop_callback<std::function<void()>> passes_on_;
  std::vector<data::Problem> folds_;    // with several
  std::optional<data::Problem> whole_;  // with folds
  std::vector<double> macs_;            // of each network
  std::mutex mutex_;                    // guards what follows
  std::vector<FullTrainingResult> results_;
  std::vector<Choice> choices_;
  TrainingTally tally_;
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
