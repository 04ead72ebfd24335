#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// HTTP by hand, for what no client would send.
namespace netsmith::testing {

/// A TCP connection to a port of this machine.
class Connection {
 public:
  explicit Connection(int port);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&& other) noexcept;

  bool is_open() const { return socket_ >= 0; }
  /// False when the other side has closed.
  bool Send(std::string_view bytes) const;
  /// What arrives until the other side closes, `bytes` are there, or nothing came for `timeout_ms`.
  std::string Receive(std::size_t bytes = 1 << 20, int timeout_ms = 5'000) const;

 private:
  int socket_ = -1;
};

struct HttpAnswer {
  int status = 0;  // 0: no answer
  std::string head;
  std::string body;
};

/// Sends a request of these header lines (without the last empty one) and body; the connection is
/// closed behind it. Host and Content-Length are added unless they are among the lines.
HttpAnswer Ask(int port, const std::string& request_line, const std::string& headers = "",
               const std::string& body = "");

}  // namespace netsmith::testing
