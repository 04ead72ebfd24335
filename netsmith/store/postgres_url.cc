#include "netsmith/store/postgres_url.h"

#include <libpq-fe.h>

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

}  // namespace

std::string PostgresConnection(const std::string& url) {
  std::map<std::string, std::string> values = Parse(url);
  if (values.contains("password")) {
    throw base::StoreError(WithoutPassword(url) +
                           ": holds a password, which others could read; expected it in ~/.pgpass "
                           "or the file that PGPASSFILE names");
  }
  if (values["dbname"].empty()) {
    throw base::StoreError(url +
                           ": names no database, expected postgresql://USER@HOST:PORT/DATABASE");
  }
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
  std::string shown = url;
  const std::size_t start = shown.find("://");
  if (start != std::string::npos) {
    const std::size_t end = std::min(shown.find('/', start + 3), shown.size());
    const std::size_t at = shown.rfind('@', end);
    const std::size_t colon = shown.find(':', start + 3);
    if (at != std::string::npos && at > start && colon < at) shown.erase(colon, at - colon);
  }
  const std::size_t query = shown.find('?');
  const std::size_t word = query == std::string::npos ? query : shown.find("password=", query);
  if (word != std::string::npos) {
    const std::size_t value = word + std::string_view("password=").size();
    shown.replace(value, std::min(shown.find('&', value), shown.size()) - value, "…");
  }
  return shown;
}

}  // namespace netsmith::store
