#include "tests/data/loopback_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace netsmith::testing {
namespace {

std::string ReceiveHead(int connection) {
  std::string head;
  std::array<char, 1024> buffer;
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = recv(connection, buffer.data(), buffer.size(), 0);
    if (count <= 0) return {};
    head.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return head;
}

void Send(int connection, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t count = send(connection, data, size, MSG_NOSIGNAL);
    if (count <= 0) return;
    data += count;
    size -= static_cast<std::size_t>(count);
  }
}

std::size_t RangeStart(const std::string& head) {
  constexpr std::string_view kRange = "Range: bytes=";
  const auto at = head.find(kRange);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + kRange.size()));
}

std::string Head(std::size_t start, std::size_t size) {
  const std::string length = "Content-Length: " + std::to_string(size - start) + "\r\n";
  if (start == 0) return "HTTP/1.1 200 OK\r\n" + length + "Connection: close\r\n\r\n";
  return "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + std::to_string(start) + "-" +
         std::to_string(size - 1) + "/" + std::to_string(size) + "\r\n" + length +
         "Connection: close\r\n\r\n";
}

}  // namespace

LoopbackServer::LoopbackServer(std::map<std::string, Bytes> files) : files_(std::move(files)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* plain_address = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, plain_address, size) != 0 || listen(listener_, 8) != 0 ||
      getsockname(listener_, plain_address, &size) != 0) {
    throw std::runtime_error("no loopback server");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) { Serve(stop); });
}

LoopbackServer::~LoopbackServer() {
  thread_.request_stop();
  thread_.join();
  close(listener_);
}

void LoopbackServer::Behave(Behaviour behaviour) {
  const std::lock_guard lock(mutex_);
  behaviour_ = behaviour;
}

std::vector<std::string> LoopbackServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void LoopbackServer::Serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd waiting = {.fd = listener_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, 10) <= 0) continue;
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    Answer(connection, stop);
    close(connection);
  }
}

void LoopbackServer::Answer(int connection, const std::stop_token& stop) {
  const std::string head = ReceiveHead(connection);
  if (head.empty()) return;
  const std::string path = head.substr(4, head.find(' ', 4) - 4);
  const std::size_t asked_start = RangeStart(head);
  Behaviour behaviour;
  {
    const std::lock_guard lock(mutex_);
    behaviour = behaviour_;
    requests_.push_back(asked_start == 0 ? path : path + " from " + std::to_string(asked_start));
  }
  const auto found = files_.find(path);
  const std::size_t start = behaviour.knows_ranges ? asked_start : 0;
  std::string reply = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  if (found != files_.end() && start >= found->second.size()) {
    reply = "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  } else if (found != files_.end()) {
    const Bytes& content = found->second;
    const std::size_t count = std::min(content.size() - start, behaviour.cut_after);
    reply = Head(start, content.size()) +
            std::string(reinterpret_cast<const char*>(content.data()) + start, count);
  }
  Send(connection, reply.data(), reply.size());
  while (behaviour.stalls && !stop.stop_requested()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace netsmith::testing
