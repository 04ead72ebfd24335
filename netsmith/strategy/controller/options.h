#pragma once

#include <string>
#include <vector>

namespace netsmith::strategy::controller {

/// Everything about the controller that decides what it proposes. The classic's names are kept;
/// its max_layers is implied by the decisions.
struct ReinforceOptions {
  // "sequence": softmaxes that read the choices before; "independent": that read nothing; "state":
  // the classic
  std::string policy = "sequence";
  std::string cell = "nas";        // "nas", "lstm", "gru", "rnn"
  std::string optimizer = "adam";  // "adam", or "rmsprop" with 0.96 decay every 500 updates
  double learning_rate = 0.02;     // in (0, 10]
  double exploration = 0.1;        // probability that an action is uniform at random, [0, 1]
  double discount_factor = 1.0;    // in (0, 1]; 1 is unbiased, the classic names 0.99
  double reg_param = 3e-5;         // weight of Σw² in the loss, >= 0
  double entropy_weight = 5e-4;    // weight of the entropy bonus (not for state), >= 0
  double baseline_decay = 0.9;     // of the moving average of rewards, [0, 1)
  double initial_range = 0.08;     // weights start uniform in ± this, > 0
  int ppo_steps = 1;               // of the optimizer for each generation, 1 to 1000; 1: plain
  double ppo_clip = 0.2;           // with several: how far the likelihood may move, above 0

  // Policy `sequence`
  int units = 64;      // of the cell, 1 to 4096
  int embedding = 16;  // length of the vector that stands for a chosen option, 1 to 4096

  // Policy `state`; its cell has one unit per decision
  double division_rate = 100.0;                       // output · this = mean of the action, > 0
  double sigma = 10.0;                                // of the action, in values of options, > 0
  std::vector<double> first_state = {10, 128, 1, 1};  // repeated to the number of decisions
  std::string controller_input = "state";             // "state"; "ones" feeds ones instead
};

}  // namespace netsmith::strategy::controller
