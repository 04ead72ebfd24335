// A child of your own: any class that makes a model from an action can be searched.
//
// RingSpace turns a genome into a network; RingEvaluator trains that network with code that
// netsmith knows nothing of and says how good it is; Reinforce searches. The task: is a point of
// the plane inside a ring?

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/graph/graph.h"
#include "netsmith/search/search.h"
#include "netsmith/space/search_space.h"
#include "netsmith/store/memory_store.h"
#include "netsmith/strategy/registry.h"
#include "netsmith/study/evaluator.h"

namespace {

using namespace netsmith;

/// One hidden layer: how many units, how much dropout?
class RingSpace : public space::SearchSpace {
 public:
  const std::string& name() const override { return name_; }
  std::string Signature() const override { return "ring, version 1"; }
  const std::vector<space::Decision>& decisions() const override { return decisions_; }

  std::int64_t Units(std::span<const int> genome) const { return Option(genome, 0); }
  std::int64_t DropoutPercent(std::span<const int> genome) const { return Option(genome, 1); }

  /// Networks that are equal here are the same child, and are evaluated once.
  graph::Graph Build(std::span<const int> genome, graph::SampleShape input,
                     int num_classes) const override {
    space::CheckGenome(decisions_, genome);
    graph::Graph graph{.input = input, .nodes = {}};
    int node = graph.Add(graph::Flatten{}, {graph.Add(graph::Input{}, {})});
    node = graph.Add(graph::Dense{.units = Units(genome)}, {node});
    node = graph.Add(graph::Activation{}, {node});
    node = graph.Add(graph::Dropout{static_cast<double>(DropoutPercent(genome))}, {node});
    graph.Add(graph::Dense{.units = num_classes}, {node});
    return graph;
  }

  std::string NetworkText(std::span<const int> genome) const override {
    return std::to_string(Units(genome)) + " units, dropout " +
           std::to_string(DropoutPercent(genome)) + " percent";
  }

 private:
  std::int64_t Option(std::span<const int> genome, std::size_t decision) const {
    return decisions_[decision].options[static_cast<std::size_t>(genome[decision])];
  }

  std::string name_ = "ring";
  std::vector<space::Decision> decisions_ = {{"hidden.units", {1, 2, 4, 8, 16, 32}},
                                             {"hidden.dropout", {0, 20, 50}}};
};

/// A network 2 - units - 1 with ReLU, trained by gradient descent on the logistic loss.
class RingChild {
 public:
  RingChild(std::int64_t units, double dropout, base::Generator random)
      : units_(static_cast<std::size_t>(units)), dropout_(dropout), random_(random) {
    for (Unit& unit : units_) {
      unit = {random_.Normal(), random_.Normal(), random_.Normal(), random_.Normal()};
    }
  }

  void TrainOn(int num_points) {
    for (int i = 0; i < num_points; ++i) Step(DrawPoint());
  }

  double Accuracy(int num_points) {
    int correct = 0;
    for (int i = 0; i < num_points; ++i) {
      const Point point = DrawPoint();
      correct += (Logit(point) > 0) == point.inside;
    }
    return static_cast<double>(correct) / num_points;
  }

 private:
  struct Point {
    double x, y;
    bool inside;
  };
  struct Unit {
    double wx, wy, bias, out;
    bool dropped = false;
    double Value(const Point& p) const { return std::max(0.0, wx * p.x + wy * p.y + bias); }
  };

  Point DrawPoint() {
    const double x = 2 * random_.Uniform() - 1;
    const double y = 2 * random_.Uniform() - 1;
    return {x, y, std::abs(std::hypot(x, y) - 0.6) < 0.25};
  }

  double Logit(const Point& point) const {
    double logit = bias_;
    for (const Unit& unit : units_) {
      if (!unit.dropped) logit += unit.out * unit.Value(point);
    }
    return logit;
  }

  void Step(const Point& point) {
    constexpr double kLearningRate = 0.02;
    for (Unit& unit : units_) unit.dropped = random_.Uniform() < dropout_;
    const double error = 1 / (1 + std::exp(-Logit(point))) - point.inside;
    bias_ -= kLearningRate * error;
    for (Unit& unit : units_) {
      const double value = unit.Value(point);
      if (!unit.dropped && value > 0) {
        const double step = kLearningRate * error * unit.out;
        unit.out -= kLearningRate * error * value;
        unit.wx -= step * point.x;
        unit.wy -= step * point.y;
        unit.bias -= step;
      }
      unit.dropped = false;
    }
  }

  std::vector<Unit> units_;
  double bias_ = 0;
  double dropout_;
  base::Generator random_;
};

class RingEvaluator : public study::Evaluator {
 public:
  explicit RingEvaluator(const RingSpace& space) : space_(space) {}

  /// The same job must give the same reward, so the trial's number is the seed.
  study::Evaluation Evaluate(const study::Job& job, const std::stop_token&) override {
    const base::RandomStreams streams(static_cast<std::uint64_t>(job.trial));
    const double dropout = static_cast<double>(space_.DropoutPercent(job.genome)) / 100;
    RingChild child(space_.Units(job.genome), dropout, streams.For("ring child"));
    child.TrainOn(20'000);
    study::Evaluation evaluation;
    evaluation.reward = child.Accuracy(2'000);
    return evaluation;
  }

 private:
  const RingSpace& space_;
};

}  // namespace

int main() {
  const RingSpace space;
  const auto strategy = strategy::MakeStrategy("reinforce", space.decisions(), {}, /*seed=*/1);
  store::MemoryStore store;
  const auto result = search::RunSearch(
      {.name = "ring", .space_signature = space.Signature(), .decisions = space.decisions()}, space,
      /*input=*/{.width = 2}, /*num_classes=*/2, *strategy, store,
      [&] { return std::make_unique<RingEvaluator>(space); }, {.num_trials = 40, .num_workers = 2},
      /*stop=*/{});
  if (!result.best) return 1;  // no trial was completed
  std::printf("best of %zu trials: %s, accuracy %.3f\n", result.trials.size(),
              result.best->network.c_str(), result.best->evaluation.reward);
}
