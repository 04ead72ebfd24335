#include "netsmith/tensor/tensor.h"

#include <algorithm>
#include <new>

#include "netsmith/base/check.h"

namespace netsmith::tensor {

std::string ToString(const SampleShape& shape) {
  return std::to_string(shape.height) + "x" + std::to_string(shape.width) + "x" +
         std::to_string(shape.channels);
}

AlignedBuffer::AlignedBuffer(std::int64_t num_floats) : size_(num_floats) {
  NETSMITH_CHECK_GE(num_floats, 0);
  const std::size_t bytes =
      (static_cast<std::size_t>(num_floats) * sizeof(float) / kAlignment + 2) * kAlignment;
  data_.reset(static_cast<float*>(::operator new[](bytes, std::align_val_t{kAlignment})));
  std::fill_n(data_.get(), bytes / sizeof(float), 0.0f);
}

void AlignedBuffer::Free::operator()(float* p) const {
  ::operator delete[](p, std::align_val_t{kAlignment});
}

}  // namespace netsmith::tensor
