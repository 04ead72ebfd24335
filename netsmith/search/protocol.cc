#include "netsmith/search/protocol.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/base/json_depth.h"
#include "netsmith/search/text_lines.h"
#include "netsmith/search/without_reward.h"

namespace netsmith::search {
namespace {

using nlohmann::json;
using study::Evaluation;
using study::TrialState;

constexpr std::size_t kMaxQuoteBytes = 60;  // of what was found, in a message

[[noreturn]] void Fail(std::string_view where, const std::string& found,
                       std::string_view expected) {
  throw base::InvalidArgument(
      fmt::format("{}: found {}, expected {}", where, Printable(found, kMaxQuoteBytes), expected));
}

json ParseObject(std::string_view where, std::string_view line) {
  if (base::JsonDepth(line) > base::kMaxJsonDepth) {
    Fail(where, "'" + std::string(line.substr(0, kMaxQuoteBytes)) + "'",
         fmt::format("at most {} levels of brackets", base::kMaxJsonDepth));
  }
  json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) Fail(where, "'" + std::string(line) + "'", "a JSON object");
  return object;
}

/// A value of an object, and its place for messages.
class Field {
 public:
  Field(const char* where, const json& object, const char* key)
      : place_(fmt::format("{}, \"{}\"", where, key)) {
    const auto found = object.find(key);
    if (found != object.end()) value_ = &*found;
  }

  bool is_present() const { return value_ != nullptr; }
  /// Present and not null.
  bool has_value() const { return is_present() && !value_->is_null(); }

  std::int64_t Count(std::int64_t max = std::numeric_limits<std::int64_t>::max()) const {
    const char* expected = "a whole number of at least 0";
    if (!is_present() || !value_->is_number_integer()) FailAs(expected);
    // A number beyond 2^63 - 1 is stored unsigned.
    const auto number = value_->get<std::uint64_t>();
    const bool negative = !value_->is_number_unsigned() && value_->get<std::int64_t>() < 0;
    if (negative || number > static_cast<std::uint64_t>(max)) FailAs(expected);
    return static_cast<std::int64_t>(number);
  }

  double Share() const { return Share("a number from 0 to 1", 1); }

  double NotNegative() const {
    return Share("a number of at least 0", std::numeric_limits<double>::max());
  }

  std::string Text() const {
    if (!is_present() || !value_->is_string()) FailAs("a text");
    return value_->get<std::string>();
  }

  std::vector<Field> List() const {
    if (!is_present() || !value_->is_array()) FailAs("a list");
    std::vector<Field> list;
    for (const json& element : *value_) list.push_back(Field(place_, element));
    return list;
  }

  /// A value of the object that this is.
  Field At(const char* key) const {
    if (!is_present() || !value_->is_object()) FailAs("an object");
    return Field(place_.c_str(), *value_, key);
  }

  [[noreturn]] void FailAs(std::string_view expected) const {
    Fail(place_, is_present() ? Dump() : "nothing", expected);
  }

 private:
  Field(std::string place, const json& value) : place_(std::move(place)), value_(&value) {}

  double Share(const char* expected, double max) const {
    if (!is_present() || !value_->is_number()) FailAs(expected);
    const double number = value_->get<double>();
    if (!(number >= 0 && number <= max)) FailAs(expected);
    return number;
  }

  std::string Dump() const { return value_->dump(-1, ' ', false, json::error_handler_t::replace); }

  std::string place_;
  const json* value_ = nullptr;
};

TrialState ParseState(const Field& field) {
  const std::string found = field.Text();
  for (const TrialState state : {TrialState::kComplete, TrialState::kPruned, TrialState::kRefused,
                                 TrialState::kDiverged, TrialState::kFailed}) {
    if (found == ToString(state)) return state;
  }
  field.FailAs("complete, pruned, refused, diverged or failed");
}

}  // namespace

std::string EncodeRequest(const study::Job& job, std::span<const space::Decision> decisions) {
  NETSMITH_CHECK_EQ(job.genome.size(), decisions.size());
  auto params = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    params[decisions[i].name] = decisions[i].options.at(static_cast<std::size_t>(job.genome[i]));
  }
  nlohmann::ordered_json request;
  request["trial"] = job.trial;
  request["genome"] = job.genome;
  request["params"] = std::move(params);
  request["network"] = job.network;
  request["threads"] = job.num_threads;
  for (const study::Rung& rung : job.rungs) {
    request["rungs"].push_back({{"step", rung.step}, {"least", rung.least}});
  }
  return request.dump();
}

study::Job DecodeRequest(std::string_view line) {
  const char* where = "request";
  constexpr std::int64_t kMaxInt = std::numeric_limits<int>::max();
  const json object = ParseObject(where, line);
  study::Job job;
  job.trial = Field(where, object, "trial").Count();
  job.network = Field(where, object, "network").Text();
  job.num_threads = static_cast<int>(Field(where, object, "threads").Count(kMaxInt));
  for (const Field& index : Field(where, object, "genome").List()) {
    job.genome.push_back(static_cast<int>(index.Count(kMaxInt)));
  }
  const Field rungs(where, object, "rungs");
  if (rungs.is_present()) {
    for (const Field& rung : rungs.List()) {
      job.rungs.push_back({.step = static_cast<int>(rung.At("step").Count(kMaxInt)),
                           .least = rung.At("least").Share()});
    }
  }
  return job;
}

std::string EncodeAnswer(std::int64_t trial, const Evaluation& evaluation) {
  nlohmann::ordered_json answer;
  answer["trial"] = trial;
  answer["state"] = ToString(evaluation.state);
  answer["reward"] = evaluation.reward;
  if (!evaluation.reason.empty()) answer["reason"] = ReasonLine(evaluation.reason);
  answer["params"] = evaluation.params;
  answer["macs"] = evaluation.macs;
  if (evaluation.latency_us > 0) answer["latency_us"] = evaluation.latency_us;
  if (evaluation.loss) answer["loss"] = *evaluation.loss;
  answer["curve"] = evaluation.curve;
  answer["seconds"] = evaluation.seconds;
  return answer.dump();
}

std::string EncodeError(std::int64_t trial, std::string_view message) {
  nlohmann::ordered_json answer;
  answer["trial"] = trial;
  answer["error"] = ReasonLine(message);
  return answer.dump();
}

Evaluation DecodeAnswer(std::string_view line, std::int64_t trial) {
  const char* where = "answer";
  const json object = ParseObject(where, line);
  const auto field = [&](const char* key) { return Field(where, object, key); };
  if (field("trial").Count() != trial) field("trial").FailAs(fmt::format("{}", trial));

  if (field("error").is_present()) {
    return Failed(field("error").Text());
  }
  const TrialState state =
      field("state").is_present() ? ParseState(field("state")) : TrialState::kComplete;
  Evaluation evaluation;
  if (state == TrialState::kComplete) {
    evaluation.reward = field("reward").Share();
  } else {
    evaluation = WithoutReward(
        state, field("reason").is_present() ? field("reason").Text() : "no reason given");
  }
  if (field("params").is_present()) evaluation.params = field("params").Count();
  if (field("macs").is_present()) evaluation.macs = field("macs").Count();
  if (field("latency_us").is_present()) evaluation.latency_us = field("latency_us").NotNegative();
  if (field("loss").has_value()) evaluation.loss = field("loss").NotNegative();
  if (field("seconds").is_present()) evaluation.seconds = field("seconds").NotNegative();
  if (field("curve").is_present()) {
    for (const Field& point : field("curve").List()) evaluation.curve.push_back(point.Share());
  }
  if (state == TrialState::kPruned) {
    if (evaluation.curve.empty()) field("curve").FailAs("the values up to where it was pruned");
    evaluation.reward = evaluation.curve.back();
  }
  return evaluation;
}

}  // namespace netsmith::search
