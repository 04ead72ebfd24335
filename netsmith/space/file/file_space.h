#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/graph/graph.h"
#include "netsmith/space/file/expanded_file.h"
#include "netsmith/space/file/space_file.h"
#include "netsmith/space/search_space.h"

namespace netsmith::space {

/// A space that a TOML file describes (docs/spaces.md). Its name is the file's path.
class FileSpace : public SearchSpace {
 public:
  /// Errors   as ExpandedFile.
  explicit FileSpace(SpaceFile file);

  const std::string& name() const override { return file_->path; }
  std::string Signature() const override;
  const std::vector<Decision>& decisions() const override { return expanded_.decisions(); }
  /// Errors   InvalidArgument with the place in the file for a genome that breaks a requirement, or
  ///          whose network has no valid graph.
  graph::Graph Build(std::span<const int> genome, graph::SampleShape input,
                     int num_classes) const override;
  std::string NetworkText(std::span<const int> genome) const override;
  std::string OptionText(std::size_t decision, int option) const override;
  Hyperparameters Training(std::span<const int> genome) const override;

  const std::string& description() const { return file_->description; }

 private:
  std::unique_ptr<const SpaceFile> file_;
  ExpandedFile expanded_;
};

/// True for a name that is the path of a space file: it ends in ".toml".
bool IsSpaceFile(const std::string& name);

}  // namespace netsmith::space
