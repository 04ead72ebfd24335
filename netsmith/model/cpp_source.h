#pragma once

#include <string>

#include "netsmith/model/model.h"

namespace netsmith::model {

struct CppOptions {
  bool logits = false;          // the output is the network's own, without softmax
  std::string name_space = "";  // empty: everything is global
};

/// The content of model.h and model.cc.
struct CppSource {
  std::string header;
  std::string source;
};

/// The model as C++11 that needs nothing but <cmath>: weights and buffers are arrays, nothing is
/// allocated, and one function does it all, for one sample [height][width][channels] with the
/// values that the user's files have:
///
///   void Predict(const float* input, float* output);
///
/// Errors   as Check; InvalidArgument: the namespace is no identifier, or a keyword.
CppSource ToCpp(const Model& model, const CppOptions& options = {});

}  // namespace netsmith::model
