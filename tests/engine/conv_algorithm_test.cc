#include "netsmith/engine/ops/conv_algorithm.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/engine/ops/bf16_direct_conv.h"
#include "netsmith/engine/ops/bf16_transform_conv.h"
#include "netsmith/engine/ops/direct_conv.h"
#include "netsmith/engine/ops/transform_2d_conv.h"
#include "netsmith/engine/ops/transform_conv.h"
#include "tests/engine/networks.h"

namespace netsmith::engine {
namespace {

using kernels::TileScheme;
using kernels::TileScheme2d;

struct Data {
  Layout src, dst;
  std::vector<double> src_values, weights, bias, diff_dst;
};

/// Padding as the convolution asks for, and more of it, as another reader of the tensor may.
Data MakeData(const ConvShape& shape, std::int64_t more) {
  Data data;
  const std::int64_t height = (shape.dst_height - 1) * shape.stride_h + 1;
  const std::int64_t width = (shape.dst_width - 1) * shape.stride_w + 1;
  data.src = {{height, width, shape.ic},
              shape.pad_top + more,
              shape.pad_left + more,
              (shape.kh - 1) * shape.dilation_h - shape.pad_top,
              shape.kw - 1 - shape.pad_left};
  data.dst = {{shape.dst_height, shape.dst_width, shape.oc}, more, more, 0, 0};
  base::Generator generator = base::RandomStreams(5).For("conv data");
  data.src_values = testing::RandomValues(generator, data.src.size());
  std::vector<float> zeroed(data.src_values.begin(), data.src_values.end());
  ZeroPadding(data.src, zeroed.data());
  data.src_values.assign(zeroed.begin(), zeroed.end());
  data.weights = testing::RandomValues(generator, shape.weights_size());
  data.bias = testing::RandomValues(generator, shape.oc);
  data.diff_dst = testing::RandomValues(generator, data.dst.size());
  return data;
}

/// Calls visit(source index, weight index, output index) for each multiply-add.
template <typename Visit>
void ForEachTerm(const ConvShape& s, const Data& data, Visit visit) {
  for (std::int64_t y = 0; y < s.dst_height; ++y) {
    for (std::int64_t x = 0; x < s.dst_width; ++x) {
      for (std::int64_t h = 0; h < s.kh; ++h) {
        for (std::int64_t w = 0; w < s.kw; ++w) {
          const std::int64_t src = data.src.corner(s.pad_top, s.pad_left) +
                                   (y * s.stride_h + h * s.dilation_h) * data.src.row_stride() +
                                   (x * s.stride_w + w) * s.ic;
          for (std::int64_t i = 0; i < s.ic; ++i) {
            for (std::int64_t o = 0; o < s.oc; ++o) {
              visit(src + i, ((h * s.kw + w) * s.ic + i) * s.oc + o,
                    data.dst.row(y) + x * s.oc + o);
            }
          }
        }
      }
    }
  }
}

std::vector<float> ToFloat(const std::vector<double>& values) {
  std::vector<float> result(values.begin(), values.end());
  result.resize(result.size() + 16);  // kernels may read one vector beyond the end
  return result;
}

double Largest(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

std::vector<float> Multiple(std::vector<float> values, float factor) {
  for (float& value : values) value *= factor;
  return values;
}

void ExpectNear(const std::vector<double>& expected, const std::vector<float>& found,
                double tolerance, const std::string& what) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(expected[i], found[i], tolerance) << what << ' ' << i;
  }
}

/// The error that is allowed: beside the largest sum, or the largest sum of absolute terms.
struct Tolerance {
  double of_largest = 0;
  double of_terms = 0;
};

void ExpectRight(const ConvAlgorithm& algorithm, const ConvShape& shape, const Data& data,
                 const Tolerance& tolerance, std::int64_t num_samples = 2) {
  std::vector<float> packed(algorithm.packed_size() + 16), bias(algorithm.packed_bias_size() + 16);
  std::vector<float> scratch(algorithm.scratch_size());
  const std::vector<float> src = ToFloat(data.src_values), weights = ToFloat(data.weights);
  algorithm.Pack(weights.data(), packed.data());
  algorithm.PackBias(ToFloat(data.bias).data(), bias.data());

  std::vector<double> expected(data.dst.size(), 0.0);
  for (std::int64_t y = 0; y < shape.dst_height; ++y) {
    for (std::int64_t i = 0; i < data.dst.row_floats(); ++i) {
      expected[data.dst.row(y) + i] = data.bias[i % shape.oc];
    }
  }
  std::vector<double> gradient(shape.weights_size(), 0.0);
  std::vector<double> terms(expected.size(), 0.0), gradient_terms(gradient.size(), 0.0);
  ForEachTerm(shape, data, [&](std::int64_t s, std::int64_t w, std::int64_t d) {
    expected[d] += data.src_values[s] * data.weights[w];
    gradient[w] += data.src_values[s] * data.diff_dst[d];
    terms[d] += std::abs(data.src_values[s] * data.weights[w]);
    gradient_terms[w] += std::abs(data.src_values[s] * data.diff_dst[d]);
  });
  std::vector<float> dst(data.dst.size(), 0.0f);
  algorithm.Forward(data.src, src.data(), packed.data(), bias.data(), false, data.dst, dst.data(),
                    scratch.data());
  const double rounding =
      tolerance.of_largest * Largest(expected) + tolerance.of_terms * Largest(terms);
  ExpectNear(expected, dst, rounding, "output");
  for (double& value : expected) value = std::max(value, 0.0);
  algorithm.Forward(data.src, src.data(), packed.data(), bias.data(), true, data.dst, dst.data(),
                    scratch.data());
  ExpectNear(expected, dst, rounding, "output after ReLU");

  // Each sample has its own multiple of the data, a power of two, so that no two are alike.
  const std::vector<float> diff_dst = ToFloat(data.diff_dst);
  std::vector<float> sum(algorithm.gradient_size() + 16), diff_weights(shape.weights_size() + 16);
  std::vector<float> kept(algorithm.kept_size(), std::nanf(""));
  double sum_of_multiples = 0, sum_of_sizes = 0;
  for (std::int64_t sample = 0; sample < num_samples; ++sample) {
    const float of_src = std::array{1.0f, -0.5f, 2.0f, 0.25f, -1.0f}[sample % 5];
    const float of_diff_dst = std::array{1.0f, 2.0f, -0.5f}[sample % 3];
    sum_of_multiples += of_src * of_diff_dst;
    sum_of_sizes += std::abs(of_src * of_diff_dst);
    std::ranges::fill(scratch, std::nanf(""));
    algorithm.WeightsGradient(data.src, Multiple(src, of_src).data(), data.dst,
                              Multiple(diff_dst, of_diff_dst).data(),
                              {.sum = sum.data(),
                               .kept = kept.data(),
                               .sample = sample,
                               .last = sample + 1 == num_samples},
                              scratch.data());
  }
  algorithm.Unpack(sum.data(), diff_weights.data());
  const double gradient_rounding = sum_of_sizes * (tolerance.of_largest * Largest(gradient) +
                                                   tolerance.of_terms * Largest(gradient_terms));
  for (double& value : gradient) value *= sum_of_multiples;
  ExpectNear(gradient, diff_weights, gradient_rounding, "gradient of the weights");
}

const TileScheme kSchemes[] = {
    {TileScheme::Kind::kToomCook, 4, 3}, {TileScheme::Kind::kToomCook, 4, 2},
    {TileScheme::Kind::kToomCook, 6, 5}, {TileScheme::Kind::kToomCook, 6, 4},
    {TileScheme::Kind::kToomCook, 6, 2}, {TileScheme::Kind::kToomCook, 8, 7},
    {TileScheme::Kind::kToomCook, 8, 6}, {TileScheme::Kind::kToomCook, 8, 4},
    {TileScheme::Kind::kToomCook, 8, 2}, {TileScheme::Kind::kFourier, 16, 10},
    {TileScheme::Kind::kFourier, 16, 8}, {TileScheme::Kind::kFourier, 32, 24},
    {TileScheme::Kind::kFourier, 32, 3}, {TileScheme::Kind::kFourier, 64, 50},
    {TileScheme::Kind::kFourier, 64, 31}};

/// Rounding grows with the powers of the points: up to 2^6 with 8 of them.
double ToleranceOf(const TileScheme& scheme) {
  if (scheme.fourier()) return 3e-6;
  return scheme.points == 8 ? 3e-5 : 1e-5;
}

std::vector<ConvShape> ShapesFor(std::int64_t kw) {
  return {
      {.kw = kw, .ic = 3, .oc = 5, .pad_left = kw / 2, .dst_width = 97},
      {.kw = kw, .ic = 17, .oc = 1, .pad_left = kw - 1, .dst_width = 3},
      {.kh = 3, .kw = kw, .ic = 5, .oc = 18, .pad_top = 1, .dst_height = 4, .dst_width = 13},
      {.kh = 2, .kw = kw, .ic = 2, .oc = 3, .dilation_h = 2, .dst_height = 3, .dst_width = 20},
  };
}

TEST(ConvAlgorithmTest, EverySchemeEqualsPlainLoopsOnEveryInstructionSet) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    for (const TileScheme& scheme : kSchemes) {
      for (const ConvShape& shape : ShapesFor(scheme.taps())) {
        SCOPED_TRACE(::testing::Message()
                     << hwy::TargetName(target) << ": " << scheme.points << " points, "
                     << scheme.outputs << " outputs, " << shape.ic << " to " << shape.oc);
        ExpectRight(TransformConv(shape, scheme), shape, MakeData(shape, 2), {ToleranceOf(scheme)});
        ASSERT_FALSE(HasFatalFailure());
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

/// Both directions round.
double ToleranceOf(const TileScheme2d& scheme) {
  return ToleranceOf(scheme.columns) + ToleranceOf(scheme.rows);
}

TEST(ConvAlgorithmTest, TransformsAlongRowsAndColumnsEqualPlainLoopsOnEveryInstructionSet) {
  const ConvShape shapes[] = {
      {.kh = 3, .kw = 3, .ic = 5, .oc = 18, .pad_top = 1, .dst_height = 4, .dst_width = 13},
      {.kh = 3,
       .kw = 3,
       .ic = 17,
       .oc = 1,
       .pad_top = 1,
       .pad_left = 1,
       .dst_height = 7,
       .dst_width = 1},
      {.kh = 2, .kw = 5, .ic = 2, .oc = 3, .pad_left = 2, .dst_height = 1, .dst_width = 20},
      {.kh = 5, .kw = 2, .ic = 16, .oc = 32, .pad_top = 4, .dst_height = 9, .dst_width = 6},
      {.kh = 7,
       .kw = 5,
       .ic = 1,
       .oc = 33,
       .pad_top = 3,
       .pad_left = 2,
       .dst_height = 12,
       .dst_width = 11},
      {.kh = 3,
       .kw = 3,
       .ic = 33,
       .oc = 40,
       .pad_top = 1,
       .pad_left = 1,
       .dst_height = 28,
       .dst_width = 29},
      {.kh = 3, .kw = 3, .ic = 16, .oc = 16, .pad_top = 1, .dst_height = 3, .dst_width = 700},
      {.kh = 3, .kw = 3, .ic = 3, .oc = 8, .pad_top = 1, .dst_height = 8, .dst_width = 68},
  };
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    for (const ConvShape& shape : shapes) {
      const std::vector<TileScheme2d> schemes = Transform2dConv::Schemes(shape);
      ASSERT_FALSE(schemes.empty());
      for (const TileScheme2d& scheme : schemes) {
        SCOPED_TRACE(::testing::Message()
                     << hwy::TargetName(target) << ": " << scheme.columns.points << " x "
                     << scheme.rows.points << " points, " << shape.kh << " x " << shape.kw << ", "
                     << shape.ic << " to " << shape.oc);
        ExpectRight(Transform2dConv(shape, scheme, /*group=*/5), shape, MakeData(shape, 2),
                    {ToleranceOf(scheme)}, /*num_samples=*/13);
        ASSERT_FALSE(HasFatalFailure());
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

/// bf16 has 8 significant bits: an operand is off by 2^-9 of itself at most and a product of two by
/// 2^-8, so a sum by 2^-8 of its terms' absolute values, and a little for f32.
constexpr Tolerance kBf16Direct = {.of_terms = 1.01 / 256};

/// Transforms round the points instead, whose errors the reverse one enlarges by powers of up to
/// 2^6; Fourier's are sums of many terms and all of one size.
Tolerance Bf16ToleranceOf(const TileScheme& scheme) {
  return {.of_terms = (scheme.fourier() || scheme.points == 4 ? 3.0 : 12.0) / 256};
}

TEST(ConvAlgorithmTest, Bf16EqualsPlainLoopsToItsRoundingOnEveryInstructionSet) {
  const ConvShape shapes[] = {
      {.kw = 5, .ic = 3, .oc = 5, .pad_left = 2, .dst_width = 97},
      {.kw = 3, .ic = 17, .oc = 1, .pad_left = 2, .dst_width = 3},
      {.kw = 7, .ic = 1, .oc = 33, .stride_w = 3, .pad_left = 3, .dst_width = 41},
      {.kw = 4, .ic = 5, .oc = 3, .stride_w = 2, .pad_left = 1, .dst_width = 1},
      {.ic = 19, .oc = 70, .dst_height = 5, .dst_width = 3},
      {.ic = 6, .oc = 2, .dst_height = 3, .dst_width = 7},
      {.kh = 3, .kw = 3, .ic = 5, .oc = 18, .pad_top = 1, .dst_height = 4, .dst_width = 13},
      {.kh = 3, .kw = 2, .ic = 3, .oc = 7, .stride_h = 2, .dst_height = 3, .dst_width = 6},
      {.kh = 2, .kw = 3, .ic = 2, .oc = 3, .dilation_h = 2, .dst_height = 3, .dst_width = 20},
      {.kw = 41, .ic = 30, .oc = 20, .pad_left = 20, .dst_width = 70},
  };
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    for (const ConvShape& shape : shapes) {
      for (const std::int64_t more : {0, 2}) {
        SCOPED_TRACE(::testing::Message() << hwy::TargetName(target) << ": " << shape.kh << " x "
                                          << shape.kw << ", " << shape.ic << " to " << shape.oc);
        ExpectRight(Bf16DirectConv(shape), shape, MakeData(shape, more), kBf16Direct);
        ASSERT_FALSE(HasFatalFailure());
      }
    }
    for (const TileScheme& scheme : kSchemes) {
      for (const ConvShape& shape : ShapesFor(scheme.taps())) {
        SCOPED_TRACE(::testing::Message()
                     << hwy::TargetName(target) << ": " << scheme.points << " points, "
                     << scheme.outputs << " outputs, " << shape.ic << " to " << shape.oc);
        ExpectRight(Bf16TransformConv(shape, scheme), shape, MakeData(shape, 2),
                    Bf16ToleranceOf(scheme));
        ASSERT_FALSE(HasFatalFailure());
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(ConvAlgorithmTest, PiecesOfALongKernelEqualPlainLoops) {
  for (const std::int64_t kw : {9, 17, 20, 33, 50}) {
    for (const int points : {16, 32}) {
      const TileScheme scheme = {TileScheme::Kind::kFourier, points, points / 2};
      for (const ConvShape& shape : ShapesFor(kw)) {
        SCOPED_TRACE(::testing::Message() << kw << " elements, " << points << " points");
        ExpectRight(TransformConv(shape, scheme), shape, MakeData(shape, 1), {3e-6});
        ASSERT_FALSE(HasFatalFailure());
      }
    }
  }
}

TEST(ConvAlgorithmTest, BandsOfALargeImageEqualPlainLoops) {
  const ConvShape image = {.kh = 3,
                           .kw = 3,
                           .ic = 33,
                           .oc = 40,
                           .pad_top = 1,
                           .pad_left = 1,
                           .dst_height = 40,
                           .dst_width = 41};
  ExpectRight(TransformConv(image, {TileScheme::Kind::kToomCook, 8, 6}), image, MakeData(image, 0),
              {3e-5});
  const ConvShape signal = {.kw = 12, .ic = 24, .oc = 20, .pad_left = 5, .dst_width = 4000};
  ExpectRight(TransformConv(signal, {TileScheme::Kind::kFourier, 32, 21}), signal,
              MakeData(signal, 0), {3e-6});
}

TEST(ConvAlgorithmTest, TransformsLongKernelsAndLeavesPointwiseOnesDirect) {
  const auto transforms = [](const ConvShape& shape) {
    return dynamic_cast<TransformConv*>(
               ChooseConvAlgorithm(shape, {ConvPass::kForward, Precision::kF32}).get()) != nullptr;
  };
  EXPECT_TRUE(transforms({.kw = 41, .ic = 32, .oc = 32, .dst_width = 392}));
  EXPECT_TRUE(transforms({.kw = 64, .ic = 32, .oc = 32, .dst_width = 784}));
  EXPECT_FALSE(transforms({.kw = 1, .ic = 32, .oc = 32, .dst_width = 392}));
  EXPECT_FALSE(transforms({.kw = 41, .ic = 1, .oc = 4, .dst_width = 784}));
  EXPECT_FALSE(transforms({.kw = 5, .ic = 32, .oc = 32, .stride_w = 2, .dst_width = 196}));
}

TEST(ConvAlgorithmTest, TransformsImagesAlongRowsAndColumnsWhereThereAreChannelsEnough) {
  const auto transforms = [](const ConvShape& shape, ConvPass pass) {
    return dynamic_cast<Transform2dConv*>(
               ChooseConvAlgorithm(shape, {pass, Precision::kF32, 12}).get()) != nullptr;
  };
  const ConvShape image = {.kh = 3, .kw = 3, .ic = 64, .oc = 64, .dst_height = 16, .dst_width = 16};
  ConvShape strided = image, first = image, row = image;
  strided.stride_h = strided.stride_w = 2;
  first.ic = 1;
  row.kh = 1;
  for (const ConvPass pass : {ConvPass::kForward, ConvPass::kWeightsGradient}) {
    EXPECT_TRUE(transforms(image, pass));
    EXPECT_FALSE(transforms(strided, pass));
    EXPECT_FALSE(transforms(first, pass));
    EXPECT_FALSE(transforms(row, pass));
  }
}

TEST(ConvAlgorithmTest, Bf16IsTakenWhereItCostsLessAndNeverCostsMore) {
  const auto cost = [](const ConvShape& shape, ConvPass pass, Precision precision) {
    return CostOfConv(shape, {pass, precision, 12});
  };
  for (const std::int64_t kw : {1, 3, 10, 64}) {
    for (const std::int64_t ic : {1, 3, 64}) {
      const ConvShape shape = {.kw = kw, .ic = ic, .oc = 32, .dst_width = 392};
      for (const ConvPass pass : {ConvPass::kForward, ConvPass::kWeightsGradient}) {
        EXPECT_LE(cost(shape, pass, Precision::kBf16), cost(shape, pass, Precision::kF32));
      }
    }
  }
  const ConvShape wide = {.kw = 10, .ic = 128, .oc = 128, .dst_width = 784};
  EXPECT_LT(cost(wide, ConvPass::kForward, Precision::kBf16),
            0.7 * cost(wide, ConvPass::kForward, Precision::kF32));
}

}  // namespace
}  // namespace netsmith::engine
