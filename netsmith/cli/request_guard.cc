#include "netsmith/cli/request_guard.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "netsmith/base/error.h"

namespace netsmith::cli {
namespace {

/// What follows the scheme of an origin, or the whole header.
std::string_view Authority(std::string_view header) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (header.starts_with(scheme)) return header.substr(scheme.size());
  }
  return header;
}

}  // namespace

bool IsLoopback(std::string_view address) {
  if (address == "localhost" || address == "::1") return true;
  if (!address.starts_with("127.")) return false;
  return std::ranges::all_of(address,
                             [](unsigned char c) { return std::isdigit(c) || c == '.'; }) &&
         std::ranges::count(address, '.') == 3;
}

std::string HostOf(std::string_view header) {
  std::string_view authority = Authority(header);
  std::string_view host, port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return "";
    host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  if (!port.empty() && (port[0] != ':' || !std::ranges::all_of(port.substr(1), is_digit)))
    return "";
  std::string small(host);
  std::ranges::transform(small, small.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return small;
}

bool IsOwnHost(std::string_view host_header, std::string_view address) {
  const std::string host = HostOf(host_header);
  return !host.empty() && (IsLoopback(host) || host == address);
}

bool IsFromOwnPage(std::string_view host_header, std::string_view origin,
                   std::string_view sec_fetch_site) {
  if (!sec_fetch_site.empty() && sec_fetch_site != "same-origin") return false;
  return origin.empty() || (origin != "null" && Authority(origin) == host_header);
}

bool SameSecret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

std::string CookieValue(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    std::string_view cookie = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (cookie.starts_with(' ')) cookie.remove_prefix(1);
    const std::size_t equals = cookie.find('=');
    if (equals != std::string_view::npos && cookie.substr(0, equals) == name) {
      return std::string(cookie.substr(equals + 1));
    }
  }
  return "";
}

std::string RandomToken() {
  std::array<std::uint8_t, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != std::ssize(bytes)) {
    throw base::IoError(
        fmt::format("random bytes of the system: {}", std::generic_category().message(errno)));
  }
  std::string token;
  for (const std::uint8_t byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

}  // namespace netsmith::cli
