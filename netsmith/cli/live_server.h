#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "netsmith/cli/live_study.h"
#include "netsmith/cli/model_service.h"

namespace netsmith::cli {

struct LiveServerOptions {
  std::string title = "";
  std::string address = "127.0.0.1";
  int port = 8080;  // 0: any that is free
};

/// The live page of a study over HTTP: its own files, the study's data, server-sent events, and the
/// requests of its buttons; nothing else has a path. On an address that other machines reach, every
/// request needs the token, which the page's first address carries and a cookie keeps.
class LiveServer {
 public:
  /// Binds the address. `study` and `model` (null: none) are borrowed.
  /// Errors   IoError: the address cannot be had.
  LiveServer(LiveServerOptions options, LiveStudy& study, ModelService* model);
  ~LiveServer();

  /// What to open in a browser; with the token where one is needed.
  std::string url() const;
  int port() const;
  /// Serves until `stop`.
  void Serve(const std::stop_token& stop);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netsmith::cli
