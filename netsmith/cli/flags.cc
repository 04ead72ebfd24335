#include "netsmith/cli/flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/graph/graph.h"
#include "netsmith/space/draw_networks.h"
#include "netsmith/space/network.h"
#include "netsmith/space/text_cursor.h"
#include "netsmith/train/metrics.h"

namespace netsmith::cli {
namespace {

constexpr std::int64_t kAnyCount = 1'000'000'000'000'000;  // as good as no limit

/// Three sizes with an x between them; false when `text` is anything else.
bool ReadSizes(std::string_view text, std::array<std::int64_t, 3>& sizes) {
  const char* position = text.data();
  const char* const end = position + text.size();
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (i > 0 && (position == end || *position++ != 'x')) return false;
    const auto [stop, error] = std::from_chars(position, end, sizes[i]);
    if (error != std::errc() || sizes[i] < 1 || sizes[i] > 1'000'000) return false;
    position = stop;
  }
  return position == end;
}

}  // namespace

graph::SampleShape ParseShape(const std::string& option, const std::string& text) {
  std::array<std::int64_t, 3> sizes{};
  if (!ReadSizes(text, sizes)) {
    throw base::ConfigError(
        fmt::format("{}: found {}, expected HEIGHTxWIDTHxCHANNELS, such as 28x28x1, each "
                    "from 1 to 1000000",
                    option, space::Quoted(text)));
  }
  return {.height = sizes[0], .width = sizes[1], .channels = sizes[2]};
}

int NumCores() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

std::vector<double> ParseNumbers(const std::string& place, const std::string& text, double lowest,
                                 double highest) {
  std::vector<double> numbers;
  std::size_t start = 0;
  while (true) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    double number = 0;
    const auto [end, error] = std::from_chars(text.data() + start, text.data() + comma, number);
    if (error != std::errc() || end != text.data() + comma || number < lowest || number > highest ||
        !(number == number)) {
      throw base::ConfigError(fmt::format(
          "{} {}, column {}: found {}, expected a number from {} to {}", place, space::Quoted(text),
          start + 1, space::Quoted(std::string_view(text).substr(start, comma - start)), lowest,
          highest));
    }
    numbers.push_back(number);
    if (comma == text.size()) return numbers;
    start = comma + 1;
  }
}

void SpaceFlags::Declare(OptionTable& options) {
  options.Group("Search space");
  options.Text("space", "NAME|FILE", &space,
               fmt::format("What networks are chosen from: {}, or a space file (docs/spaces.md); "
                           "auto takes conv1d for signals and conv2d for images",
                           fmt::join(space::SpaceNames(), ", ")));
  options.Integer("max-layers", &max_layers, {1, space::PostSpace::kMaxLayers},
                  "Space post: layers of a network");
  options.Choice(
      "ranges", &ranges, {"auto", "grid", "full"},
      "Space post: options of each decision, a few well spread ones (grid), or every whole number "
      "(full); auto takes full for --policy state");
}

void SpaceFlags::Resolve(const std::string& policy) {
  if (ranges == "auto") ranges = policy == "state" ? "full" : "grid";
  if (space != "auto") Make();  // a mistake is found before data are loaded
}

void SpaceFlags::Settle(graph::SampleShape input) {
  if (space == "auto") space = space::UsualSpace(input);
}

std::unique_ptr<space::SearchSpace> SpaceFlags::Make() const {
  return space::MakeSpace(
      space, {.max_layers = max_layers,
              .ranges = ranges == "full" ? space::PostRanges::kFull : space::PostRanges::kGrid});
}

StrategyFlags::StrategyFlags()
    : first_state(fmt::format("{}", fmt::join(options.reinforce.first_state, ","))) {}

void StrategyFlags::Declare(OptionTable& table) {
  auto& controller = options.reinforce;
  table.Group("Strategy");
  table.Choice("strategy", &strategy, strategy::StrategyNames(), "What proposes networks");
  table.Choice(
      "policy", &policy, {"auto", "sequence", "independent", "state"},
      "Controller: softmaxes that read the choices before (sequence) or nothing "
      "(independent), or the classic's Gaussian around the last action (state); auto takes "
      "independent for guided, else sequence");
  table.Choice("cell", &controller.cell, {"nas", "lstm", "gru", "rnn"}, "Controller: its cell");
  table.Integer("units", &controller.units, {1, 4096}, "Policy sequence: units of the cell");
  table.Integer("embedding", &controller.embedding, {1, 4096},
                "Policy sequence: length of the vector that stands for a chosen option");
  table.Choice("controller-optimizer", &controller.optimizer, {"adam", "rmsprop"},
               "Controller: its optimizer; rmsprop's rate decays by 0.96 every 500 updates");
  table.Real("controller-learning-rate", &controller_learning_rate, {0, 10},
             "Controller: learning rate; 0 means 0.02, or 0.1 for policy independent");
  table.Real("exploration", &controller.exploration, {0, 1},
             "Controller: probability that a network is drawn uniformly");
  table.Real("discount-factor", &controller.discount_factor, {0, 1, true},
             "Controller: discount of the reward from the last decision back to the first");
  table.Real("reg-param", &controller.reg_param, {0, 1e6},
             "Controller: weight of the sum of squared weights in the loss");
  table.Real("entropy-weight", &controller.entropy_weight, {0, 1e6},
             "Policies sequence and independent: weight of the entropy bonus");
  table.Real("baseline-decay", &controller.baseline_decay, {0, 0.999999},
             "Controller: decay of the moving average of rewards");
  table.Real("initial-range", &controller.initial_range, {0, 1e6, true},
             "Controller: weights start uniform between plus and minus this");
  table.Integer("ppo-steps", &controller.ppo_steps, {1, 1000},
                "Controller: steps of the optimizer for each batch; with several, PPO's clipping "
                "holds");
  table.Real("ppo-clip", &controller.ppo_clip, {0, 1000, true},
             "Controller: how far PPO lets a likelihood move, as a share of it");
  table.Real("division-rate", &controller.division_rate, {0, 1e6, true},
             "Policy state: the cell's output times this is the mean of the next action");
  table.Real("sigma", &controller.sigma, {0, 1e6, true},
             "Policy state: standard deviation of the action, in values of options");
  table.Text("first-state", "LIST", &first_state,
             "Policy state: numbers that the first action follows, repeated for every layer");
  table.Choice("controller-input", &controller.controller_input, {"state", "ones"},
               "Policy state: what the cell reads, the last action or ones");
  auto& guided = options.guided;
  table.Integer("warm-up", &guided.warm_up, {1, 1'000'000},
                "Guided and gp: networks tried before the surrogate has a say");
  table.Integer("proposals", &guided.proposals, {1, 100'000},
                "Guided: the controller's proposals for each network asked");
  table.Real("guided-entropy-weight", &guided_entropy_weight, {0, 1e6},
             "Guided: weight of the entropy bonus, in place of --entropy-weight");
  table.Integer("pool", &guided.pool, {1, 100'000}, "Guided: proposals kept for later");
  table.Real("optimism", &guided.optimism, {0, 1000},
             "Guided and gp: standard deviations added to what a surrogate expects");
  table.Integer("population", &options.evolution.population, {1, 100'000},
                "Evolution: members alive");
  table.Integer("sample", &options.evolution.sample, {1, 100'000},
                "Evolution: members of which the best becomes a parent");
}

void StrategyFlags::Resolve() {
  auto& controller = options.reinforce;
  controller.first_state = ParseNumbers("--first-state", first_state, -1e6, 1e6);
  controller.policy = policy;
  if (policy == "auto") controller.policy = strategy == "guided" ? "independent" : "sequence";
  controller.learning_rate = controller_learning_rate;
  if (controller.learning_rate == 0) {
    controller.learning_rate = controller.policy == "independent" ? 0.1 : 0.02;
  }
  options.guided.controller = controller;
  options.guided.controller.entropy_weight = guided_entropy_weight;
  options.gp.warm_up = options.guided.warm_up;
  options.gp.optimism = options.guided.optimism;
}

void ChildFlags::Declare(OptionTable& options) {
  options.Group("Children");
  options.Integer("child-epochs", &epochs, {0, 100'000},
                  "Epochs a child is trained; 0 means one, or as many as it takes to see "
                  "--child-samples samples in all");
  options.Integer("child-samples", &samples, {0, kAnyCount},
                  "Training samples an epoch of a child sees; 0 means all");
  options.Integer(
      "child-folds", &folds, {0, 1000},
      "Train a child so many times, each time validated on another part of the samples; "
      "1 means on one split, 0 chooses 5 where that has fewer than 200 samples to "
      "validate");
  options.Integer("child-mb", &mb, {1, 1'000'000}, "Samples a training step of a child");
  options.Real("learning-rate", &learning_rate, {0, 10, true},
               "Learning rate of a child, the highest of its schedule");
  recipe.Declare(options, "child-");
  options.Integer(
      "max-macs", &max_macs, {-1, kAnyCount},
      "Propose networks of at most so many multiply-adds a sample; 0 means no limit, -1 "
      "40,000,000 divided by the folds, or more if that is less than half of the space");
  options.Integer("max-params", &max_params, {0, kAnyCount},
                  "Propose networks of at most so many parameters; 0 means no limit");
  options.Integer("max-memory", &max_memory_mib, {0, 1'000'000'000},
                  "Refuse networks whose training needs more MiB; 0 means no limit");
  options.Integer(
      "max-latency", &max_latency, {0, kAnyCount},
      "Refuse networks that take more microseconds for an answer on one thread; 0 means "
      "no limit; needs --nondeterministic");
  options.Flag("measure-latency", &measure_latency,
               "Keep with each trial how long its network takes for an answer");
  options.Choice("reward", &reward, train::MetricNames(),
                 "What is measured: the share of correct samples, its mean over the classes, or "
                 "the mean of their F1");
  options.Choice("reward-split", &reward_split, {"validation", "test"},
                 "Samples that the reward is measured on; test repeats the original procedure and "
                 "spoils every later test accuracy");
}

namespace {

/// 40 million, by which 4,000 samples and their gradients are half a tera of multiply-adds: ten
/// seconds at 50 G a second. But half of the space's networks are allowed at least, whatever they
/// cost.
std::int64_t UsualMaxMacs(const space::SearchSpace& space, const data::Problem& problem,
                          int folds) {
  constexpr std::int64_t kUsual = 40'000'000, kStep = 100'000;
  constexpr int kDrawn = 33;
  base::Generator generator = base::RandomStreams(0).For("max-macs", 0);
  std::vector<std::int64_t> macs;
  for (const graph::Graph& network :
       space::DrawNetworks(space, problem.development().shape(),
                           problem.development().num_classes(), kDrawn, generator)) {
    macs.push_back(graph::TotalCosts(network).macs);
  }
  std::ranges::sort(macs);
  const std::int64_t median = macs.empty() ? 0 : macs[macs.size() / 2];
  return (std::max(kUsual / folds, median) + kStep - 1) / kStep * kStep;
}

}  // namespace

void ChildFlags::Settle(const data::Problem& problem, const space::SearchSpace& space) {
  if (folds == 0) folds = RewardIsTest() ? 1 : UsualFolds(problem);
  if (epochs == 0) {
    const std::int64_t seen = TrainingSamples(problem);
    epochs = static_cast<int>(std::max<std::int64_t>(1, (samples + seen - 1) / seen));
  }
  if (max_macs < 0) max_macs = UsualMaxMacs(space, problem, folds);
}

std::int64_t ChildFlags::TrainingSamples(const data::Problem& problem) const {
  if (folds <= 1) return std::ssize(problem.train());
  const std::int64_t records = problem.development().size();
  return std::max<std::int64_t>(1, records - records / folds);
}

void NetworkFlags::Declare(OptionTable& options) {
  options.Group("Network");
  options.Text("network", "NET", &network,
               "The network: k,f,p,d;… (kernel, filters, pool, dropout percent of each layer), "
               "SPACE:genome or @graph.json");
  options.Text("input", "HxWxC", &input, "Shape of a sample [28x28x1, or the graph file's own]");
  options.Integer("classes", &classes, {0, 1'000'000},
                  "Number of classes; 0 means 10, or the graph file's own");
}

graph::Graph NetworkFlags::Parse() const {
  if (network.empty()) throw base::ConfigError("--network: not given, expected a network");
  const bool own = network.starts_with('@');
  if (own && input.empty() && classes == 0) return space::ReadGraphFile(network.substr(1));
  return space::ParseNetwork(network, ParseShape("--input", input.empty() ? "28x28x1" : input),
                             classes == 0 ? 10 : classes);
}

int UsualFolds(const data::Problem& problem) {
  constexpr std::int64_t kEnoughToValidate = 200, kFolds = 5;
  const std::set<std::int64_t> groups(problem.groups().begin(), problem.groups().end());
  const std::int64_t units = groups.empty() ? problem.development().size() : std::ssize(groups);
  if (std::ssize(problem.validation()) >= kEnoughToValidate || units < 2) return 1;
  return static_cast<int>(std::min(kFolds, units));
}

void TrainingFlags::Declare(OptionTable& options) {
  options.Group("Training");
  options.Integer("epochs", &epochs, {0, 100'000},
                  "Epochs of a full training; 0 means 10, or as many as it takes to see 40,000 "
                  "samples, at most 1,000");
  options.Integer("mb", &mb, {1, 1'000'000}, "Samples a training step");
  recipe.Declare(options, "");
  options.Integer("seeds", &seeds, {1, 10'000},
                  "Trainings of each network, with the seeds S, S+1, …, S being --seed");
  options.Integer("threads", &threads, {1, 1024}, "Cores to train on; results do not depend on it");
}

void TrainingFlags::Settle(const data::Problem& problem) {
  constexpr std::int64_t kFewest = 10, kMost = 1000, kSamples = 40'000;
  if (epochs != 0) return;
  const std::int64_t size = std::ssize(problem.train());
  epochs = static_cast<int>(std::clamp((kSamples + size - 1) / size, kFewest, kMost));
}

}  // namespace netsmith::cli
