#include "tests/support/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace netsmith::testing {

Connection::Connection(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close(socket_);
    socket_ = -1;
  }
}

Connection::~Connection() {
  if (socket_ >= 0) close(socket_);
}

Connection::Connection(Connection&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

bool Connection::Send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string Connection::Receive(std::size_t bytes, int timeout_ms) const {
  std::string received;
  std::array<char, 4096> part{};
  while (received.size() < bytes) {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, timeout_ms) <= 0) break;
    const ssize_t count = recv(socket_, part.data(), part.size(), 0);
    if (count <= 0) break;
    received.append(part.data(), static_cast<std::size_t>(count));
  }
  return received;
}

HttpAnswer Ask(int port, const std::string& request_line, const std::string& headers,
               const std::string& body) {
  std::string request = request_line + " HTTP/1.1\r\n" + headers + "Connection: close\r\n";
  if (headers.find("Host:") == std::string::npos) {
    request += "Host: 127.0.0.1:" + std::to_string(port) + "\r\n";
  }
  if (!body.empty() && headers.find("Content-Length:") == std::string::npos) {
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  const Connection connection(port);
  if (!connection.is_open() || !connection.Send(request + "\r\n" + body)) return {};
  const std::string answer = connection.Receive();
  HttpAnswer result;
  if (!answer.starts_with("HTTP/1.1 ")) return result;
  result.status = std::stoi(answer.substr(9, 3));
  const std::size_t end = answer.find("\r\n\r\n");
  result.head = answer.substr(0, end);
  if (end != std::string::npos) result.body = answer.substr(end + 4);
  return result;
}

}  // namespace netsmith::testing
