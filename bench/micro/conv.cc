// What each convolution algorithm makes of a core: direct products beside every transform that fits
// the kernel, forward and gradient of the weights.
//
// The rate counts a direct convolution's multiply-adds, so that a transform can beat the core's
// peak; "peak" is a loop of independent fused multiply-adds on registers in the same run.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/engine/kernels/gemm.h"
#include "netsmith/engine/ops/bf16_direct_conv.h"
#include "netsmith/engine/ops/bf16_transform_conv.h"
#include "netsmith/engine/ops/direct_conv.h"
#include "netsmith/engine/ops/transform_2d_conv.h"
#include "netsmith/engine/ops/transform_conv.h"

namespace {

using namespace netsmith::engine;
using kernels::TileScheme;
using kernels::TileScheme2d;

/// Samples whose gradients are summed up together.
constexpr std::int64_t kGroup = 12;

const ConvShape kShapes[] = {
    {.kw = 2, .ic = 64, .oc = 64, .dst_width = 392},
    {.kw = 3, .ic = 64, .oc = 64, .dst_width = 392},
    {.kw = 4, .ic = 90, .oc = 48, .dst_width = 784},
    {.kw = 5, .ic = 32, .oc = 64, .dst_width = 392},
    {.kw = 7, .ic = 32, .oc = 32, .dst_width = 392},
    {.kw = 10, .ic = 128, .oc = 128, .dst_width = 784},
    {.kw = 15, .ic = 20, .oc = 36, .dst_width = 262},
    {.kw = 26, .ic = 10, .oc = 72, .dst_width = 262},
    {.kw = 41, .ic = 18, .oc = 40, .dst_width = 392},
    {.kw = 64, .ic = 64, .oc = 64, .dst_width = 392},
    {.kw = 64, .ic = 1, .oc = 64, .dst_width = 784},
    {.kh = 3, .kw = 3, .ic = 16, .oc = 32, .dst_height = 28, .dst_width = 28},
    {.kh = 3, .kw = 3, .ic = 32, .oc = 32, .dst_height = 32, .dst_width = 32},
    {.kh = 3, .kw = 3, .ic = 64, .oc = 64, .dst_height = 16, .dst_width = 16},
    {.kh = 3, .kw = 3, .ic = 128, .oc = 128, .dst_height = 8, .dst_width = 8},
    {.kh = 5, .kw = 5, .ic = 32, .oc = 32, .dst_height = 28, .dst_width = 28},
};

struct Run {
  Run(const ConvShape& shape, std::unique_ptr<ConvAlgorithm> conv)
      : algorithm(std::move(conv)),
        src_layout{{shape.dst_height, shape.dst_width, shape.ic}, 0, 0, shape.kh - 1, shape.kw - 1},
        dst_layout{{shape.dst_height, shape.dst_width, shape.oc}},
        src(src_layout.size() + 16, 0.5f),
        dst(dst_layout.size() + 16, 0.25f),
        packed(algorithm->packed_size() + 16),
        gradient(algorithm->gradient_size() + 16),
        kept(algorithm->kept_size() + 16),
        scratch(algorithm->scratch_size() + 16) {
    algorithm->Pack(std::vector<float>(shape.weights_size() + 16, 0.1f).data(), packed.data());
  }
  std::unique_ptr<ConvAlgorithm> algorithm;
  Layout src_layout, dst_layout;
  std::vector<float> src, dst, packed, gradient, kept, scratch;
};

void CountRate(benchmark::State& state, const ConvShape& s) {
  const double flops =
      2.0 * static_cast<double>(s.kh * s.kw * s.ic * s.oc * s.dst_height * s.dst_width);
  state.counters["GFLOP/s"] = benchmark::Counter(
      flops * static_cast<double>(state.iterations()) / 1e9, benchmark::Counter::kIsRate);
}

template <typename Make>
void Register(const ConvShape& shape, const std::string& name, Make make) {
  const std::string text = std::to_string(shape.kh) + "x" + std::to_string(shape.kw) + " " +
                           std::to_string(shape.ic) + ">" + std::to_string(shape.oc) + " " +
                           std::to_string(shape.dst_height) + "x" +
                           std::to_string(shape.dst_width) + "/" + name;
  benchmark::RegisterBenchmark((text + "/forward").c_str(), [=](benchmark::State& state) {
    Run run(shape, make());
    for (auto _ : state) {
      run.algorithm->Forward(run.src_layout, run.src.data(), run.packed.data(), nullptr, false,
                             run.dst_layout, run.dst.data(), run.scratch.data());
    }
    CountRate(state, shape);
  });
  benchmark::RegisterBenchmark((text + "/weights").c_str(), [=](benchmark::State& state) {
    Run run(shape, make());
    GradientSum sum = {.sum = run.gradient.data(), .kept = run.kept.data()};
    for (auto _ : state) {
      sum.last = sum.sample + 1 == kGroup;
      run.algorithm->WeightsGradient(run.src_layout, run.src.data(), run.dst_layout, run.dst.data(),
                                     sum, run.scratch.data());
      sum.sample = (sum.sample + 1) % kGroup;
    }
    CountRate(state, shape);
  });
}

void RegisterAll() {
  for (const ConvShape& shape : kShapes) {
    Register(shape, "direct", [shape] { return std::make_unique<DirectConv>(shape); });
    Register(shape, "direct bf16", [shape] { return std::make_unique<Bf16DirectConv>(shape); });
    for (const TileScheme& scheme : TransformConv::Schemes(shape)) {
      const std::string name = (scheme.fourier() ? "fourier" : "toom-cook") +
                               std::to_string(scheme.points) + "-" + std::to_string(scheme.outputs);
      Register(shape, name,
               [shape, scheme] { return std::make_unique<TransformConv>(shape, scheme); });
      Register(shape, name + " bf16",
               [shape, scheme] { return std::make_unique<Bf16TransformConv>(shape, scheme); });
    }
    for (const TileScheme2d& scheme : Transform2dConv::Schemes(shape)) {
      const std::string name = "toom-cook" + std::to_string(scheme.columns.points) + "x" +
                               std::to_string(scheme.rows.points);
      Register(shape, name, [shape, scheme] {
        return std::make_unique<Transform2dConv>(shape, scheme, kGroup);
      });
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
}
