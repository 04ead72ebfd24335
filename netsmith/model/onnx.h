#pragma once

#include <string>

#include "netsmith/model/model.h"

namespace netsmith::model {

struct OnnxOptions {
  bool logits = false;       // the output is the network's own, without softmax
  std::string version = "";  // of the program, for the record
};

/// The model as an ONNX file's bytes, opset 13: preprocessing inside, batch norms folded, any
/// number of samples at once. docs/models.md describes its input and output.
///
///   input          [batch][height][width][channels], values as they lie in the user's files
///   probabilities  [batch][classes]; `logits` instead when asked for
///
/// Metadata: "class_names", a JSON array; "training", the model's training_json.
/// Errors   as Check; InvalidArgument: larger than ONNX can hold.
std::string ToOnnx(const Model& model, const OnnxOptions& options = {});

}  // namespace netsmith::model
