#include "netsmith/train/full_training.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
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
  std::size_t rate = 0;  // index of the learning rate
  int seed = 0;          // counted from the first one
  int fold = 0;          // of those that choose
};

/// A child after its training.
struct Trained {
  std::unique_ptr<Child> child;
  Standing standing;
  bool diverged = false;
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
        stop_(std::move(stop)),
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
      if (keeps_all()) {
        results_[n].fold_weights.resize(folds_.size());
        results_[n].seed_weights.resize(seeds);
      }
      choices_[n].trainings_left = rates;
      choices_[n].seeds_left = has_folds() ? seeds : seeds - 1;
      macs_.push_back(static_cast<double>(graph::TotalCosts(networks[n].graph).macs));
      tally_.Expect(NumTrainings(options), macs_.back());
    }
  }

  std::vector<FullTrainingResult> Run() {
    std::vector<Job> choosing;
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      for (std::size_t r = 0; r < options_.learning_rates.size(); ++r) {
        choosing.push_back({has_folds() ? &folds_.front() : &problem_, n, r});
      }
    }
    RunAll(choosing, [this](const Job& job, Trained trained) { Offer(job, std::move(trained)); });
    std::vector<Job> validating;
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      for (int fold = 1; fold < options_.num_folds; ++fold) {
        validating.push_back(
            {&folds_[static_cast<std::size_t>(fold)], n, choices_[n].rate, 0, fold});
      }
    }
    RunAll(validating, [this](const Job& job, const Trained& trained) {
      Note(job.network, job.fold, trained.standing);
      KeepFold(job, trained);
    });
    std::vector<Job> chosen;
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      for (int s = has_folds() ? 0 : 1; s < options_.num_seeds; ++s) {
        chosen.push_back({whole_ ? &*whole_ : &problem_, n, choices_[n].rate, s});
      }
    }
    RunAll(chosen, [this](const Job& job, const Trained& trained) {
      Test(job, trained);
      --choices_[job.network].seeds_left;
      ReportIfDone(job.network);
    });
    return std::move(results_);
  }

 private:
  /// How the choice of a network's learning rate stands.
  struct Choice {
    std::size_t trainings_left = 0;  // that choose
    std::size_t seeds_left = 0;      // after them
    std::size_t rate = 0;            // the best so far; in the end the chosen one
    bool has_best = false;
    Trained best;  // of that rate, without folds with its child, which need not be trained again
  };

  bool has_folds() const { return options_.num_folds > 1; }
  bool keeps_all() const { return options_.keep_weights == KeptWeights::kAll; }

  template <typename Finish>
  void RunAll(const std::vector<Job>& jobs, Finish finish) {
    const std::size_t cores = static_cast<std::size_t>(options_.num_cores);
    const std::size_t even = jobs.size() - jobs.size() % cores;
    RunSideBySide(std::span(jobs).first(even), finish);
    RunSideBySide(std::span(jobs).subspan(even), finish);  // fewer than cores: several for each
  }

  template <typename Finish>
  void RunSideBySide(std::span<const Job> jobs, Finish finish) {
    if (jobs.empty()) return;
    const int at_once = std::min(options_.num_cores, static_cast<int>(jobs.size()));
    const int threads = options_.num_cores / at_once;
    base::ThreadPool(at_once).Run(std::ssize(jobs), [&](std::int64_t i, int) {
      const Job& job = jobs[static_cast<std::size_t>(i)];
      {
        const std::lock_guard lock(mutex_);
        tally_.Start(macs_[job.network]);
      }
      const Clock::time_point start = Clock::now();
      Trained trained = Train(job, threads);
      const std::chrono::duration<double> elapsed = Clock::now() - start;
      const std::lock_guard lock(mutex_);
      tally_.Finish(macs_[job.network], elapsed.count() * threads);
      ReportProgress(job, trained);
      finish(job, std::move(trained));
    });
  }

  void ReportProgress(const Job& job, const Trained& trained) {
    if (!options_.on_training) return;
    const bool validates = !trained.diverged && !job.problem->validation().empty();
    options_.on_training(
        {.num_done = tally_.num_done(),
         .num_all = tally_.num_all(),
         .training = Label(job),
         .validation_accuracy = validates ? std::optional(trained.standing.accuracy) : std::nullopt,
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

  Trained Train(const Job& job, int num_threads) {
    const std::string label = Label(job);
    const bool validates = !job.problem->validation().empty();
    Clock::time_point last_line = Clock::now();
    const TrainOptions train_options{.epochs = options_.epochs,
                                     .mb = options_.mb,
                                     .max_samples = options_.max_samples,
                                     .learning_rate = options_.learning_rates[job.rate],
                                     .recipe = networks_[job.network].recipe,
                                     .seed = Seed(job),
                                     .num_threads = num_threads,
                                     .on_epoch = [&](int epoch, double accuracy) {
                                       LogEpoch(label, validates, epoch, accuracy, last_line);
                                     }};
    Trained trained;
    trained.child =
        std::make_unique<Child>(networks_[job.network].graph, *job.problem, train_options);
    const TrainResult result = trained.child->Train(stop_);
    trained.diverged = result.diverged || result.validation_accuracy.empty();
    if (trained.diverged) {
      base::LogWarning(fmt::format("{}: diverged: {}", label, result.reason));
    } else {
      trained.standing = {.accuracy = result.validation_accuracy.back(),
                          .loss = result.validation_loss.back()};
    }
    const std::lock_guard lock(mutex_);
    results_[job.network].seconds += result.seconds;
    return trained;
  }

  /// `place`: of the seed or, with folds, of the fold.
  void Note(std::size_t network, int place, const Standing& standing) {
    const auto at = static_cast<std::size_t>(place);
    results_[network].validation_accuracy[at] = standing.accuracy;
    results_[network].validation_loss[at] = standing.loss;
  }

  /// Keeps the child of the network's best rate so far. Which one that is does not depend on who
  /// ends first.
  void Offer(const Job& job, Trained trained) {
    Choice& choice = choices_[job.network];
    results_[job.network].rate_accuracy[job.rate] = trained.standing.accuracy;
    const Standing mine = trained.standing, theirs = choice.best.standing;
    const bool ties = !theirs.IsBetterThan(mine) && job.rate < choice.rate;
    if (!choice.has_best || mine.IsBetterThan(theirs) || ties) {
      KeepFold(job, trained);
      choice.has_best = true;
      choice.best = std::move(trained);
      choice.rate = job.rate;
      if (has_folds()) choice.best.child.reset();  // all samples train the network again
    }
    if (--choice.trainings_left == 0) Choose(job.network);
  }

  /// All learning rates of the network were tried.
  void Choose(std::size_t network) {
    Choice& choice = choices_[network];
    FullTrainingResult& result = results_[network];
    result.learning_rate = options_.learning_rates[choice.rate];
    if (has_folds()) {
      Note(network, 0, choice.best.standing);
    } else {
      Test({&problem_, network, choice.rate}, choice.best);
      ReportIfDone(network);
    }
    choice.best.child.reset();
  }

  void ReportIfDone(std::size_t network) {
    if (choices_[network].seeds_left == 0 && options_.on_network) {
      options_.on_network(network, results_[network]);
    }
  }

  void Test(const Job& job, const Trained& trained) {
    const auto seed = static_cast<std::size_t>(job.seed);
    FullTrainingResult& result = results_[job.network];
    if (!has_folds()) Note(job.network, job.seed, trained.standing);
    if (trained.diverged) return;
    const data::Dataset& test =
        problem_.OpenTestSet(fmt::format("full training of {}", networks_[job.network].name));
    result.test_accuracy[seed] = trained.child->Accuracy(test);
    if (keeps_all()) result.seed_weights[seed] = engine::ReadWeights(trained.child->program());
    if (options_.keep_weights != KeptWeights::kNone) KeepIfBest(job, trained);
  }

  void KeepFold(const Job& job, const Trained& trained) {
    if (!has_folds() || !keeps_all()) return;
    results_[job.network].fold_weights[static_cast<std::size_t>(job.fold)] =
        trained.diverged ? engine::Weights() : engine::ReadWeights(trained.child->program());
  }

  /// Which training is kept does not depend on who ends first.
  void KeepIfBest(const Job& job, const Trained& trained) {
    FullTrainingResult& result = results_[job.network];
    const std::uint64_t seed = Seed(job);
    const double mine = has_folds() ? Mean(result.validation_accuracy) : trained.standing.accuracy;
    if (result.best) {
      const double theirs = result.best->validation_accuracy;
      if (theirs > mine || (theirs == mine && result.best->seed < seed)) return;
    }
    result.best = {.seed = seed,
                   .validation_accuracy = mine,
                   .test_accuracy = result.test_accuracy[static_cast<std::size_t>(job.seed)],
                   .weights = engine::ReadWeights(trained.child->program())};
  }

  std::span<const NamedNetwork> networks_;
  const data::Problem& problem_;
  const FullTrainingOptions& options_;
  std::stop_token stop_;
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
