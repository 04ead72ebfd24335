#pragma once

#include "netsmith/data/formats/format.h"

namespace netsmith::data {

/// NumPy arrays: an .npz file, or a folder of .npy files, with x_train and y_train and, perhaps,
/// x_test and y_test; or x and y. Names may begin with a capital letter.
///
/// x [N][W]           signals                     unsigned bytes are divided by 255, as images are;
///   [N][W][C]        signals of C channels       all else is standardised
///   [N][H][W]        grey images, of unsigned bytes
///   [N][H][W][C]     images
/// y [N] or [N][1]    whole numbers, or texts
Format NumpyFormat();

}  // namespace netsmith::data
