#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"
#include "netsmith/strategy/controller/cell.h"
#include "netsmith/strategy/controller/policy.h"
#include "netsmith/strategy/controller/scalar_math.h"

namespace netsmith::strategy::controller {
namespace {

/// What one decision adds to the network.
struct Head {
  Parameter embedding;  // [options, embedding]: what the next step reads when an option is chosen
  Parameter weights;    // [units, options]
  Parameter bias;       // [1, options], starts at 0

  Head(const space::Decision& decision, const ReinforceOptions& options)
      : embedding(decision.name + ".embedding", NumOptions(decision), options.embedding),
        weights(decision.name + ".weights", options.units, NumOptions(decision)),
        bias(decision.name + ".bias", 1, NumOptions(decision)) {}

  static Eigen::Index NumOptions(const space::Decision& decision) {
    return static_cast<Eigen::Index>(decision.options.size());
  }
};

int DrawIndex(const Matrix& log_probs, base::Generator& generator) {
  double left = generator.Uniform();
  const auto last = static_cast<int>(log_probs.cols()) - 1;
  for (int k = 0; k < last; ++k) {
    left -= Exp(log_probs(0, k));
    if (left < 0) return k;
  }
  return last;
}

/// The autoregressive policy of Zoph & Le 2017 (arXiv:1611.01578, §3.1, figure 2):
///
///   x_1 = start;  x_t = embedding_{t-1}[a_{t-1}]
///   m_t = cell(x_t, m_{t-1})
///   π(a_t | a_<t) = softmax(m_t · weights_t + bias_t)[a_t]
///
/// Differs: the paper feeds the chosen value back; here each decision has an embedding table and an
/// output layer of its own, as its options differ from the others'. The previous action (the
/// episode's state) is not read.
class SequencePolicy final : public Policy {
 public:
  SequencePolicy(const std::vector<space::Decision>& decisions, const ReinforceOptions& options,
                 const base::RandomStreams& streams)
      : cell_(MakeCell(options.cell, options.embedding, options.units)),
        start_("start", 1, options.embedding) {
    for (const space::Decision& decision : decisions) {
      heads_.push_back(std::make_unique<Head>(decision, options));
    }
    InitializeUniform(parameters(), options.initial_range, streams);
    for (const auto& head : heads_) head->bias.value.setZero();
  }

  space::Genome Sample(std::span<const double> /*state*/, base::Generator& generator) override {
    return Walk([&](const Matrix& log_probs) { return DrawIndex(log_probs, generator); });
  }

  LogLikelihood Evaluate(Tape& tape, std::span<const Episode> episodes) override {
    LogLikelihood result;
    Value entropy;
    std::vector<int> choices(episodes.size(), 0);
    Unroller unroller(*this, tape, static_cast<Eigen::Index>(episodes.size()));
    for (std::size_t t = 0; t < heads_.size(); ++t) {
      const Value log_probs = unroller.Step(t, choices);
      for (std::size_t b = 0; b < episodes.size(); ++b) choices[b] = episodes[b].action[t];
      result.steps.push_back(tape.Pick(log_probs, choices));
      const Value negative = tape.Sum(tape.Mul(tape.Exp(log_probs), log_probs));
      entropy = t == 0 ? negative : tape.Add(entropy, negative);
    }
    result.entropy = tape.Scale(entropy, -1.0 / static_cast<double>(episodes.size()));
    return result;
  }

  std::vector<std::vector<double>> OptionProbabilities(std::span<const double> /*state*/) override {
    std::vector<std::vector<double>> result;
    Walk([&](const Matrix& log_probs) {
      std::vector<double>& probabilities = result.emplace_back();
      for (const double l : log_probs.reshaped()) probabilities.push_back(Exp(l));
      Eigen::Index best = 0;
      log_probs.row(0).maxCoeff(&best);
      return static_cast<int>(best);
    });
    return result;
  }

  std::vector<Parameter*> parameters() override {
    std::vector<Parameter*> all = {&cell_->kernel(), &cell_->recurrent_kernel(), &cell_->bias(),
                                   &start_};
    for (const auto& head : heads_) {
      all.insert(all.end(), {&head->embedding, &head->weights, &head->bias});
    }
    return all;
  }

 private:
  /// The recurrence over the decisions, on a tape.
  class Unroller {
   public:
    Unroller(SequencePolicy& policy, Tape& tape, Eigen::Index mb)
        : policy_(policy), tape_(tape), state_(policy.cell_->ZeroState(tape, mb)) {}

    /// log π(· | choices so far), [mb, options of decision t]; `previous` holds each row's choice
    /// of decision t - 1, zeros for the first.
    Value Step(std::size_t t, std::span<const int> previous) {
      Parameter& table = t == 0 ? policy_.start_ : policy_.heads_[t - 1]->embedding;
      const Value x = tape_.Rows(tape_.Use(table), previous);
      state_ = policy_.cell_->Step(tape_, x, state_);
      Head& head = *policy_.heads_[t];
      return tape_.LogSoftmax(
          tape_.Add(tape_.MatMul(state_.m, tape_.Use(head.weights)), tape_.Use(head.bias)));
    }

   private:
    SequencePolicy& policy_;
    Tape& tape_;
    CellState state_;
  };

  /// One action, each option chosen by `choose` from the log probabilities [1, options].
  template <typename Choose>
  space::Genome Walk(Choose choose) {
    tape_.Clear();
    Unroller unroller(*this, tape_, 1);
    space::Genome genome;
    int previous = 0;
    for (std::size_t t = 0; t < heads_.size(); ++t) {
      previous = choose(tape_.value(unroller.Step(t, {&previous, 1})));
      genome.push_back(previous);
    }
    return genome;
  }

  std::unique_ptr<Cell> cell_;
  Parameter start_;
  std::vector<std::unique_ptr<Head>> heads_;
  Tape tape_;  // of single actions
};

}  // namespace

std::unique_ptr<Policy> MakeSequencePolicy(const std::vector<space::Decision>& decisions,
                                           const ReinforceOptions& options,
                                           const base::RandomStreams& streams) {
  return std::make_unique<SequencePolicy>(decisions, options, streams);
}

}  // namespace netsmith::strategy::controller
