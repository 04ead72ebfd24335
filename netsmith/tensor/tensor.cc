#include "netsmith/tensor/tensor.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "netsmith/base/check.h"

namespace netsmith::tensor {

std::string ToString(const SampleShape& shape) {
  return std::to_string(shape.height) + "x" + std::to_string(shape.width) + "x" +
         std::to_string(shape.channels);
}

namespace {

/// Large buffers lie in large pages where the system has them: fewer to make, fewer to look up.
constexpr std::size_t kLargePage = std::size_t{2} << 20;

std::size_t AlignmentOf(std::size_t bytes) {
  return bytes >= kLargePage ? kLargePage : AlignedBuffer::kAlignment;
}

std::size_t BytesOf(std::int64_t num_floats) {
  constexpr std::size_t kStep = AlignedBuffer::kAlignment;
  return (static_cast<std::size_t>(num_floats) * sizeof(float) / kStep + 2) * kStep;
}

}  // namespace

AlignedBuffer::AlignedBuffer(std::int64_t num_floats) : size_(num_floats) {
  NETSMITH_CHECK_GE(num_floats, 0);
  const std::size_t bytes = BytesOf(num_floats), alignment = AlignmentOf(bytes);
  void* const memory =
      std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  data_.reset(static_cast<float*>(memory));
  if (alignment == kLargePage) {
    // A wish: what the system makes of it changes no result.
    (void)madvise(data_.get(), bytes / kLargePage * kLargePage, MADV_HUGEPAGE);
  }
  std::fill_n(data_.get(), bytes / sizeof(float), 0.0f);
}

void AlignedBuffer::Free::operator()(float* p) const { std::free(p); }

}  // namespace netsmith::tensor
