#include "netsmith/space/file/file_space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/space/file/node_ops.h"
#include "netsmith/space/network_builder.h"

namespace netsmith::space {
namespace {

/// Makes the network of one genome.
class FileNetwork {
 public:
  FileNetwork(const ExpandedFile& expanded, std::span<const int> genome, graph::SampleShape input,
              int num_classes)
      : expanded_(expanded),
        values_(expanded, genome),
        num_classes_(num_classes),
        network_(input) {}

  graph::Graph Run() && {
    network_.Output(AddFrame(0, 0), num_classes_);
    return std::move(network_).Take();
  }

 private:
  /// Adds what a frame holds behind node `in`; returns its last node.
  int AddFrame(int number, int in) {
    const Frame& frame = expanded_.frames()[static_cast<std::size_t>(number)];
    std::map<std::string, int> outputs = {{"in", in}};
    int last = in;
    for (std::size_t i = 0; i < frame.block->nodes.size(); ++i) {
      const FileNode& node = frame.block->nodes[i];
      std::vector<int> sources;
      for (const FileInput& source : node.inputs) sources.push_back(outputs.at(source.name));
      if (sources.empty()) sources.push_back(last);
      last = AddNode(number, node, frame.uses[i], std::move(sources));
      outputs[node.name] = last;
    }
    return last;
  }

  int AddNode(int frame, const FileNode& node, const std::vector<int>& uses,
              std::vector<int> sources) {
    int last = sources.front();
    if (node.when && !std::get<bool>(Evaluate(frame, *node.when, last))) return last;
    if (!node.block) return AddOperation(frame, node, std::move(sources));
    const auto count =
        node.repeat ? std::get<std::int64_t>(Evaluate(frame, *node.repeat, last)) : std::int64_t{1};
    for (std::int64_t i = 0; i < count; ++i) {
      last = AddFrame(uses[static_cast<std::size_t>(i)], last);
    }
    return last;
  }

  int AddOperation(int frame, const FileNode& node, std::vector<int> sources) {
    const int in = sources.front();
    const auto op = std::get<std::string>(Evaluate(frame, *node.op, in));
    std::map<std::string, std::vector<Value>> values;
    for (const NodeKey& key : *KeysOf(op)) {
      const auto given = node.attributes.find(key.name);
      if (given == node.attributes.end()) continue;
      for (const Expression& formula : given->second) {
        values[key.name].push_back(Evaluate(frame, formula, in));
      }
    }
    const std::string& prefix = expanded_.frames()[static_cast<std::size_t>(frame)].prefix;
    try {
      return space::AddNode(network_, op, std::move(sources), values, Unique(prefix + node.name));
    } catch (const base::InvalidArgument& invalid) {
      throw base::InvalidArgument(fmt::format("{}: {}", node.place.ToString(), invalid.what()));
    }
  }

  Value Evaluate(int frame, const Expression& formula, int in) const {
    return formula.Evaluate([&](const std::string& name) -> Value {
      if (name == "in.height") return network_.shape(in).height;
      if (name == "in.width") return network_.shape(in).width;
      if (name == "in.channels") return network_.shape(in).channels;
      if (name == "classes") return std::int64_t{num_classes_};
      return values_.Of(frame, name);
    });
  }

  /// Nodes of one name are numbered from the second on.
  std::string Unique(const std::string& name) {
    std::string unique = name;
    int& number = last_number_[name];
    while (!names_.insert(unique).second) {
      number = std::max(number + 1, 2);
      unique = fmt::format("{}_{}", name, number);
    }
    return unique;
  }

  const ExpandedFile& expanded_;
  ExpandedFile::Values values_;
  int num_classes_;
  NetworkBuilder network_;
  std::set<std::string> names_ = {"input", "output", "output.flatten"};
  std::map<std::string, int> last_number_;
};

}  // namespace

FileSpace::FileSpace(SpaceFile file)
    : file_(std::make_unique<const SpaceFile>(std::move(file))), expanded_(*file_) {}

/// What the options mean is in the hash; their order is the genome's.
std::string FileSpace::Signature() const {
  std::string signature = fmt::format("file {}", file_->hash);
  for (const Decision& decision : decisions()) {
    signature += fmt::format(" {}={}", decision.name, fmt::join(decision.options, ","));
  }
  return signature;
}

graph::Graph FileSpace::Build(std::span<const int> genome, graph::SampleShape input,
                              int num_classes) const {
  CheckGenome(decisions(), genome);
  const ExpandedFile::Values values(expanded_, genome);
  for (const Expression& condition : file_->require) {
    if (values.Holds(0, condition)) continue;
    throw base::InvalidArgument(fmt::format("{}: '{}' is required and does not hold",
                                            condition.place().ToString(), condition.text()));
  }
  return FileNetwork(expanded_, genome, input, num_classes).Run();
}

std::string FileSpace::NetworkText(std::span<const int> genome) const {
  CheckGenome(decisions(), genome);
  return fmt::format("{}:{}", name(), fmt::join(genome, ","));
}

std::string FileSpace::OptionText(std::size_t decision, int option) const {
  return ToString(expanded_.source(decision).options.at(static_cast<std::size_t>(option)));
}

Hyperparameters FileSpace::Training(std::span<const int> genome) const {
  CheckGenome(decisions(), genome);
  const ExpandedFile::Values values(expanded_, genome);
  Hyperparameters training;
  for (const auto& [name, formula] : file_->training) {
    const Value value =
        formula.Evaluate([&](const std::string& each) { return values.Of(0, each); });
    const auto* whole = std::get_if<std::int64_t>(&value);
    try {
      SetHyperparameter(training, name,
                        whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value));
    } catch (const base::InvalidArgument& invalid) {
      throw base::InvalidArgument(
          fmt::format("{}: {}", formula.place().ToString(), invalid.what()));
    }
  }
  return training;
}

bool IsSpaceFile(const std::string& name) { return name.ends_with(".toml"); }

}  // namespace netsmith::space
