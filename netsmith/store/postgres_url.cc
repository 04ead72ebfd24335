#include "netsmith/store/postgres_url.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "netsmith/base/error.h"

namespace netsmith::store {
namespace {

/// Of a value in libpq's text: 'it\'s'.
std::string Quoted(std::string_view value) {
  std::string quoted = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "'";
}

[[noreturn]] void FailAsNoUrl(const std::string& url) {
  throw base::StoreError(WithoutPassword(url) +
                         ": is no URL of a PostgreSQL database, expected "
                         "postgresql://USER@HOST:PORT/DATABASE");
}

std::map<std::string, std::string> Parse(const std::string& url) {
  char* problem = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed(
      PQconninfoParse(url.c_str(), &problem), PQconninfoFree);
  const std::unique_ptr<char, void (*)(void*)> owned(problem, PQfreemem);
  if (!parsed) FailAsNoUrl(url);
  std::map<std::string, std::string> values;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) values[option->keyword] = option->val;
  }
  // libpq looks at the port (of each host, where there are several) only when it connects.
  if (values["port"].find_first_not_of("0123456789,") != std::string::npos) FailAsNoUrl(url);
  return values;
}

/// "&name=value", whose value is left out where the name, perhaps spelt with escapes, may be a
/// password's.
std::string WithoutValue(const std::string& option) {
  const std::size_t equals = option.find('=');
  if (equals == std::string::npos) return option;
  std::string name = option.substr(0, equals);
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool may_be_secret =
      name.find("password") != std::string::npos || name.find('%') != std::string::npos;
  return may_be_secret ? option.substr(0, equals + 1) + "…" : option;
}

}  // namespace

std::string PostgresConnection(const std::string& url) {
  std::map<std::string, std::string> values = Parse(url);
  if (values.contains("password") || values.contains("sslpassword")) {
    throw base::StoreError(WithoutPassword(url) +
                           ": holds a password, which others could read; expected it in ~/.pgpass "
                           "or the file that PGPASSFILE names");
  }
  if (values["dbname"].empty()) {
    throw base::StoreError(url +
                           ": names no database, expected postgresql://USER@HOST:PORT/DATABASE");
  }
  values["client_encoding"] = "UTF8";  // whatever the server's or the environment's is
  values.try_emplace("connect_timeout", "10");
  values.try_emplace("application_name", "netsmith");
  // A server whose machine is gone is noticed after about 30 s.
  values.try_emplace("tcp_user_timeout", "30000");
  values.try_emplace("keepalives_idle", "10");
  values.try_emplace("keepalives_interval", "5");
  values.try_emplace("keepalives_count", "4");
  std::string text;
  for (const auto& [key, value] : values) text += key + "=" + Quoted(value) + " ";
  return text;
}

std::string WithoutPassword(const std::string& url) {
  const std::size_t query = std::min(url.find('?'), url.size());
  std::string shown = url.substr(0, query);
  const std::size_t start = shown.find("://");
  const std::size_t at = shown.rfind('@');
  if (start != std::string::npos && at != std::string::npos) {
    const std::size_t colon = shown.find(':', start + 3);
    // A password may hold slashes that nobody escaped; digits before the first are a port.
    const std::size_t digits_end = shown.find_first_not_of("0123456789", colon + 1);
    const bool is_port = digits_end != std::string::npos && shown[digits_end] == '/';
    if (colon < at && !is_port) shown.erase(colon, at - colon);
  }
  for (std::size_t begin = query; begin < url.size();) {
    const std::size_t end = std::min(url.find('&', begin + 1), url.size());
    shown += WithoutValue(url.substr(begin, end - begin));
    begin = end;
  }
  return shown;
}

}  // namespace netsmith::store
