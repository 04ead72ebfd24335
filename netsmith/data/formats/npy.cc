#include "netsmith/data/formats/npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/data/formats/line_reader.h"
#include "netsmith/data/formats/memory_guard.h"

namespace netsmith::data {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::int64_t kMaxValues = std::int64_t{1} << 32;
constexpr std::size_t kMaxHeaderBytes = 1 << 16;

template <typename... Args>
[[noreturn]] void Fail(const ByteSource& source, std::size_t offset,
                       fmt::format_string<Args...> message, Args&&... args) {
  throw base::DataError(fmt::format("{}: offset {}: {}", source.name(), offset,
                                    fmt::format(message, std::forward<Args>(args)...)));
}

/// The header's text, `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
class Header {
 public:
  explicit Header(ByteSource& source) : source_(source) {}

  void Read() {
    std::array<std::uint8_t, 8> start{};
    const std::size_t count = source_.Read(start);
    if (count == 0) Fail(source_, 0, "found an empty file, expected an npy header");
    const std::string_view magic(reinterpret_cast<const char*>(start.data()), kMagic.size());
    if (count < start.size() || magic != kMagic) {
      Fail(source_, 0, "found {}, expected the magic bytes of npy, \\x93NUMPY", Shown(magic));
    }
    if (start[6] < 1 || start[6] > 3) {
      Fail(source_, 6, "found version {}, expected 1 to 3", start[6]);
    }
    ReadText(start[6] == 1 ? 2 : 4);
  }

  /// Offset of the first value.
  std::size_t end() const { return end_; }

  /// What follows `'key':`, up to the next comma outside brackets.
  std::string_view Value(std::string_view key) const {
    const std::string quoted = fmt::format("'{}'", key);
    const std::string_view text = text_;
    const std::size_t at = text.find(quoted);
    const std::size_t colon = at == std::string_view::npos ? at : text.find(':', at);
    if (colon == std::string_view::npos) {
      Fail(source_, start_, "found a header without '{}', expected descr, fortran_order and shape",
           key);
    }
    std::size_t end = colon + 1;
    for (int depth = 0; end < text.size(); ++end) {
      if (text[end] == '(' || text[end] == '[') ++depth;
      if (text[end] == ')' || text[end] == ']') --depth;
      if (depth <= 0 && (text[end] == ',' || text[end] == '}')) break;
    }
    return Trimmed(text.substr(colon + 1, end - colon - 1));
  }

  std::vector<std::int64_t> Shape() const {
    std::string_view text = Value("shape");
    std::vector<std::int64_t> shape;
    const bool bracketed = text.size() >= 2 && text.front() == '(' && text.back() == ')';
    if (!bracketed) FailShape(text);
    text = text.substr(1, text.size() - 2);
    while (!Trimmed(text).empty()) {
      const std::size_t comma = std::min(text.find(','), text.size());
      const std::string_view number = Trimmed(text.substr(0, comma));
      std::int64_t size = 0;
      const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), size);
      if (error != std::errc() || end != number.data() + number.size() || size < 0 ||
          shape.size() >= 32) {
        FailShape(Value("shape"));
      }
      shape.push_back(size);
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return shape;
  }

  [[noreturn]] void FailShape(std::string_view text) const {
    Fail(source_, start_, "found shape {}, expected at most 32 whole numbers in brackets",
         Shown(text));
  }
  [[noreturn]] void FailType(std::string_view text) const {
    Fail(source_, start_,
         "found element type {}, expected numbers of 1 to 8 bytes (f, i, u, b) or texts (S, U)",
         Shown(text));
  }

 private:
  void ReadText(std::size_t length_bytes) {
    std::array<std::uint8_t, 4> length{};
    if (source_.Read(std::span(length).first(length_bytes)) < length_bytes) {
      Fail(source_, 8, "found the end of the file, expected the header's length");
    }
    const std::size_t wanted = LittleEndian32(length.data());
    if (wanted > kMaxHeaderBytes) {
      Fail(source_, 8, "found a header of {} bytes, expected at most {}", wanted, kMaxHeaderBytes);
    }
    start_ = 8 + length_bytes;
    text_.resize(wanted);
    const std::size_t count =
        source_.Read(std::span(reinterpret_cast<std::uint8_t*>(text_.data()), wanted));
    if (count < wanted) {
      Fail(source_, start_ + count, "found the end of the file, expected a header of {} bytes",
           wanted);
    }
    end_ = start_ + wanted;
  }

  ByteSource& source_;
  std::string text_;
  std::size_t start_ = 10;
  std::size_t end_ = 0;
};

/// Sets kind and item_bytes by "'<f4'"; returns whether the file's byte order is the other one.
bool SetType(const Header& header, NpyArray& array) {
  const std::string_view text = header.Value("descr");
  if (text.size() < 5 || text.front() != '\'' || text.back() != '\'') header.FailType(text);
  const char order = text[1];
  array.kind = text[2];
  const std::string_view digits = text.substr(3, text.size() - 4);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), array.item_bytes);
  if (error != std::errc() || end != digits.data() + digits.size()) header.FailType(text);
  const std::int64_t n = array.item_bytes;
  const bool power = n == 1 || n == 2 || n == 4 || n == 8;
  const bool number = (array.kind == 'f' && power && n >= 2) ||
                      ((array.kind == 'i' || array.kind == 'u') && power) ||
                      (array.kind == 'b' && n == 1);
  const bool is_text = array.IsText() && n >= 1 && n <= 1024;
  if ((!number && !is_text) || std::string_view("<>|=").find(order) == std::string_view::npos) {
    header.FailType(text);
  }
  if (array.kind == 'U') array.item_bytes *= 4;
  constexpr bool kLittle = std::endian::native == std::endian::little;
  return (order == '>' && kLittle) || (order == '<' && !kLittle);
}

void CheckSize(const ByteSource& source, const NpyArray& array) {
  std::int64_t size = 1;
  for (const std::int64_t dim : array.shape) {
    if (dim == 0 || dim > kMaxValues / size) {
      Fail(source, 10, "found shape ({}), expected 1 to {} values", fmt::join(array.shape, ", "),
           kMaxValues);
    }
    size *= dim;
  }
}

void ReadValues(ByteSource& source, std::size_t offset, NpyArray& array) {
  constexpr std::size_t kStep = std::size_t{1} << 20;
  const std::size_t wanted = static_cast<std::size_t>(array.size() * array.item_bytes);
  MemoryGuard guard(source.name());
  while (array.bytes.size() < wanted) {
    const std::size_t begin = array.bytes.size();
    const std::size_t step = std::min(kStep, wanted - begin);
    guard.Take(static_cast<std::int64_t>(step));
    array.bytes.resize(begin + step);
    const std::size_t count = source.Read(std::span(array.bytes).subspan(begin));
    if (count < step) {
      Fail(source, offset + begin + count,
           "found the end of the file after {} values, expected {} (shape ({}))",
           (begin + count) / static_cast<std::size_t>(array.item_bytes), array.size(),
           fmt::join(array.shape, ", "));
    }
  }
  std::array<std::uint8_t, 1> extra{};
  if (source.Read(extra) != 0) {
    Fail(source, offset + wanted, "found more bytes, expected the end of the file after {} values",
         array.size());
  }
}

void SwapBytes(NpyArray& array) {
  const std::int64_t unit = array.kind == 'U' ? 4 : array.kind == 'S' ? 1 : array.item_bytes;
  for (auto at = array.bytes.begin(); at != array.bytes.end(); at += unit) {
    std::reverse(at, at + unit);
  }
}

/// From Fortran's order, first index fastest, to C's, last index fastest.
void Transpose(NpyArray& array) {
  const std::size_t rank = array.shape.size();
  std::vector<std::int64_t> strides(rank, 1);  // of the file
  for (std::size_t d = 1; d < rank; ++d) strides[d] = strides[d - 1] * array.shape[d - 1];
  std::vector<std::int64_t> index(rank, 0);
  std::vector<std::uint8_t> bytes(array.bytes.size());
  for (std::int64_t i = 0; i < array.size(); ++i) {
    const std::int64_t from =
        std::inner_product(index.begin(), index.end(), strides.begin(), std::int64_t{0});
    std::copy_n(array.bytes.begin() + from * array.item_bytes, array.item_bytes,
                bytes.begin() + i * array.item_bytes);
    for (std::size_t d = rank; d > 0 && ++index[d - 1] == array.shape[d - 1]; --d) index[d - 1] = 0;
  }
  array.bytes = std::move(bytes);
}

double Half(std::uint16_t bits) {
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  const int exponent = (bits >> 10) & 0x1f;
  const int fraction = bits & 0x3ff;
  if (exponent == 0x1f) return fraction == 0 ? sign * HUGE_VAL : std::nan("");
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(fraction + 0x400, exponent - 25);
}

template <typename T>
T Load(const std::uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

void AppendUtf8(std::uint32_t code, std::string& text) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0 | code >> 6);
    add(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    add(0xe0 | code >> 12);
    add(0x80 | ((code >> 6) & 0x3f));
    add(0x80 | (code & 0x3f));
  } else {
    add(0xf0 | std::min(code >> 18, std::uint32_t{0xf}));  // not UTF-8 beyond U+10FFFF
    add(0x80 | ((code >> 12) & 0x3f));
    add(0x80 | ((code >> 6) & 0x3f));
    add(0x80 | (code & 0x3f));
  }
}

double Float(const std::uint8_t* from, std::int64_t num_bytes) {
  return num_bytes == 2   ? Half(Load<std::uint16_t>(from))
         : num_bytes == 4 ? Load<float>(from)
                          : Load<double>(from);
}

std::int64_t Signed(const std::uint8_t* from, std::int64_t num_bytes) {
  return num_bytes == 1   ? Load<std::int8_t>(from)
         : num_bytes == 2 ? Load<std::int16_t>(from)
         : num_bytes == 4 ? Load<std::int32_t>(from)
                          : Load<std::int64_t>(from);
}

std::uint64_t Unsigned(const std::uint8_t* from, std::int64_t num_bytes) {
  return num_bytes == 1   ? Load<std::uint8_t>(from)
         : num_bytes == 2 ? Load<std::uint16_t>(from)
         : num_bytes == 4 ? Load<std::uint32_t>(from)
                          : Load<std::uint64_t>(from);
}

}  // namespace

std::int64_t NpyArray::size() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

double NpyArray::Number(std::int64_t i) const {
  NETSMITH_CHECK(i >= 0 && i < size() && !IsText());
  const std::uint8_t* from = bytes.data() + i * item_bytes;
  if (kind == 'f') return Float(from, item_bytes);
  return kind == 'i' ? static_cast<double>(Signed(from, item_bytes))
                     : static_cast<double>(Unsigned(from, item_bytes));
}

std::string NpyArray::Text(std::int64_t i) const {
  NETSMITH_CHECK(i >= 0 && i < size());
  const std::uint8_t* from = bytes.data() + i * item_bytes;
  if (kind == 'f') return fmt::format("{}", Number(i));
  if (kind == 'i') return fmt::format("{}", Signed(from, item_bytes));
  if (!IsText()) return fmt::format("{}", Unsigned(from, item_bytes));
  std::string text;
  if (kind == 'S') {
    text.assign(reinterpret_cast<const char*>(from), static_cast<std::size_t>(item_bytes));
    text.resize(std::min(text.size(), text.find_last_not_of('\0') + 1));
    return text;
  }
  for (std::int64_t c = 0; c < item_bytes; c += 4) {
    const auto code = Load<std::uint32_t>(from + c);
    if (code != 0) AppendUtf8(code, text);
  }
  return text;
}

NpyArray ParseNpy(ByteSource& source) {
  Header header(source);
  header.Read();
  NpyArray array{.name = source.name(), .shape = header.Shape(), .bytes = {}};
  const bool swapped = SetType(header, array);
  CheckSize(source, array);
  ReadValues(source, header.end(), array);
  if (swapped) SwapBytes(array);
  if (header.Value("fortran_order") == "True" && array.shape.size() > 1) Transpose(array);
  return array;
}

}  // namespace netsmith::data
