#include "netsmith/engine/phase_reads.h"

#include <algorithm>

namespace netsmith::engine {
namespace {

bool Has(const std::vector<TensorPlace>& places, const TensorPlace& place) {
  return std::any_of(places.begin(), places.end(),
                     [&](const TensorPlace& other) { return other.offset == place.offset; });
}

/// Adds a tensor of the whole mini-batch that the phase has not `made` itself.
void Add(const TensorPlace& place, const std::vector<TensorPlace>& made,
         std::vector<TensorPlace>& reads) {
  if (place.whole_batch && !Has(made, place) && !Has(reads, place)) reads.push_back(place);
}

std::vector<TensorPlace> ForwardReads(const Phase& phase, const std::vector<OpPlaces>& places) {
  std::vector<TensorPlace> made, reads;
  for (int i = phase.first; i < phase.end; ++i) {
    for (const TensorPlace& src : places[i].srcs) Add(src, made, reads);
    made.insert(made.end(), places[i].dsts.begin(), places[i].dsts.end());
  }
  return reads;
}

}  // namespace

PhaseReads ReadsOf(const Phase& phase, const std::vector<OpNeeds>& needs,
                   const std::vector<OpPlaces>& places) {
  PhaseReads reads = {.forward = ForwardReads(phase, places)};
  if (phase.end == std::ssize(needs)) return reads;
  for (int i = phase.first; i < phase.end; ++i) {
    if (needs[i].remakes) Add(places[i].src(), {}, reads.backward);
  }
  std::vector<TensorPlace> made;
  for (int i = phase.end - 1; i >= phase.first; --i) {
    for (std::size_t k = 0; k < places[i].dsts.size(); ++k) {
      Add(places[i].diff_dsts[k], made, reads.backward);
      if (needs[i].dsts[k].in_backward) Add(places[i].dsts[k], {}, reads.backward);
    }
    for (std::size_t k = 0; k < places[i].srcs.size(); ++k) {
      if (needs[i].srcs[k].in_backward) Add(places[i].srcs[k], {}, reads.backward);
      made.push_back(places[i].diff_srcs[k]);
    }
  }
  return reads;
}

}  // namespace netsmith::engine
