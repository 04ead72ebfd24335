#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"
#include "netsmith/strategy/controller/policy.h"
#include "netsmith/strategy/controller/scalar_math.h"

namespace netsmith::strategy::controller {
namespace {

/// A softmax per decision that reads nothing: π(a) = Π_t softmax(logits_t)[a_t]. It starts uniform.
/// Source   Ying et al. 2019, arXiv:1902.09635, §S2 (REINFORCE); Dong & Yang 2020, arXiv:2001.00326
class IndependentPolicy final : public Policy {
 public:
  explicit IndependentPolicy(const std::vector<space::Decision>& decisions) {
    for (const space::Decision& decision : decisions) {
      logits_.push_back(std::make_unique<Parameter>(
          decision.name + ".logits", 1, static_cast<Eigen::Index>(decision.options.size())));
      logits_.back()->value.setZero();
    }
  }

  space::Genome Sample(std::span<const double> /*state*/, base::Generator& generator) override {
    space::Genome genome;
    genome.reserve(logits_.size());
    for (const auto& logits : logits_) genome.push_back(Draw(logits->value, generator));
    return genome;
  }

  LogLikelihood Evaluate(Tape& tape, std::span<const Episode> episodes) override {
    LogLikelihood result;
    Value entropy;
    const std::vector<int> same(episodes.size(), 0);
    std::vector<int> choices(episodes.size(), 0);
    for (std::size_t t = 0; t < logits_.size(); ++t) {
      const Value log_probs = tape.LogSoftmax(tape.Use(*logits_[t]));
      for (std::size_t b = 0; b < episodes.size(); ++b) choices[b] = episodes[b].action[t];
      result.steps.push_back(tape.Pick(tape.Rows(log_probs, same), choices));
      const Value negative = tape.Sum(tape.Mul(tape.Exp(log_probs), log_probs));
      entropy = t == 0 ? negative : tape.Add(entropy, negative);
    }
    result.entropy = tape.Scale(entropy, -1.0);
    return result;
  }

  std::vector<std::vector<double>> OptionProbabilities(std::span<const double> /*state*/) override {
    std::vector<std::vector<double>> result;
    for (const auto& logits : logits_) {
      const double highest = logits->value.maxCoeff();
      std::vector<double>& probabilities = result.emplace_back();
      double sum = 0;
      for (const double l : logits->value.reshaped()) {
        probabilities.push_back(Exp(l - highest));
        sum += probabilities.back();
      }
      for (double& p : probabilities) p /= sum;
    }
    return result;
  }

  std::vector<Parameter*> parameters() override {
    std::vector<Parameter*> all;
    for (const auto& logits : logits_) all.push_back(logits.get());
    return all;
  }

 private:
  static int Draw(const Matrix& logits, base::Generator& generator) {
    const double highest = logits.maxCoeff();
    double sum = 0;
    for (const double l : logits.reshaped()) sum += Exp(l - highest);
    double left = generator.Uniform() * sum;
    const auto last = static_cast<int>(logits.cols()) - 1;
    for (int k = 0; k < last; ++k) {
      left -= Exp(logits(0, k) - highest);
      if (left < 0) return k;
    }
    return last;
  }

  std::vector<std::unique_ptr<Parameter>> logits_;
};

}  // namespace

std::unique_ptr<Policy> MakeIndependentPolicy(const std::vector<space::Decision>& decisions) {
  return std::make_unique<IndependentPolicy>(decisions);
}

}  // namespace netsmith::strategy::controller
