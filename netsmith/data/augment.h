#pragma once

#include <span>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/tensor/tensor.h"

namespace netsmith::data {

/// What may be done to a training sample. Strengths and what they mean:
///
///   images    shift       moved by up to this share of height and width
///             rotate      turned by up to so many degrees
///             zoom        enlarged or shrunk by up to this share
///             flip        mirrored left to right with this probability
///             cutout      a square of this share of the shorter side takes the channel's mean
///   signals   jitter      noise of this share of the channel's standard deviation
///             gain        multiplied by 1 plus or minus up to this share
///             time-shift  moved by up to this share of the length; the ends repeat
///             crop        a window shorter by up to this share, stretched to the whole length
///
/// Images are samples with a height above 1, signals those of height 1. What is moved in from
/// outside an image is 0. Source   shift, rotate, zoom: Simard et al. 2003 (ICDAR); cutout: DeVries
/// & Taylor 2017,
///          arXiv:1708.04552; jitter, gain: Um et al. 2017, arXiv:1706.00527; crop: Le Guennec et
///          al. 2016, window slicing and warping
struct AugmentStep {
  std::string name;
  double strength = 0;
  bool operator==(const AugmentStep&) const = default;
};

/// "none", "shift:0.1,rotate:10", "image" (shift, rotate, zoom and cutout), "signal" (all four),
/// "auto" (the one of these two that the shape is), "image,flip": steps and presets between commas.
/// Without a number a step has its usual strength; a step given twice has its last. All strengths
/// are multiplied by `strength`, up to the highest that each may have. Errors   InvalidArgument: an
/// unknown name, a number out of range, a step for images on a signal or
///          the other way round.
std::vector<AugmentStep> ParseAugment(const std::string& text, tensor::SampleShape shape,
                                      double strength = 1);
/// The same errors as far as they do not depend on the shape.
void CheckAugment(const std::string& text);

/// Changes samples of one shape in place. Immutable: any number of threads may use it.
class Augmenter {
 public:
  Augmenter(std::vector<AugmentStep> steps, tensor::SampleShape shape);

  bool empty() const { return steps_.empty(); }
  /// `scratch` is resized as needed and has no meaning afterwards. The generator decides
  /// everything.
  void Apply(std::span<float> sample, base::Generator generator, std::vector<float>& scratch) const;

 private:
  double Strength(const char* name) const;  // 0 where it is no step
  void ApplyToImage(std::span<float> sample, base::Generator& generator,
                    std::vector<float>& scratch) const;
  void ApplyToSignal(std::span<float> sample, base::Generator& generator,
                     std::vector<float>& scratch) const;

  std::vector<AugmentStep> steps_;
  tensor::SampleShape shape_;
};

}  // namespace netsmith::data
