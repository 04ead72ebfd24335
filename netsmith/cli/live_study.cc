#include "netsmith/cli/live_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/cli/study_source.h"
#include "netsmith/report/study_report.h"
#include "netsmith/store/open.h"

namespace netsmith::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kKeptUpdates = 16;
constexpr auto kShortestInterval = 500ms;

}  // namespace

LiveStudy::LiveStudy(std::string store_url, std::string study)
    : store_url_(std::move(store_url)),
      study_(std::move(study)),
      store_(store::OpenStore(store_url_, {.read_only = true})),
      view_(ReadStudy(*store_, study_, store_url_)),
      replay_(MakeReplay(view_)),
      status_(ReadSearchStatus(*store_, study_)) {
  view_.learning = LearningOf(view_, replay_);
  last_read_ = Clock::now();
}

LiveStudy::Update LiveStudy::Whole() {
  std::unique_lock lock(mutex_);
  Refresh(lock);
  return MakeUpdate(0);
}

std::optional<LiveStudy::Update> LiveStudy::Next(std::int64_t number,
                                                 std::chrono::milliseconds patience,
                                                 const std::stop_token& stop) {
  const auto deadline = Clock::now() + patience;
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (number < number_ - std::ssize(kept_) || number > number_) {
      return Update{.number = number_, .json = R"({"reload":true})"};
    }
    if (number < number_) {
      return kept_[kept_.size() - static_cast<std::size_t>(number_ - number)];
    }
    if (Clock::now() >= deadline) return std::nullopt;
    Refresh(lock);
    if (number == number_) {
      const auto pause = reading_ ? kShortestInterval : interval_;
      news_.wait_until(lock, stop, std::min(deadline, Clock::now() + pause),
                       [&] { return number != number_; });
    }
  }
  return std::nullopt;
}

/// Reads the store unless that was done lately, or another thread does it.
void LiveStudy::Refresh(std::unique_lock<std::mutex>& lock) {
  if (reading_ || Clock::now() - last_read_ < interval_) return;
  reading_ = true;
  lock.unlock();
  report::StudyView fresh;
  SearchStatus status;
  std::string trouble;
  const auto begin = Clock::now();
  try {
    fresh = ReadStudy(*store_, study_, store_url_);
    status = ReadSearchStatus(*store_, study_);
    fresh.learning = LearningOf(fresh, replay_);
  } catch (const std::exception& error) {
    trouble = error.what();
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  lock.lock();
  reading_ = false;
  last_read_ = Clock::now();
  interval_ = std::max<std::chrono::milliseconds>(kShortestInterval, 4 * took);
  const std::int64_t first =
      trouble.empty() ? FirstChange(fresh) : static_cast<std::int64_t>(view_.trials.size());
  const bool is_news =
      trouble != trouble_ ||
      (trouble.empty() && (first < std::ssize(fresh.trials) || status != status_ ||
                           fresh.comparison != view_.comparison || fresh.record != view_.record ||
                           fresh.activity != view_.activity ||
                           fresh.random_trials.size() != view_.random_trials.size()));
  if (!is_news) return;
  trouble_ = trouble;
  if (trouble.empty()) {
    view_ = std::move(fresh);
    status_ = status;
  }
  ++number_;
  kept_.push_back(MakeUpdate(first));
  if (kept_.size() > kKeptUpdates) kept_.pop_front();
  news_.notify_all();
}

/// Number of the first trial that is new, or in another state than before.
std::int64_t LiveStudy::FirstChange(const report::StudyView& fresh) const {
  const std::size_t both = std::min(view_.trials.size(), fresh.trials.size());
  for (std::size_t i = 0; i < both; ++i) {
    const std::string before = report::StateText(view_.trials[i], view_.activity);
    if (before != report::StateText(fresh.trials[i], fresh.activity)) {
      return static_cast<std::int64_t>(i);
    }
  }
  return static_cast<std::int64_t>(both);
}

LiveStudy::Update LiveStudy::MakeUpdate(std::int64_t first_trial) const {
  const nlohmann::json status = {{"state", trouble_.empty() ? status_.state : "lost"},
                                 {"message", trouble_}};
  return {.number = number_,
          .json = fmt::format(R"({{"update":{},"status":{},"view":{}}})", number_,
                              status.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                              report::ViewJson(view_, first_trial))};
}

std::string LiveStudy::Ask(const std::string& action) {
  if (action != "pause" && action != "run" && action != "stop") {
    return "expected pause, run or stop";
  }
  const auto store = store::OpenStore(store_url_, {.create = false});
  const SearchStatus status = ReadSearchStatus(*store, study_);
  if (status.state != "running" && status.state != "paused") return "no search of this study runs";
  AskSearch(*store, study_, status.id, action);
  return "";
}

}  // namespace netsmith::cli
