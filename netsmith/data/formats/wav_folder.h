#pragma once

#include "netsmith/data/formats/format.h"

namespace netsmith::data {

/// Folders of WAV files, one a class (class_folders.h). Of each sound the middle
/// options.window_seconds count; shorter ones are centred in silence. All have one sample rate.
/// Samples are the waveform, a signal, or with options.log_mel bands by frames (log_mel.h).
Format WavFolderFormat();

}  // namespace netsmith::data
