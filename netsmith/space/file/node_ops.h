#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "netsmith/graph/graph.h"
#include "netsmith/space/file/expression.h"
#include "netsmith/space/network_builder.h"

/// The operations of space files. Names and keys are those of graphs in JSON (docs/cli.md).
namespace netsmith::space {

struct NodeKey {
  const char* name;
  ValueKind kind;
  bool required = false;
  bool pair = false;  // may be two values: height and width
};

/// Null where there is no operation of that name. "identity" hands its input on.
const std::vector<NodeKey>* KeysOf(const std::string& op);
std::vector<std::string> OpNames();

/// Appends the operation to the network.
///
/// `values` are of the keys' kinds, one or two each; keys may be missing that are not required.
/// Errors   InvalidArgument as NetworkBuilder::Add.
int AddNode(NetworkBuilder& network, const std::string& op, std::vector<int> inputs,
            const std::map<std::string, std::vector<Value>>& values, const std::string& name);

}  // namespace netsmith::space
