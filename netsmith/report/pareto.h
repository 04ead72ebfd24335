#pragma once

#include <span>
#include <string>
#include <vector>

#include "netsmith/study/objective.h"
#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"

/// What a study of several objectives found.
namespace netsmith::report {

struct ParetoFront {
  std::vector<study::Objective> objectives;
  std::vector<study::Trial> trials =
      {};  // complete, none dominated, each network once; best accuracy first
  std::vector<double> reference = {};  // by objective: accuracy 0, and the highest cost that counts
  /// The share of the box from the ideal (accuracy 1, no cost) to the reference that is dominated.
  double hypervolume = 0;
};

/// The reference's costs are the study's limits; where it has none, the highest of its complete
/// trials, so that hypervolumes of different studies can be compared under limits alone.
ParetoFront FrontOf(const study::StudySpec& spec, std::span<const study::Trial> trials);

/// The same of any trials, a random search's, say.
/// Source   Zitzler & Thiele 1998 (PPSN V); computed slice by slice: While et al. 2006 (IEEE TEVC
/// 10) Cost     O(n^d) for n trials of the front and d objectives; d is at most 4
double Hypervolume(std::span<const study::Objective> objectives, std::span<const double> reference,
                   std::span<const study::Trial> trials);

/// A table of the front, and a line about the hypervolume.
std::string FrontText(const ParetoFront& front);

}  // namespace netsmith::report
