#include "netsmith/cli/search_control.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/search/patience.h"
#include "netsmith/store/open.h"

namespace netsmith::cli {
namespace {

using nlohmann::json;

constexpr double kLookEvery = 0.25;  // seconds
constexpr int kLooksPerBeat = 4;
constexpr std::int64_t kSilenceMs = 5'000;  // five beats

std::int64_t NowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// An attribute that is a JSON object; an empty one for anything else.
json ReadObject(study::Store& store, const std::string& study, const char* key) {
  const auto text = store.FindAttribute(study, key);
  if (!text) return json::object();
  json object = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  return object.is_object() ? object : json::object();
}

std::string Text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

SearchStatus ReadSearchStatus(study::Store& store, const std::string& study) {
  const json beat = ReadObject(store, study, kHeartbeatKey);
  SearchStatus status{.id = Text(beat, "id"), .state = Text(beat, "state")};
  if (status.id.empty() || status.state.empty()) return {};
  const auto time = beat.find("time");
  const bool is_silent = time == beat.end() || !time->is_number_integer() ||
                         NowMs() - time->get<std::int64_t>() > kSilenceMs;
  if (is_silent && status.state != "ended") status.state = "stopped";
  return status;
}

void AskSearch(study::Store& store, const std::string& study, const std::string& id,
               const std::string& action) {
  store.SetAttribute(study, kControlKey, json{{"id", id}, {"action", action}}.dump());
}

SearchControl::SearchControl(std::string store_url, std::string study, std::stop_token stop)
    : store_url_(std::move(store_url)),
      study_(std::move(study)),
      id_(fmt::format("{}-{}", NowMs(), getpid())),
      forward_(std::move(stop), [this] { source_.request_stop(); }) {}

SearchControl::~SearchControl() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  if (accepted_) {
    Tell(finished_ ? "ended" : "stopped");
  } else if (before_) {
    Write(*before_);
  }
}

void SearchControl::Begin() {
  thread_ = std::jthread([this](const std::stop_token& ended) { Watch(ended); });
}

void SearchControl::Watch(const std::stop_token& ended) {
  std::string told;
  for (int look = 0; !ended.stop_requested(); ++look) {
    Heed();
    const std::string state = paused_ ? "paused" : "running";
    if (state != told || look % kLooksPerBeat == 0) Tell(state);
    told = state;
    search::SleepUnlessStopped(kLookEvery, ended);
  }
}

void SearchControl::Tell(const std::string& state) {
  Write(json{{"id", id_}, {"state", state}, {"time", NowMs()}}.dump());
}

void SearchControl::Write(const std::string& heartbeat) {
  try {
    if (store_ == nullptr) {
      store_ = store::OpenStore(store_url_, {.busy_timeout_ms = 200, .create = false});
    }
    if (!store_->FindStudy(study_)) return;
    if (!before_) before_ = store_->FindAttribute(study_, kHeartbeatKey).value_or("{}");
    store_->SetAttribute(study_, kHeartbeatKey, heartbeat);
  } catch (const base::Error& error) {
    base::LogDebug(fmt::format("heartbeat: {}", error.what()));
  }
}

void SearchControl::Heed() {
  if (store_ == nullptr) return;
  try {
    const json control = ReadObject(*store_, study_, kControlKey);
    if (Text(control, "id") != id_) return;
    const std::string action = Text(control, "action");
    if (action == "stop" && !source_.stop_requested()) {
      base::LogInfo("stopped by a watcher: what is finished is kept");
      source_.request_stop();
    }
    if (paused_ != (action == "pause")) {
      paused_ = action == "pause";
      base::LogInfo(paused_ ? "paused by a watcher: the trials that run go on to their end"
                            : "continued by a watcher");
    }
  } catch (const base::Error& error) {
    base::LogDebug(fmt::format("control: {}", error.what()));
  }
}

}  // namespace netsmith::cli
