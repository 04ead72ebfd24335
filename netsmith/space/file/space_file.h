#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/space/file/expression.h"

/// A space file as it is written (docs/spaces.md), before blocks are repeated.
namespace netsmith::space {

inline constexpr std::size_t kMaxOptions = 1000;  // of a decision

struct FileDecision {
  std::string name;
  Place place;
  std::vector<Value> options;  // of one kind; numbers ascending
  std::optional<Expression> when;

  ValueKind kind() const { return KindOf(options.front()); }
};

struct FileInput {
  std::string name;  // of an earlier node, or "in"
  Place place;
};

/// An operation, or a block that stands in its place.
struct FileNode {
  Place place;
  std::string name;  // the operation's or block's, unless the file gives one
  std::optional<Expression> op;
  std::optional<std::string> block;
  std::optional<Expression> repeat;  // of a block; without it, it stands there once
  std::optional<Expression> when;
  std::vector<FileInput> inputs;                              // empty: the node before
  std::map<std::string, std::vector<Expression>> attributes;  // one value, or two: height, width
};

struct FileBlock {
  std::string name;
  Place place;
  std::vector<FileDecision> decisions;
  std::vector<FileNode> nodes;
};

struct SpaceFile {
  std::string path;
  std::string hash;  // of the content without comments and spacing
  std::string description;
  FileBlock network;  // the file's own decisions, and what the network is
  std::map<std::string, FileBlock> blocks;
  std::vector<Expression> require;
  std::map<std::string, Expression> training;  // by hyperparameter
};

/// Reads what stands there; what it means together is checked by ExpandedSpace (expanded_space.h).
/// Errors   ConfigError with file, line and column: no TOML, unknown keys, wrong types, malformed
///          formulas, decisions with fewer than 2 or more than kMaxOptions options.
SpaceFile ParseSpaceFile(std::string_view content, const std::string& path);
/// Errors   ConfigError also for a file that cannot be read.
SpaceFile ReadSpaceFile(const std::string& path);

}  // namespace netsmith::space
