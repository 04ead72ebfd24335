#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/evaluation.h"
#include "netsmith/data/dataset.h"
#include "netsmith/report/format.h"
#include "netsmith/search/identity.h"
#include "netsmith/search/patience.h"
#include "netsmith/search/spool.h"
#include "netsmith/search/work.h"
#include "netsmith/search/worker_pool.h"
#include "netsmith/store/open.h"
#include "netsmith/study/store.h"

namespace netsmith::cli {
namespace {

std::string DefaultSpool() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state != '\0') return std::string(state) + "/netsmith/spool";
  const char* home = std::getenv("HOME");
  const std::filesystem::path base = home != nullptr && *home != '\0'
                                         ? std::filesystem::path(home) / ".local/state"
                                         : std::filesystem::temp_directory_path();
  return (base / "netsmith/spool").string();
}

/// Evaluates trials of a study that a search elsewhere proposes.
class Worker : public Command {
 public:
  void Declare(OptionTable& options) override {
    options.Group("Study");
    options.Text("store", "URL", &store_url_, "Where the study is");
    options.Text("study", "NAME", &study_, "Name of the study");
    options.Group("Work");
    options.Integer("workers", &workers_, {1, 1024}, "Trials evaluated at the same time");
    options.Integer("wait", &wait_seconds_, {0, 1'000'000},
                    "Seconds to wait for the study, and to stay when no search runs it any more");
    options.Integer("lease", &lease_seconds_, {1, 3600},
                    "Seconds without a word after which another worker may take a trial");
    options.Integer("patience", &patience_seconds_, {0, 1'000'000},
                    "Seconds to go on without the store when it is lost");
    options.Group("Data");
    options.Text("data", "NAME|PATH", &data_, "The study's data on this machine [the study's]");
    options.Text("data-dir", "DIR", &data_dir_,
                 "Folder that already has the data set's files; nothing is fetched");
    options.Text("cache-dir", "DIR", &cache_dir_,
                 "Where fetched data sets are kept [$XDG_CACHE_HOME/netsmith]");
    options.Group("Results that could not be delivered");
    options.Text("spool", "DIR", &spool_,
                 "Folder for them [$XDG_STATE_HOME/netsmith/spool, else ~/.local/state/…]");
    options.Flag("deliver", &deliver_, "Deliver what earlier workers left there, and end");
  }

  int Run(const std::stop_token& stop) override {
    if (spool_.empty()) spool_ = DefaultSpool();
    if (deliver_) return Deliver();
    if (study_.empty()) throw base::ConfigError("--study: not given, expected a study's name");
    const auto store = store::OpenStore(store_url_, {.create = false});
    const auto setup = Join(*store, stop);
    if (!setup) return kInterrupted;
    EvaluationFlags flags = setup->flags;
    if (!data_.empty()) flags.data.data = data_;
    flags.data.data_dir = data_dir_;
    flags.data.cache_dir = cache_dir_;
    const data::Problem problem = LoadData(setup->data_hash, flags.data, stop);
    flags.space.Settle(problem.development().shape());
    const auto space = flags.space.Make();
    CheckStudy(*store, *space, flags.Engine());
    std::vector<std::unique_ptr<study::Evaluator>> evaluators;
    for (int i = 0; i < workers_; ++i) {
      evaluators.push_back(MakeTrialEvaluator(flags, *space, problem));
    }
    search::WorkerPool pool(std::move(evaluators), NumCores(), stop);
    base::LogInfo(fmt::format("worker {}: study {} in {}, {} at once", search::ProcessIdentity(),
                              study_, store_url_, workers_));
    const std::int64_t delivered = search::Work(*store, pool, Options(), stop);
    base::LogInfo(fmt::format("worker ends: {} delivered", report::Counted(delivered, "trial")));
    return stop.stop_requested() ? kInterrupted : kDone;
  }

 private:
  /// Waits for the study to be there. Nothing when stopped.
  std::optional<WorkerSetup> Join(study::Store& store, const std::stop_token& stop) const {
    for (std::int64_t waited = 0;; ++waited) {
      if (store.FindStudy(study_)) {
        if (const auto json = store.FindAttribute(study_, kWorkerKey)) {
          return ParseWorkerJson(study_, *json);
        }
      }
      if (stop.stop_requested()) return std::nullopt;
      if (waited >= wait_seconds_) {
        throw base::StoreError(fmt::format("{}: no search has started study '{}' within {} s",
                                           store_url_, study_, wait_seconds_));
      }
      store.Rest();
      search::SleepUnlessStopped(1, stop);
    }
  }

  data::Problem LoadData(const std::string& expected_hash, const DataFlags& data,
                         const std::stop_token& stop) const {
    data::Problem problem = data.Load(stop);
    if (problem.content_hash() != expected_hash) {
      throw base::DataError(fmt::format(
          "{}: its content is not what study '{}' was made with: found hash {}, expected {}",
          data.data, study_, problem.content_hash(), expected_hash));
    }
    return problem;
  }

  void CheckStudy(study::Store& store, const space::SearchSpace& space,
                  const std::string& engine) const {
    const auto spec = store.FindStudy(study_);
    if (!spec || spec->space_signature != space.Signature()) {
      throw base::StoreError(fmt::format(
          "study '{}': was made with another space: found {} in the study, have {} here", study_,
          spec ? spec->space_signature : "nothing", space.Signature()));
    }
    if (!spec->engine.empty() && spec->engine != engine) {
      throw base::StoreError(
          fmt::format("study '{}': its results come from {}, and this worker has {}, whose results "
                      "would differ in the last bits",
                      study_, spec->engine, engine));
    }
  }

  search::WorkOptions Options() const {
    return {.study = study_,
            .store_url = store::AbsoluteUrl(store_url_),
            .name = search::ProcessIdentity(),
            .spool = spool_,
            .lease_seconds = static_cast<double>(lease_seconds_),
            .patience_seconds = static_cast<double>(patience_seconds_),
            .wait_seconds = static_cast<double>(wait_seconds_),
            .on_delivered = [](const search::FinishedJob& job) {
              base::LogInfo(fmt::format("trial {}: {} {:.4f}", job.trial,
                                        ToString(job.evaluation.state), job.evaluation.reward));
            }};
  }

  /// What cannot be delivered stays, and keeps nothing else from it.
  int Deliver() const {
    Delivery delivery;
    std::exception_ptr failure;
    for (const auto& file : search::SpoolFiles(spool_)) {
      try {
        DeliverFile(file, delivery);
      } catch (const base::Error& error) {
        if (failure) base::LogWarning(error.what());
        if (!failure) failure = std::current_exception();
      }
    }
    base::LogInfo(fmt::format("{} delivered, {} too late: another attempt had the trial",
                              report::Counted(delivery.taken, "result"), delivery.late));
    if (failure) std::rethrow_exception(failure);
    return kDone;
  }

  struct Delivery {
    std::map<std::string, std::unique_ptr<study::Store>> stores;
    std::int64_t taken = 0;
    std::int64_t late = 0;
  };

  static void DeliverFile(const std::filesystem::path& file, Delivery& delivery) {
    const auto results = search::ReadSpool(file);
    std::exception_ptr failure;
    for (const search::SpooledResult& result : results) {
      try {
        auto& store = delivery.stores[result.store];
        if (!store) store = store::OpenStore(result.store, {.create = false});
        const bool taken =
            store->DeliverTrial(result.study, result.trial, result.attempt, result.evaluation);
        ++(taken ? delivery.taken : delivery.late);
      } catch (const base::StoreError&) {
        if (!failure) failure = std::current_exception();
      }
    }
    if (failure) std::rethrow_exception(failure);
    if (search::ReadSpool(file) != results) return;  // a worker that lives wrote more meanwhile
    std::error_code error;
    std::filesystem::remove(file, error);
    if (error) {
      throw base::IoError(fmt::format("{}: is delivered and cannot be removed: {}", file.string(),
                                      error.message()));
    }
  }

  std::string store_url_ = "sqlite:///netsmith.db";
  std::string study_;
  int workers_ = NumCores();
  std::int64_t wait_seconds_ = 60;
  std::int64_t lease_seconds_ = 60;
  std::int64_t patience_seconds_ = 600;
  std::string data_, data_dir_, cache_dir_;  // where the data is here; empty: the study's, usual
  std::string spool_;
  bool deliver_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeWorker() { return std::make_unique<Worker>(); }

}  // namespace netsmith::cli
