#pragma once

#include <vector>

#include "netsmith/engine/op.h"
#include "netsmith/engine/timeline.h"

/// Internal to the engine: what can be fetched ahead.
namespace netsmith::engine {

/// Tensors of the whole mini-batch that other phases have left and a phase reads on its way there
/// and back, about in the order of reading. A last phase goes back at once and finds all in the
/// cache.
struct PhaseReads {
  std::vector<TensorPlace> forward = {};
  std::vector<TensorPlace> backward = {};
};

/// `needs` and `places` of all ops.
PhaseReads ReadsOf(const Phase& phase, const std::vector<OpNeeds>& needs,
                   const std::vector<OpPlaces>& places);

}  // namespace netsmith::engine
