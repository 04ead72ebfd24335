#include "netsmith/model/cpp_kernels.h"

#include <map>

#include "netsmith/base/check.h"

namespace netsmith::model {
namespace {

constexpr std::string_view kPrepare =
    R"(void Prepare(int positions, int channels, const float* src, const float* mean,
             const float* deviation, float* dst) {
  for (int p = 0; p < positions; ++p) {
    for (int c = 0; c < channels; ++c) {
      dst[p * channels + c] = (src[p * channels + c] - mean[c]) / deviation[c];
    }
  }
}
)";

constexpr std::string_view kConv =
    R"(struct ConvShape {
  int ih, iw, ic, oh, ow, oc, kh, kw, stride_h, stride_w, dilation_h, dilation_w, top, left, groups;
};
// weights [kh][kw][ic / groups][oc]; bias may be null
void Conv(const ConvShape& s, const float* src, const float* weights, const float* bias,
          float* dst) {
  const int group_ic = s.ic / s.groups, group_oc = s.oc / s.groups;
  for (int y = 0; y < s.oh; ++y) {
    for (int x = 0; x < s.ow; ++x) {
      float* to = dst + (y * s.ow + x) * s.oc;
      for (int o = 0; o < s.oc; ++o) to[o] = bias ? bias[o] : 0.0f;
      for (int h = 0; h < s.kh; ++h) {
        const int sy = y * s.stride_h + h * s.dilation_h - s.top;
        if (sy < 0 || sy >= s.ih) continue;
        for (int w = 0; w < s.kw; ++w) {
          const int sx = x * s.stride_w + w * s.dilation_w - s.left;
          if (sx < 0 || sx >= s.iw) continue;
          const float* from = src + (sy * s.iw + sx) * s.ic;
          const float* row = weights + (h * s.kw + w) * group_ic * s.oc;
          for (int g = 0; g < s.groups; ++g) {
            for (int c = 0; c < group_ic; ++c) {
              const float value = from[g * group_ic + c];
              const float* factors = row + c * s.oc + g * group_oc;
              for (int o = 0; o < group_oc; ++o) to[g * group_oc + o] += value * factors[o];
            }
          }
        }
      }
    }
  }
}
)";

constexpr std::string_view kPoolShape =
    R"(struct PoolShape {
  int ih, iw, c, oh, ow, kh, kw, stride_h, stride_w, top, left;
};
)";

constexpr std::string_view kMaxPool =
    R"(void MaxPool(const PoolShape& s, const float* src, float* dst) {
  for (int y = 0; y < s.oh; ++y) {
    for (int x = 0; x < s.ow; ++x) {
      float* to = dst + (y * s.ow + x) * s.c;
      bool first = true;
      for (int h = 0; h < s.kh; ++h) {
        const int sy = y * s.stride_h + h - s.top;
        if (sy < 0 || sy >= s.ih) continue;
        for (int w = 0; w < s.kw; ++w) {
          const int sx = x * s.stride_w + w - s.left;
          if (sx < 0 || sx >= s.iw) continue;
          const float* from = src + (sy * s.iw + sx) * s.c;
          for (int c = 0; c < s.c; ++c) to[c] = first || from[c] > to[c] ? from[c] : to[c];
          first = false;
        }
      }
    }
  }
}
)";

constexpr std::string_view kAvgPool =
    R"(void AvgPool(const PoolShape& s, const float* src, float* dst) {
  for (int y = 0; y < s.oh; ++y) {
    for (int x = 0; x < s.ow; ++x) {
      float* to = dst + (y * s.ow + x) * s.c;
      int count = 0;
      for (int c = 0; c < s.c; ++c) to[c] = 0.0f;
      for (int h = 0; h < s.kh; ++h) {
        const int sy = y * s.stride_h + h - s.top;
        if (sy < 0 || sy >= s.ih) continue;
        for (int w = 0; w < s.kw; ++w) {
          const int sx = x * s.stride_w + w - s.left;
          if (sx < 0 || sx >= s.iw) continue;
          const float* from = src + (sy * s.iw + sx) * s.c;
          for (int c = 0; c < s.c; ++c) to[c] += from[c];
          ++count;
        }
      }
      for (int c = 0; c < s.c; ++c) to[c] /= static_cast<float>(count);
    }
  }
}
)";

constexpr std::string_view kMeans =
    R"(void Means(int positions, int channels, const float* src, float* dst) {
  for (int c = 0; c < channels; ++c) dst[c] = 0.0f;
  for (int p = 0; p < positions; ++p) {
    for (int c = 0; c < channels; ++c) dst[c] += src[p * channels + c];
  }
  for (int c = 0; c < channels; ++c) dst[c] /= static_cast<float>(positions);
}
)";

constexpr std::string_view kScale =
    R"(void Scale(int positions, int channels, const float* src, const float* scale, const float* shift,
           float* dst) {
  for (int p = 0; p < positions; ++p) {
    for (int c = 0; c < channels; ++c) {
      dst[p * channels + c] = src[p * channels + c] * scale[c] + shift[c];
    }
  }
}
)";

constexpr std::string_view kRelu =
    R"(void Relu(int count, const float* src, float* dst) {
  for (int i = 0; i < count; ++i) dst[i] = src[i] > 0.0f ? src[i] : 0.0f;
}
)";

constexpr std::string_view kRelu6 =
    R"(void Relu6(int count, const float* src, float* dst) {
  for (int i = 0; i < count; ++i) {
    const float positive = src[i] > 0.0f ? src[i] : 0.0f;
    dst[i] = positive < 6.0f ? positive : 6.0f;
  }
}
)";

constexpr std::string_view kSilu =
    R"(void Silu(int count, const float* src, float* dst) {
  for (int i = 0; i < count; ++i) dst[i] = src[i] / (1.0f + std::exp(-src[i]));
}
)";

constexpr std::string_view kHardSwish =
    R"(void HardSwish(int count, const float* src, float* dst) {
  for (int i = 0; i < count; ++i) {
    float gate = src[i] + 3.0f;
    gate = gate > 0.0f ? gate : 0.0f;
    gate = gate < 6.0f ? gate : 6.0f;
    dst[i] = src[i] * gate / 6.0f;
  }
}
)";

constexpr std::string_view kAdd =
    R"(void Add(int count, const float* a, const float* b, float* dst) {
  for (int i = 0; i < count; ++i) dst[i] = a[i] + b[i];
}
)";

constexpr std::string_view kCopyChannels =
    R"(// Puts an image's channels into another's, from number `first` on.
void CopyChannels(int positions, int channels, const float* src, int first, int dst_channels,
                  float* dst) {
  for (int p = 0; p < positions; ++p) {
    for (int c = 0; c < channels; ++c) dst[p * dst_channels + first + c] = src[p * channels + c];
  }
}
)";

constexpr std::string_view kDense =
    R"(// weights [in][units]
void Dense(int in, int units, const float* src, const float* weights, const float* bias,
           float* dst) {
  for (int u = 0; u < units; ++u) dst[u] = bias[u];
  for (int i = 0; i < in; ++i) {
    for (int u = 0; u < units; ++u) dst[u] += src[i] * weights[i * units + u];
  }
}
)";

constexpr std::string_view kGate =
    R"(// Scales each channel by the sigmoid of its logit.
void Gate(int positions, int channels, const float* src, const float* logits, float* dst) {
  for (int p = 0; p < positions; ++p) {
    for (int c = 0; c < channels; ++c) {
      dst[p * channels + c] = src[p * channels + c] / (1.0f + std::exp(-logits[c]));
    }
  }
}
)";

constexpr std::string_view kCopy =
    R"(void Copy(int count, const float* src, float* dst) {
  for (int i = 0; i < count; ++i) dst[i] = src[i];
}
)";

constexpr std::string_view kSoftmax =
    R"(void Softmax(int count, const float* src, float* dst) {
  float largest = src[0], sum = 0.0f;
  for (int i = 1; i < count; ++i) largest = src[i] > largest ? src[i] : largest;
  for (int i = 0; i < count; ++i) {
    dst[i] = std::exp(src[i] - largest);
    sum += dst[i];
  }
  for (int i = 0; i < count; ++i) dst[i] /= sum;
}
)";

}  // namespace

std::string_view CppKernel(std::string_view name) {
  static const std::map<std::string_view, std::string_view> kernels = {
      {"Prepare", kPrepare},
      {"Conv", kConv},
      {"PoolShape", kPoolShape},
      {"MaxPool", kMaxPool},
      {"AvgPool", kAvgPool},
      {"Means", kMeans},
      {"Scale", kScale},
      {"Relu", kRelu},
      {"Relu6", kRelu6},
      {"Silu", kSilu},
      {"HardSwish", kHardSwish},
      {"Add", kAdd},
      {"CopyChannels", kCopyChannels},
      {"Dense", kDense},
      {"Gate", kGate},
      {"Copy", kCopy},
      {"Softmax", kSoftmax},
  };
  const auto kernel = kernels.find(name);
  NETSMITH_CHECK(kernel != kernels.end());
  return kernel->second;
}

}  // namespace netsmith::model
