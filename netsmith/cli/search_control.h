#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "netsmith/study/store.h"

/// How a search that runs and those who watch it speak to each other: by two of the study's
/// attributes. A watcher may be another program, later or elsewhere.
namespace netsmith::cli {

/// Attribute of the search: {"id", "state", "time"}, written anew every second.
inline constexpr const char* kHeartbeatKey = "netsmith:heartbeat";
/// Attribute of a watcher: {"id", "action"}; the search of that id heeds it.
inline constexpr const char* kControlKey = "netsmith:control";

struct SearchStatus {
  std::string id = "";         // of the run of the search; empty: none is known
  std::string state = "none";  // none, running, paused, stopped (before its end, or killed), ended
  bool operator==(const SearchStatus&) const = default;
};

/// The state of a study's search. One that has not been heard of for 5 seconds is stopped.
SearchStatus ReadSearchStatus(study::Store& store, const std::string& study);

/// Asks the search of that id to "pause", "run" or "stop".
void AskSearch(study::Store& store, const std::string& study, const std::string& id,
               const std::string& action);

/// The search's side: a thread that, once the search holds its study, tells how it stands and looks
/// what is asked of it, over a connection of its own. Trouble with the store is not its business:
/// the search meets it itself.
class SearchControl {
 public:
  SearchControl(std::string store_url, std::string study, std::stop_token stop);
  /// Tells that the search is over, if it has begun: "ended", or "stopped" unless `Finish` was
  /// called. One that was not accepted leaves the heartbeat as it was before.
  ~SearchControl();
  SearchControl(const SearchControl&) = delete;
  SearchControl& operator=(const SearchControl&) = delete;

  /// The search holds the study, and may yet be refused for the trials that it has. Call once.
  void Begin();
  /// It is not refused any more.
  void Accept() { accepted_ = true; }
  /// Requested when `stop` is, or a watcher asked to stop.
  std::stop_token token() const { return source_.get_token(); }
  bool is_paused() const { return paused_; }
  /// The study is whole.
  void Finish() { finished_ = true; }

 private:
  void Watch(const std::stop_token& ended);
  void Tell(const std::string& state);
  void Write(const std::string& heartbeat);
  void Heed();

  std::string store_url_;
  std::string study_;
  std::string id_;
  std::stop_source source_;
  std::atomic<bool> paused_ = false;
  bool accepted_ = false;
  bool finished_ = false;
  std::unique_ptr<study::Store> store_;  // of the thread
  std::optional<std::string> before_;    // the heartbeat that the search found
  std::stop_callback<std::function<void()>> forward_;
  std::jthread thread_;
};

}  // namespace netsmith::cli
