#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"
#include "netsmith/strategy/controller/cell.h"
#include "netsmith/strategy/controller/gaussian.h"
#include "netsmith/strategy/controller/policy.h"
#include "netsmith/strategy/controller/scalar_math.h"

namespace netsmith::strategy::controller {
namespace {

/// Which real numbers become which option when clipped to the range of a decision and rounded to
/// the nearest option: option k takes [ends[k], ends[k+1]), the outermost reach to infinity.
std::vector<double> RoundingEnds(const space::Decision& decision) {
  constexpr std::int64_t kExact = std::int64_t{1} << 52;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto& options = decision.options;
  if (options.front() < -kExact || options.back() > kExact) {
    throw base::InvalidArgument(
        fmt::format("policy state: options of {} reach from {} to {}, "
                    "expected within ±2^52",
                    decision.name, options.front(), options.back()));
  }
  std::vector<double> ends = {-kInfinity};
  for (std::size_t k = 1; k < options.size(); ++k) {
    const auto low = static_cast<double>(options[k - 1]);
    ends.push_back(low + (static_cast<double>(options[k]) - low) / 2);
  }
  ends.push_back(kInfinity);
  return ends;
}

/// The policy of the classic experiment: the next action from the previous one.
///
///   x_t = state_t / division_rate, or 1       t = 1 … T, one number a step; T decisions
///   m_t = cell(x_t, m_{t-1})                  T units
///   mean = (m_T + bias) · division_rate       one mean per decision; bias starts at 0.05
///   value ~ N(mean, sigma²), clipped to the decision's range and rounded to the nearest option
///   log π(a | state) = Σ_d log P(value_d rounds to option a_d)
///
/// The likelihood is that of the option, the Gaussian's mass on all values that round to it. Its
/// score is the mean of the raw value's score over these values, so the gradient has the same
/// expectation and less variance; and a genome that was never drawn as a raw value has one too.
/// The action is one time step. The Gaussian's entropy is constant: there is no entropy bonus.
class StatePolicy final : public Policy {
 public:
  StatePolicy(const std::vector<space::Decision>& decisions, const ReinforceOptions& options,
              const base::RandomStreams& streams)
      : options_(options),
        num_decisions_(static_cast<Eigen::Index>(decisions.size())),
        cell_(MakeCell(options.cell, 1, num_decisions_)),
        bias_("bias", 1, num_decisions_) {
    if (options.controller_input != "state" && options.controller_input != "ones") {
      throw base::InvalidArgument(fmt::format(
          "unknown controller input '{}', expected one of: state, ones", options.controller_input));
    }
    for (const space::Decision& decision : decisions) ends_.push_back(RoundingEnds(decision));
    InitializeUniform(parameters(), options.initial_range, streams);
    bias_.value.setConstant(0.05);
  }

  space::Genome Sample(std::span<const double> state, base::Generator& generator) override {
    const Matrix& mean = MeanOf(state);
    space::Genome genome;
    for (std::size_t d = 0; d < ends_.size(); ++d) {
      const double value =
          mean(0, static_cast<Eigen::Index>(d)) + options_.sigma * generator.Normal();
      const auto above = std::upper_bound(ends_[d].begin() + 1, ends_[d].end() - 1, value);
      genome.push_back(static_cast<int>(above - ends_[d].begin()) - 1);
    }
    return genome;
  }

  LogLikelihood Evaluate(Tape& tape, std::span<const Episode> episodes) override {
    const auto mb = static_cast<Eigen::Index>(episodes.size());
    Matrix states(mb, num_decisions_);
    Matrix lower(mb, num_decisions_);
    Matrix upper(mb, num_decisions_);
    for (Eigen::Index b = 0; b < mb; ++b) {
      const Episode& episode = episodes[static_cast<std::size_t>(b)];
      for (Eigen::Index d = 0; d < num_decisions_; ++d) {
        const auto i = static_cast<std::size_t>(d);
        const auto option = static_cast<std::size_t>(episode.action[i]);
        states(b, d) = episode.state[i];
        lower(b, d) = ends_[i][option];
        upper(b, d) = ends_[i][option + 1];
      }
    }
    const Value mass = tape.GaussianLogMass(Mean(tape, states), options_.sigma, lower, upper);
    return {.steps = {tape.SumRows(mass)}, .entropy = std::nullopt};
  }

  std::vector<std::vector<double>> OptionProbabilities(std::span<const double> state) override {
    const Matrix& mean = MeanOf(state);
    std::vector<std::vector<double>> result;
    for (std::size_t d = 0; d < ends_.size(); ++d) {
      std::vector<double>& probabilities = result.emplace_back();
      for (std::size_t k = 0; k + 1 < ends_[d].size(); ++k) {
        const double center = mean(0, static_cast<Eigen::Index>(d));
        probabilities.push_back(
            Exp(GaussianLogMass(center, options_.sigma, ends_[d][k], ends_[d][k + 1]).value));
      }
    }
    return result;
  }

  std::vector<Parameter*> parameters() override {
    return {&cell_->kernel(), &cell_->recurrent_kernel(), &cell_->bias(), &bias_};
  }

 private:
  /// Means of the action's values, [mb, decisions]; `states` likewise.
  Value Mean(Tape& tape, const Matrix& states) {
    const bool ones = options_.controller_input == "ones";
    CellState state = cell_->ZeroState(tape, states.rows());
    for (Eigen::Index t = 0; t < num_decisions_; ++t) {
      const Matrix input =
          ones ? Matrix::Ones(states.rows(), 1) : Matrix(states.col(t) / options_.division_rate);
      state = cell_->Step(tape, tape.Constant(input), state);
    }
    return tape.Scale(tape.Add(state.m, tape.Use(bias_)), options_.division_rate);
  }

  const Matrix& MeanOf(std::span<const double> state) {
    tape_.Clear();
    return tape_.value(Mean(tape_, Eigen::Map<const Matrix>(state.data(), 1, num_decisions_)));
  }

  ReinforceOptions options_;
  Eigen::Index num_decisions_;
  std::unique_ptr<Cell> cell_;
  Parameter bias_;
  std::vector<std::vector<double>> ends_;  // per decision, see RoundingEnds
  Tape tape_;                              // of single actions
};

}  // namespace

std::unique_ptr<Policy> MakeStatePolicy(const std::vector<space::Decision>& decisions,
                                        const ReinforceOptions& options,
                                        const base::RandomStreams& streams) {
  return std::make_unique<StatePolicy>(decisions, options, streams);
}

}  // namespace netsmith::strategy::controller
