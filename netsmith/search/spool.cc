#include "netsmith/search/spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/json_depth.h"
#include "netsmith/search/process.h"
#include "netsmith/search/protocol.h"
#include "netsmith/search/text_lines.h"

namespace netsmith::search {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxQuoteBytes = 60;

[[noreturn]] void Fail(std::string_view line, std::string_view expected) {
  throw base::InvalidArgument(fmt::format("spooled result: found {}, expected {}",
                                          Printable(line, kMaxQuoteBytes), expected));
}

[[noreturn]] void FailIo(const std::filesystem::path& file, const char* why) {
  throw base::IoError(fmt::format("{}: cannot be written: {}", file.string(), why));
}

std::string Text(const json& object, const char* key, std::string_view line) {
  if (!object.contains(key) || !object.at(key).is_string()) {
    Fail(line, fmt::format("a text \"{}\"", key));
  }
  return object.at(key).get<std::string>();
}

std::int64_t Count(const json& object, const char* key, std::string_view line) {
  if (!object.contains(key) || !object.at(key).is_number_unsigned() ||
      object.at(key).get<std::uint64_t>() > INT64_MAX) {
    Fail(line, fmt::format("a whole number \"{}\" of at least 0", key));
  }
  return object.at(key).get<std::int64_t>();
}

}  // namespace

std::string EncodeSpooled(const SpooledResult& result) {
  return json{{"store", result.store},
              {"study", result.study},
              {"trial", result.trial},
              {"attempt", result.attempt},
              {"answer", json::parse(EncodeAnswer(result.trial, result.evaluation))}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

SpooledResult DecodeSpooled(std::string_view line) {
  if (base::JsonDepth(line) > base::kMaxJsonDepth) Fail(line, "fewer brackets");
  const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) Fail(line, "a JSON object");
  SpooledResult result{.store = Text(object, "store", line),
                       .study = Text(object, "study", line),
                       .trial = Count(object, "trial", line),
                       .attempt = Count(object, "attempt", line),
                       .evaluation = {}};
  if (!object.contains("answer")) Fail(line, "an \"answer\"");
  result.evaluation = DecodeAnswer(
      object.at("answer").dump(-1, ' ', false, json::error_handler_t::replace), result.trial);
  return result;
}

Spool::Spool(std::filesystem::path folder, const std::string& name)
    : folder_(std::move(folder)), file_(folder_) {
  std::string safe = name;
  std::ranges::replace_if(
      safe, [](unsigned char c) { return std::isalnum(c) == 0; }, '-');
  file_ /= safe + ".jsonl";
}

void Spool::Keep(const std::vector<SpooledResult>& results) {
  std::error_code error;
  if (results.empty()) {
    std::filesystem::remove(file_, error);
    return;
  }
  std::filesystem::create_directories(folder_, error);
  const std::filesystem::path fresh = file_.string() + ".new";
  const FileDescriptor out(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (out.get() < 0) FailIo(fresh, strerror(errno));
  for (const SpooledResult& result : results) {
    try {
      WriteAll(out.get(), EncodeSpooled(result) + "\n");
    } catch (const base::IoError& why) {
      FailIo(fresh, why.what());
    }
  }
  if (fsync(out.get()) != 0 || rename(fresh.c_str(), file_.c_str()) != 0) {
    FailIo(file_, strerror(errno));
  }
}

std::vector<std::filesystem::path> SpoolFiles(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::vector<SpooledResult> ReadSpool(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) {
    throw base::IoError(fmt::format("{}: cannot be read: {}", file.string(), strerror(errno)));
  }
  std::vector<SpooledResult> results;
  for (std::string line; std::getline(stream, line);) {
    try {
      results.push_back(DecodeSpooled(line));
    } catch (const base::InvalidArgument& wrong) {
      throw base::InvalidArgument(
          fmt::format("{}:{}: {}", file.string(), results.size() + 1, wrong.what()));
    }
  }
  return results;
}

}  // namespace netsmith::search
