#include "netsmith/train/full_training.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/log.h"
#include "netsmith/base/thread_pool.h"
#include "netsmith/train/train.h"

namespace netsmith::train {
namespace {

/// One training of the list.
struct Job {
  std::size_t network = 0;
  std::size_t rate = 0;  // index of the learning rate
  int seed = 0;          // counted from the first one
};

/// A child after its training.
struct Trained {
  std::unique_ptr<Child> child;
  double validation_accuracy = 0;  // 0 when it diverged
  bool diverged = false;
};

class FullTrainer {
 public:
  FullTrainer(std::span<const NamedNetwork> networks, const data::Problem& problem,
              const FullTrainingOptions& options, std::stop_token stop)
      : networks_(networks), problem_(problem), options_(options), stop_(std::move(stop)) {
    results_.resize(networks.size());
    best_.resize(networks.size());
    trainings_left_.assign(networks.size(), options.learning_rates.size() +
                                                static_cast<std::size_t>(options.num_seeds) - 1);
    for (FullTrainingResult& result : results_) {
      const double unknown = std::numeric_limits<double>::quiet_NaN();
      result.rate_accuracy.assign(options.learning_rates.size(), 0);
      result.validation_accuracy.assign(static_cast<std::size_t>(options.num_seeds), 0);
      result.test_accuracy.assign(static_cast<std::size_t>(options.num_seeds), unknown);
    }
  }

  std::vector<FullTrainingResult> Run() {
    std::vector<Job> choosing;
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      for (std::size_t r = 0; r < options_.learning_rates.size(); ++r)
        choosing.push_back({n, r, 0});
    }
    RunAll(choosing, [this](const Job& job, Trained trained) { Offer(job, std::move(trained)); });
    std::vector<Job> others;
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      for (int s = 1; s < options_.num_seeds; ++s) others.push_back({n, best_[n].rate, s});
    }
    RunAll(others, [this](const Job& job, const Trained& trained) {
      const std::lock_guard lock(mutex_);
      Test(job, trained);
      CountDown(job.network);
    });
    return std::move(results_);
  }

 private:
  struct Best {
    Trained trained;
    std::size_t rate = 0;
  };

  template <typename Finish>
  void RunAll(const std::vector<Job>& jobs, Finish finish) {
    if (jobs.empty()) return;
    const int at_once = std::min(options_.num_cores, static_cast<int>(jobs.size()));
    const int threads = options_.num_cores / at_once;
    base::ThreadPool(at_once).Run(std::ssize(jobs), [&](std::int64_t i, int) {
      const Job& job = jobs[static_cast<std::size_t>(i)];
      finish(job, Train(job, threads));
    });
  }

  Trained Train(const Job& job, int num_threads) {
    const double rate = options_.learning_rates[job.rate];
    const std::uint64_t seed = options_.seed + static_cast<std::uint64_t>(job.seed);
    const std::string label =
        fmt::format("{}, learning rate {}, seed {}", networks_[job.network].name, rate, seed);
    const TrainOptions train_options{
        .epochs = options_.epochs,
        .mb = options_.mb,
        .max_samples = options_.max_samples,
        .learning_rate = rate,
        .recipe = networks_[job.network].recipe,
        .seed = seed,
        .num_threads = num_threads,
        .on_epoch = [&](int epoch, double accuracy) {
          base::LogInfo(fmt::format("{}: epoch {} of {}, validation accuracy {:.4f}", label, epoch,
                                    options_.epochs, accuracy));
        }};
    Trained trained;
    trained.child = std::make_unique<Child>(networks_[job.network].graph, problem_, train_options);
    const TrainResult result = trained.child->Train(stop_);
    trained.diverged = result.diverged || result.validation_accuracy.empty();
    if (trained.diverged) {
      base::LogWarning(fmt::format("{}: diverged: {}", label, result.reason));
    } else {
      trained.validation_accuracy = result.validation_accuracy.back();
    }
    const std::lock_guard lock(mutex_);
    results_[job.network].seconds += result.seconds;
    return trained;
  }

  /// Keeps the network's best child so far. Which one that is does not depend on who ends first.
  void Offer(const Job& job, Trained trained) {
    const std::lock_guard lock(mutex_);
    results_[job.network].rate_accuracy[job.rate] = trained.validation_accuracy;
    Best& best = best_[job.network];
    const double mine = trained.validation_accuracy;
    const double theirs = best.trained.validation_accuracy;
    if (best.trained.child == nullptr || mine > theirs ||
        (mine == theirs && job.rate < best.rate)) {
      best = {std::move(trained), job.rate};
    }
    const auto others = static_cast<std::size_t>(options_.num_seeds) - 1;
    if (trainings_left_[job.network] == others + 1) Choose(job.network);
    CountDown(job.network);
  }

  /// All learning rates of the network were tried.
  void Choose(std::size_t network) {
    Best& best = best_[network];
    results_[network].learning_rate = options_.learning_rates[best.rate];
    Test({network, best.rate, 0}, best.trained);
    best.trained.child.reset();
  }

  void CountDown(std::size_t network) {
    --trainings_left_[network];
    if (trainings_left_[network] == 0 && options_.on_network) {
      options_.on_network(network, results_[network]);
    }
  }

  void Test(const Job& job, const Trained& trained) {
    const auto seed = static_cast<std::size_t>(job.seed);
    FullTrainingResult& result = results_[job.network];
    result.validation_accuracy[seed] = trained.validation_accuracy;
    if (trained.diverged) return;
    const data::Dataset& test =
        problem_.OpenTestSet(fmt::format("full training of {}", networks_[job.network].name));
    result.test_accuracy[seed] = trained.child->Accuracy(test);
    if (options_.keep_weights) KeepIfBest(job, trained);
  }

  /// Which training is kept does not depend on who ends first.
  void KeepIfBest(const Job& job, const Trained& trained) {
    FullTrainingResult& result = results_[job.network];
    const std::uint64_t seed = options_.seed + static_cast<std::uint64_t>(job.seed);
    const double mine = trained.validation_accuracy;
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
  std::mutex mutex_;                         // guards what follows
  std::vector<std::size_t> trainings_left_;  // a network each
  std::vector<FullTrainingResult> results_;
  std::vector<Best> best_;
};

}  // namespace

std::vector<FullTrainingResult> TrainInFull(std::span<const NamedNetwork> networks,
                                            const data::Problem& problem,
                                            const FullTrainingOptions& options,
                                            const std::stop_token& stop) {
  NETSMITH_CHECK_GE(options.num_seeds, 1);
  NETSMITH_CHECK_GE(options.num_cores, 1);
  NETSMITH_CHECK_LT(0u, options.learning_rates.size());
  return FullTrainer(networks, problem, options, stop).Run();
}

}  // namespace netsmith::train
