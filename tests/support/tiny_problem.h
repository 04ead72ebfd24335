#pragma once

#include "netsmith/data/dataset.h"
#include "netsmith/space/file/file_space.h"

namespace netsmith::testing {

/// Samples and classes of the TinySpace: which half of a signal is bright? 150 records to train on,
/// 50 to validate, and a test set whose labels are all wrong: what is learnt fails there.
data::Problem MakeTinyProblem();

/// A space for them whose second decision is the learning rate.
space::FileSpace MakeTunedSpace();

}  // namespace netsmith::testing
