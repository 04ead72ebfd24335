#include "netsmith/search/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/search/crew.h"
#include "netsmith/search/hold.h"
#include "netsmith/search/identity.h"
#include "netsmith/search/ledger.h"
#include "netsmith/search/patience.h"
#include "netsmith/search/same_study.h"
#include "netsmith/search/told.h"
#include "netsmith/search/worker_pool.h"

namespace netsmith::search {
namespace {

using study::StudySpec;
using study::Trial;
using study::TrialState;

void CheckOptions(const SearchOptions& options) {
  const auto check = [](const char* name, std::int64_t found, std::int64_t least = 1) {
    if (found >= least) return;
    throw base::InvalidArgument(
        fmt::format("search: {} is {}, expected at least {}", name, found, least));
  };
  check("num_trials", options.num_trials);
  check("batch", options.batch);
  check("num_workers", options.num_workers, 0);
  check("num_cores", options.num_cores);
  check("max_duplicates_in_row", options.max_duplicates_in_row);
  check("pruning.factor", options.pruning.factor, 2);
}

/// Frees what processes of this machine had claimed that were killed. True when others are at work.
bool ReleaseLeasesOfTheDead(study::Store& store, const std::string& study) {
  bool any_alive = false;
  for (const study::Lease& lease : store.Leases(study)) {
    if (HasEnded(lease.worker)) {
      store.ReleaseLease(study, lease);
    } else {
      any_alive = true;
    }
  }
  return any_alive;
}

/// One run of the loop over a study.
class Search {
 public:
  /// The study exists.
  Search(const StudySpec& spec, Ledger ledger, study::Strategy& strategy, study::Store& store,
         WorkerPool& pool, const SearchOptions& options, std::stop_token stop)
      : spec_(spec),
        study_(spec.name),
        objectives_(spec.objectives),
        name_(ProcessIdentity()),
        hold_(store, study_, name_, options.lease_seconds),
        stored_(store.Trials(study_)),
        num_trials_(std::max(options.num_trials, static_cast<std::int64_t>(stored_.size()))),
        ledger_(std::move(ledger)),
        strategy_(strategy),
        store_(store),
        crew_({.study = study_, .name = name_, .lease_seconds = options.lease_seconds}, pool,
              store),
        options_(options),
        stop_(std::move(stop)),
        patience_(options.patience_seconds, stop_) {
    ReleaseLeasesOfTheDead(store_, study_);
  }

  SearchResult Run() {
    if (options_.on_hold) options_.on_hold();
    bool whole = true;
    while (whole && ledger_.size() < num_trials_) {
      WaitWhilePaused();
      if (stop_.stop_requested()) break;
      whole = RunGeneration();
    }
    return {.spec = spec_,
            .trials = ledger_.trials(),
            .best = ledger_.best(),
            .diagnostics = std::move(diagnostics_),
            .interrupted = ledger_.num_finished() < num_trials_};
  }

 private:
  /// A hold that lapsed meanwhile would send away the workers elsewhere.
  void WaitWhilePaused() {
    constexpr double kLookEvery = 0.1;
    while (options_.is_paused && options_.is_paused() && !stop_.stop_requested()) {
      patience_.Run([&] { hold_.Renew(); });
      SleepUnlessStopped(kLookEvery, stop_);
    }
  }

  /// False when the search was stopped before all its trials were finished.
  bool RunGeneration() {
    const std::int64_t first = ledger_.size();
    AskAndAdd(std::min<std::int64_t>(options_.batch, num_trials_ - first));
    EvaluateFrom(first);
    if (ledger_.num_finished() < ledger_.size()) return false;
    if (ledger_.size() - first == options_.batch) TellFrom(first);
    return true;
  }

  /// The attributes are there before the first new trial, which workers elsewhere may take at once.
  void BeginOnceChecked() {
    if (has_begun_ || ledger_.size() < std::ssize(stored_)) return;
    has_begun_ = true;
    for (const auto& [key, json] : options_.attributes) {
      if (store_.FindAttribute(study_, key) != json) store_.SetAttribute(study_, key, json);
    }
    if (options_.on_begin) options_.on_begin();
  }

  /// Always asks for a whole generation, so that a study does not depend on where it was cut.
  void AskAndAdd(std::int64_t count) {
    std::vector<space::Genome> genomes = strategy_.Ask(options_.batch);
    NETSMITH_CHECK_EQ(genomes.size(), static_cast<std::size_t>(options_.batch));
    std::vector<Trial> added;
    const std::int64_t first = ledger_.size();
    for (std::int64_t i = 0; i < count; ++i) {
      const Trial& made = ledger_.Add(std::move(genomes[static_cast<std::size_t>(i)]));
      if (!made.duplicate_of) ledger_.SetRungs(made.number, RungsOf(made.number, first));
      if (static_cast<std::size_t>(made.number) < stored_.size()) {
        Restore(made);
      } else {
        LogIfForced(made);
        added.push_back(made);
      }
    }
    patience_.Run([&] { hold_.Renew(); });  // the strategy may have thought for long
    BeginOnceChecked();
    if (added.empty()) return;
    WriteOnce([&] { store_.AddTrials(study_, added); },
              [&] { return !store_.TrialsFrom(study_, added.front().number).empty(); });
    for (const Trial& trial : added) {
      if (trial.state != TrialState::kRunning) Report(trial);
    }
  }

  /// Of a trial of the generation that begins with number `first`.
  std::vector<study::Rung> RungsOf(std::int64_t number, std::int64_t first) const {
    if (options_.pruning.rule == Pruning::Rule::kNone) return {};
    study::Evaluation costs;
    if (objectives_.size() > 1) {
      const graph::Costs of_graph = ledger_.CostsOf(number);
      costs.params = of_graph.params;
      costs.macs = of_graph.macs;
    }
    const auto earlier = std::span(ledger_.trials()).first(static_cast<std::size_t>(first));
    return RungsAfter(options_.pruning, earlier, objectives_, costs);
  }

  void Restore(const Trial& made) {
    const Trial& stored = stored_[static_cast<std::size_t>(made.number)];
    CheckSameTrial(study_, stored, made);
    if (stored.state == TrialState::kRunning) {
      // A duplicate whose original was finished just before the end of the earlier run.
      if (made.state != TrialState::kRunning) FinishInStore(made.number);
    } else if (made.state == TrialState::kRunning) {
      ledger_.Finish(made.number, stored.evaluation);
    }
  }

  void LogIfForced(const Trial& made) const {
    if (!made.forced_uniform) return;
    base::LogInfo(fmt::format("trial {}: drawn uniformly after {} duplicates in a row", made.number,
                              options_.max_duplicates_in_row));
  }

  void EvaluateFrom(std::int64_t first) {
    for (std::int64_t number = first; number < ledger_.size(); ++number) {
      const Trial& trial = ledger_.trial(number);
      if (trial.state == TrialState::kRunning && !trial.duplicate_of) open_.insert(number);
    }
    std::chrono::milliseconds pause = kShortestPause;
    while (!open_.empty() && !stop_.stop_requested()) {
      const std::size_t before = open_.size();
      bool busy = false;
      patience_.Run([&] {
        hold_.Renew();
        busy = crew_.Exchange(std::ssize(open_) - crew_.num_held());
      });
      TakeDelivered();
      if (!busy && std::ssize(open_) > crew_.num_held()) TakeWhatOthersDid();
      pause = busy || open_.size() < before ? kShortestPause : std::min(2 * pause, kLongestPause);
      if (!busy && !open_.empty()) crew_.Wait(pause);
    }
    patience_.Run([&] { crew_.Finish(); });
    TakeDelivered();
  }

  void TakeDelivered() {
    for (const FinishedJob& job : crew_.TakeDelivered()) End(job.trial, job.evaluation);
  }

  /// Reads what workers of other processes have finished.
  void TakeWhatOthersDid() {
    std::vector<Trial> trials;
    patience_.Run([&] { trials = store_.TrialsFrom(study_, *open_.begin()); });
    for (const Trial& trial : trials) {
      if (trial.state == TrialState::kRunning || !open_.contains(trial.number)) continue;
      alone_since_ = std::nullopt;
      End(trial.number, trial.evaluation);
    }
    if (Clock::now() - looked_for_dead_ < std::chrono::seconds(1)) return;
    looked_for_dead_ = Clock::now();
    bool any_alive = false;
    patience_.Run([&] { any_alive = ReleaseLeasesOfTheDead(store_, study_); });
    NoteWhetherAlone(!any_alive && options_.num_workers == 0);
  }

  /// Without workers of its own a search waits for others as long as it takes, but not silently.
  void NoteWhetherAlone(bool alone) {
    if (!alone) {
      alone_since_ = std::nullopt;
      return;
    }
    const Clock::time_point now = Clock::now();
    if (!alone_since_) alone_since_ = now;
    if (std::chrono::duration<double>(now - *alone_since_).count() < options_.lease_seconds) return;
    base::LogWarning(fmt::format("study '{}': no worker has had a trial for {} s; waiting for one",
                                 study_, options_.lease_seconds));
    alone_since_ = Clock::time_point::max();  // once, until somebody has been there
  }

  /// A trial that is finished in the store; its duplicates are not.
  void End(std::int64_t number, const study::Evaluation& evaluation) {
    open_.erase(number);
    for (const std::int64_t finished : ledger_.Finish(number, evaluation)) {
      if (finished == number) {
        Report(ledger_.trial(number));
      } else {
        FinishInStore(finished);
      }
    }
  }

  void FinishInStore(std::int64_t number) {
    WriteOnce(
        [&] { store_.FinishTrial(study_, number, ledger_.trial(number).evaluation); },
        [&] { return store_.TrialsFrom(study_, number).at(0).state != TrialState::kRunning; });
    Report(ledger_.trial(number));
  }

  /// Tries a write again while the store is away. Whether the last attempt was written, though the
  /// answer was lost, is seen first.
  void WriteOnce(const std::function<void()>& write,
                 const std::function<bool()>& is_written) const {
    bool again = false;
    patience_.Run([&] {
      if (again && is_written()) return;
      again = true;
      write();
    });
  }

  void Report(const Trial& trial) const {
    if (!options_.on_progress) return;
    options_.on_progress({.finished = ledger_.num_finished(),
                          .num_trials = num_trials_,
                          .trial = trial,
                          .best = ledger_.best()});
  }

  void TellFrom(std::int64_t first) {
    strategy_.Tell(ToldOf(objectives_, ledger_.trials(), static_cast<std::size_t>(first)));
    diagnostics_.push_back(strategy_.Diagnostics());
  }

  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kShortestPause{5};
  static constexpr std::chrono::milliseconds kLongestPause{500};

  const StudySpec& spec_;
  std::string study_;
  std::span<const study::Objective> objectives_;
  std::string name_;
  Hold hold_;
  std::vector<Trial> stored_;  // what an earlier run left
  std::int64_t num_trials_;
  Ledger ledger_;
  study::Strategy& strategy_;
  study::Store& store_;
  Crew crew_;
  bool has_begun_ = false;
  std::set<std::int64_t> open_;  // trials of the generation that are to be evaluated
  Clock::time_point looked_for_dead_{};
  std::optional<Clock::time_point> alone_since_;  // nobody has had a trial
  const SearchOptions& options_;
  std::stop_token stop_;
  Patience patience_;
  std::vector<std::map<std::string, double>> diagnostics_;
};

}  // namespace

SearchResult RunSearch(const StudySpec& spec, const space::SearchSpace& space,
                       graph::SampleShape input, int num_classes, study::Strategy& strategy,
                       study::Store& store,
                       const std::function<std::unique_ptr<study::Evaluator>()>& make_evaluator,
                       const SearchOptions& options, const std::stop_token& stop) {
  CheckOptions(options);
  std::vector<std::unique_ptr<study::Evaluator>> evaluators;
  for (int i = 0; i < std::min(options.num_workers, options.batch); ++i) {
    evaluators.push_back(make_evaluator());
  }
  WorkerPool pool(std::move(evaluators), options.num_cores, stop);
  Ledger ledger(space, input, num_classes, options.max_duplicates_in_row, options.seed);
  OpenStudy(store, spec, options.resume);
  return Search(spec, std::move(ledger), strategy, store, pool, options, stop).Run();
}

}  // namespace netsmith::search
