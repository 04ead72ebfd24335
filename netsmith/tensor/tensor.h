#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace netsmith::tensor {

/// Shape of one sample, channels last; a signal has height 1 and its positions along the width.
struct SampleShape {
  std::int64_t height = 1;
  std::int64_t width = 1;
  std::int64_t channels = 1;

  std::int64_t size() const { return height * width * channels; }
  bool operator==(const SampleShape&) const = default;
};

/// "28x28x1"
std::string ToString(const SampleShape& shape);

/// Float storage aligned for vectors, with room for one vector read beyond the end; zero at first.
class AlignedBuffer {
 public:
  static constexpr std::size_t kAlignment = 64;  // bytes: a cache line and the widest vector

  AlignedBuffer() = default;
  explicit AlignedBuffer(std::int64_t num_floats);

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::int64_t size() const { return size_; }
  std::span<float> span() { return {data_.get(), static_cast<std::size_t>(size_)}; }
  std::span<const float> span() const { return {data_.get(), static_cast<std::size_t>(size_)}; }

 private:
  struct Free {
    void operator()(float* p) const;
  };
  std::unique_ptr<float[], Free> data_;
  std::int64_t size_ = 0;
};

}  // namespace netsmith::tensor
