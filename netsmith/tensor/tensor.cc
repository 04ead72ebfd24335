#include "netsmith/tensor/tensor.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
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

char* AlignUp(char* p, std::size_t alignment) {
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  return p + ((address + alignment - 1) / alignment * alignment - address);
}

}  // namespace

/// From calloc, which need not touch pages that come zeroed from the system; before the first float
/// lies what it returned.
AlignedBuffer::AlignedBuffer(std::int64_t num_floats) : size_(num_floats) {
  NETSMITH_CHECK_GE(num_floats, 0);
  const std::size_t bytes = static_cast<std::size_t>(num_floats) * sizeof(float) + kAlignment;
  const std::size_t alignment = bytes >= kLargePage ? kLargePage : kAlignment;
  void* const memory = std::calloc(1, bytes + alignment + kAlignment);
  if (memory == nullptr) throw std::bad_alloc();
  char* const start = AlignUp(static_cast<char*>(memory) + sizeof(void*), alignment);
  std::memcpy(start - sizeof(void*), &memory, sizeof(void*));
  data_.reset(reinterpret_cast<float*>(start));
  if (alignment == kLargePage) {
    // A wish: what the system makes of it changes no result.
    (void)madvise(start, bytes / kLargePage * kLargePage, MADV_HUGEPAGE);
  }
}

void AlignedBuffer::Free::operator()(float* p) const {
  void* memory = nullptr;
  std::memcpy(&memory, reinterpret_cast<const char*>(p) - sizeof(void*), sizeof(void*));
  std::free(memory);
}

}  // namespace netsmith::tensor
