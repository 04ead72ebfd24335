#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netsmith/space/search_space.h"

namespace netsmith::strategy::surrogate {

/// What kernels compare: a genome, and how often each option of each kind of decision occurs in it.
/// Decisions are of one kind when their names differ in digits only (layer1.kernel, layer2.kernel);
/// those with more than 64 options are not counted.
struct Point {
  space::Genome genome;
  std::vector<std::int16_t> counts;
};

/// Makes points of the genomes of one space.
class PointMaker {
 public:
  explicit PointMaker(const std::vector<space::Decision>& decisions);
  Point operator()(space::Genome genome) const;

 private:
  std::vector<std::vector<int>>
      slots_;  // of each decision's options, in Point::counts; empty: not counted
  int num_slots_ = 0;
};

struct KernelOptions {
  double hamming_weight = 0.5;
  double hamming_decay = 0.4;  // of the covariance's logarithm, for each decision that differs
  double count_weight = 0.5;
  double count_decay = 0.5;  // for each option that one has and the other has not
  double order_share = 0;    // of hamming_decay that grows with how far apart the options stand
};

/// Covariance of two genomes, from 0 to hamming_weight + count_weight:
///
///   k(a, b) = hamming_weight · Π_d e^(-decay · δ_d) + count_weight · e^(-count_decay · s)
///   decay   = hamming_decay · min(1, 6 / D)
///   δ_d = (1 - order_share)·[a_d ≠ b_d] + order_share·|a_d - b_d| / (options of d - 1)
///
/// with D the number of decisions that have a choice, so that two genomes drawn at random are as
/// close in a large space as in one of six decisions, else a trial would say nothing of all others;
/// and s the number of options, kind by kind, that would have to be exchanged for equal counts.
/// Positive definite: each factor is an exponential of a distance that embeds in L1.
class Kernel {
 public:
  Kernel(const std::vector<space::Decision>& decisions, const KernelOptions& options);

  double variance() const { return options_.hamming_weight + options_.count_weight; }
  double operator()(const Point& a, const Point& b) const;

 private:
  KernelOptions options_;
  std::vector<std::vector<double>> factors_;  // by decision and distance of options
  std::vector<double> by_exchanges_;          // e^(-count_decay · s), times its weight
};

}  // namespace netsmith::strategy::surrogate
