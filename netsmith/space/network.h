#pragma once

#include <string>

#include "netsmith/graph/graph.h"
#include "netsmith/space/hyperparameters.h"

namespace netsmith::space {

/// A network as the command line names it, for samples of shape `input` and `num_classes` classes:
///
///   5,32,2,0;5,64,2,3     the classic text (catalog/post_text.h)
///   post:3,4,1,0,…        a space and a genome: one option index per decision
///   space.toml:3,4,1,0,…  likewise, of a space file
///   @graph.json           a file with a graph in JSON (graph::FromJson)
///
/// Errors   ConfigError with the column for texts, with the file for files that cannot be read or
///          hold no graph; InvalidArgument for a genome that does not fit its space, or a graph
///          that fits neither its own shapes nor the samples and classes.
graph::Graph ParseNetwork(const std::string& text, graph::SampleShape input, int num_classes);

/// What such a name decides about the network's training: something for a genome of a space that
/// decides it, as "conv2d+weight_decay:…"; nothing for the others.
/// Errors   as ParseNetwork for the name of a space and its genome.
Hyperparameters ParseTraining(const std::string& text);

/// The graph in a JSON file, valid in itself (graph::Analyze).
graph::Graph ReadGraphFile(const std::string& path);

}  // namespace netsmith::space
