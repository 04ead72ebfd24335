#include "netsmith/cli/live_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/cli/connection_threads.h"
#include "netsmith/cli/request_guard.h"
#include "netsmith/report/page.h"

namespace netsmith::cli {
namespace {

using httplib::Request;
using httplib::Response;
using namespace std::chrono_literals;

constexpr std::size_t kMostConnections = 2'000;  // at the same time; others wait
constexpr int kWaitingToBeAccepted = 1'024;
constexpr int kMostListeners = 500;  // of them, for events
constexpr std::size_t kLargestRequest = 4u << 20;
constexpr auto kSilence = 15s;  // then a listener is sent a sign of life

constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kJson = "application/json";
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// httplib's view of ConnectionThreads.
class Connections : public httplib::TaskQueue {
 public:
  void enqueue(std::function<void()> connection) override { threads_.Add(std::move(connection)); }
  void shutdown() override { threads_.Join(); }

 private:
  ConnectionThreads threads_{kMostConnections};
};

/// Every connection needs a file descriptor; the usual limit is 1,024.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  constexpr rlim_t kEnough = 2 * kMostConnections;
  if (limit.rlim_cur >= kEnough) return;
  limit.rlim_cur = std::min(limit.rlim_max, kEnough);
  setrlimit(RLIMIT_NOFILE, &limit);
}

void Fail(Response& response, int status, const std::string& message) {
  response.status = status;
  response.set_content(nlohmann::json{{"error", message}}.dump(
                           -1, ' ', false, nlohmann::json::error_handler_t::replace),
                       kJson);
}

std::int64_t LastEventOf(const Request& request) {
  std::string text = request.get_header_value("Last-Event-ID");
  if (text.empty()) text = request.get_param_value("after");
  std::int64_t number = -1;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ec == std::errc() && result.ptr == text.data() + text.size() ? number : -1;
}

}  // namespace

struct LiveServer::Impl {
  LiveServerOptions options;
  LiveStudy& study;
  ModelService* model;
  std::string token = "";  // empty: none is needed
  int port = 0;
  int socket = -1;  // the server's
  std::atomic<int> num_listeners = 0;
  std::stop_source stop = {};
  httplib::Server server = {};

  std::string CookieName() const { return fmt::format("netsmith-{}", port); }

  /// True when the request may go on to its handler.
  bool Admit(const Request& request, Response& response) const {
    const std::string host = request.get_header_value("Host");
    if (token.empty()) {
      if (IsOwnHost(host, options.address)) return true;
      Fail(response, 403, "this server answers to its own address only");
      return false;
    }
    const std::string given = request.get_param_value("token");
    if (!given.empty() && SameSecret(given, token) && request.method == "GET") {
      response.set_header("Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict",
                                                    CookieName(), token));
      response.set_redirect("/", 303);  // out of the address bar and the history
      return false;
    }
    const std::string cookie = CookieValue(request.get_header_value("Cookie"), CookieName());
    if (SameSecret(cookie, token)) return true;
    Fail(response, 403, "a token is needed: open the address that netsmith serve printed");
    return false;
  }

  /// True for a request of the page's own buttons.
  static bool IsOwnPost(const Request& request, Response& response) {
    if (!IsFromOwnPage(request.get_header_value("Host"), request.get_header_value("Origin"),
                       request.get_header_value("Sec-Fetch-Site"))) {
      Fail(response, 403, "found a request of another page");
      return false;
    }
    // A page elsewhere cannot send this type without asking first, which is answered with 404.
    if (request.get_header_value("Content-Type") != kJson) {
      Fail(response, 415, "expected application/json");
      return false;
    }
    return true;
  }

  void Configure() {
    server.new_task_queue = [] { return new Connections(); };
    server.set_payload_max_length(kLargestRequest);
    server.set_keep_alive_timeout(2);
    server.set_read_timeout(5);
    server.set_write_timeout(5);
    server.set_tcp_nodelay(true);
    server.set_default_headers({{"Content-Security-Policy", kPolicy},
                                {"X-Content-Type-Options", "nosniff"},
                                {"X-Frame-Options", "DENY"},
                                {"Referrer-Policy", "no-referrer"},
                                {"Cross-Origin-Resource-Policy", "same-origin"},
                                {"Cross-Origin-Opener-Policy", "same-origin"},
                                {"Cache-Control", "no-store"}});
    server.set_pre_routing_handler([this](const Request& request, Response& response) {
      return Admit(request, response) ? httplib::Server::HandlerResponse::Unhandled
                                      : httplib::Server::HandlerResponse::Handled;
    });
    server.set_exception_handler(
        [](const Request&, Response& response, const std::exception_ptr& trouble) {
          try {
            std::rethrow_exception(trouble);
          } catch (const base::InvalidArgument& error) {
            Fail(response, 400, error.what());
          } catch (const std::exception& error) {
            Fail(response, 500, error.what());
          }
        });
    AddRoutes();
  }

  void AddRoutes() {
    const auto text = [this](const char* path, const char* type, std::string content) {
      server.Get(path, [type, content = std::move(content)](const Request&, Response& response) {
        response.set_content(content, type);
      });
    };
    text("/", kHtml, report::LivePage(options.title));
    text("/page.css", "text/css; charset=utf-8", std::string(report::LivePageStyle()));
    text("/page.js", "text/javascript; charset=utf-8", std::string(report::LivePageScript()));
    text("/model", kJson, model == nullptr ? "null" : model->Describe());
    server.Get("/data", [this](const Request&, Response& response) {
      response.set_content(study.Whole().json, kJson);
    });
    server.Get("/events",
               [this](const Request& request, Response& response) { Listen(request, response); });
    server.Post("/control", [this](const Request& request, Response& response) {
      if (!IsOwnPost(request, response)) return;
      const auto json = nlohmann::json::parse(request.body, nullptr, /*allow_exceptions=*/false);
      const bool is_action =
          json.is_object() && json.contains("action") && json["action"].is_string();
      const std::string trouble = study.Ask(is_action ? json["action"].get<std::string>() : "");
      if (!trouble.empty()) return Fail(response, 409, trouble);
      response.set_content("{}", kJson);
    });
    server.Post("/classify", [this](const Request& request, Response& response) {
      if (!IsOwnPost(request, response)) return;
      if (model == nullptr) return Fail(response, 404, "no model is served");
      response.set_content(model->Classify(request.body), kJson);
    });
  }

  /// Server-sent events (HTML standard, 9.2): the updates after the one that the request names.
  void Listen(const Request& request, Response& response) {
    if (num_listeners.fetch_add(1) >= kMostListeners) {
      --num_listeners;
      return Fail(response, 503, "too many pages listen already");
    }
    const auto last = std::make_shared<std::int64_t>(LastEventOf(request));
    const auto quiet_since =
        std::make_shared<std::chrono::steady_clock::time_point>(std::chrono::steady_clock::now());
    response.set_chunked_content_provider(
        "text/event-stream",
        [this, last, quiet_since](std::size_t, httplib::DataSink& sink) {
          if (stop.stop_requested()) return false;
          const auto update = study.Next(*last, 1s, stop.get_token());
          const auto now = std::chrono::steady_clock::now();
          std::string event;
          if (update) {
            event = fmt::format("id: {}\ndata: {}\n\n", update->number, update->json);
            *last = update->number;
          } else if (now - *quiet_since >= kSilence) {
            event = ": nothing new\n\n";
          }
          if (event.empty()) return sink.is_writable();
          *quiet_since = now;
          return sink.is_writable() && sink.write(event.data(), event.size());
        },
        [this](bool) { --num_listeners; });
  }
};

LiveServer::LiveServer(LiveServerOptions options, LiveStudy& study, ModelService* model)
    : impl_(new Impl{.options = std::move(options), .study = study, .model = model}) {
  if (!IsLoopback(impl_->options.address)) impl_->token = RandomToken();
  RaiseDescriptorLimit();
  const LiveServerOptions& o = impl_->options;
  impl_->port = o.port;
  impl_->server.set_socket_options([this](socket_t socket) {
    const int yes = 1;  // without SO_REUSEPORT, which would share the port with another program
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    impl_->socket = socket;
  });
  errno = 0;
  if (o.port == 0) {
    impl_->port = impl_->server.bind_to_any_port(o.address);
  } else if (!impl_->server.bind_to_port(o.address, o.port)) {
    impl_->port = -1;
  }
  if (impl_->port < 0) {
    const std::string reason = errno == 0 ? "" : ": " + std::generic_category().message(errno);
    throw base::IoError(
        fmt::format("{} port {}: cannot be served on{}", o.address, o.port, reason));
  }
  // httplib lets 5 connections wait to be accepted; a crowd's others would try again after a
  // second.
  if (impl_->socket >= 0) listen(impl_->socket, kWaitingToBeAccepted);
  impl_->Configure();
}

LiveServer::~LiveServer() = default;

int LiveServer::port() const { return impl_->port; }

std::string LiveServer::url() const {
  const std::string& address = impl_->options.address;
  const bool is_v6 = address.find(':') != std::string::npos;
  const std::string query = impl_->token.empty() ? "" : "?token=" + impl_->token;
  return fmt::format("http://{}:{}/{}", is_v6 ? "[" + address + "]" : address, impl_->port, query);
}

void LiveServer::Serve(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] {
    impl_->stop.request_stop();
    impl_->server.stop();
  });
  if (!stop.stop_requested()) impl_->server.listen_after_bind();
}

}  // namespace netsmith::cli
