#include "tests/fuzz/mutator.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace netsmith::fuzz {
namespace {

using namespace std::string_view_literals;

/// What parsers stumble over: extreme numbers, as text and as bytes, and what structures text.
constexpr std::string_view kTroublesome[] = {"\xff\xff\xff\xff"sv,
                                             "\x7f\xff\xff\xff"sv,
                                             "\x00\x00\x00\x80"sv,
                                             "\x00\x00\x00\x00"sv,
                                             "\x01\x00"sv,
                                             "-1"sv,
                                             "1e999"sv,
                                             "1e-999"sv,
                                             "nan"sv,
                                             "99999999999999999999"sv,
                                             "0"sv,
                                             "\n"sv,
                                             "\r\n"sv,
                                             "\""sv,
                                             ","sv,
                                             "[["sv,
                                             "{"sv,
                                             "}"sv,
                                             "\xef\xbb\xbf"sv,
                                             "\x80"sv};

}  // namespace

Mutator::Mutator(std::vector<std::string> seeds, std::uint64_t seed)
    : seeds_(std::move(seeds)), generator_(base::RandomStreams(seed).For("mutations")) {}

std::string Mutator::Part(const std::string& text) {
  constexpr std::size_t kMostBytes = 64;
  const std::size_t begin = Below(text.size());
  return text.substr(begin, 1 + Below(std::min(text.size() - begin, kMostBytes)));
}

void Mutator::Change(std::string& input) {
  if (input.empty()) input = AnySeed();
  if (input.empty()) return;
  const std::size_t at = Below(input.size());
  switch (Below(8)) {
    case 0:
      input[at] = static_cast<char>(Below(256));
      break;
    case 1:
      input[at] = static_cast<char>(input[at] ^ (1 << Below(8)));
      break;
    case 2:
      input.erase(at, 1 + Below(16));
      break;
    case 3:
      input.insert(at, Part(input));
      break;
    case 4:
      input.insert(at, kTroublesome[Below(std::size(kTroublesome))]);
      break;
    case 5: {
      const std::string_view bytes = kTroublesome[Below(std::size(kTroublesome))];
      input.replace(at, bytes.size(), bytes);
      break;
    }
    case 6:
      if (const std::string& other = AnySeed(); !other.empty()) input.insert(at, Part(other));
      break;
    default:
      input.resize(at);
  }
}

std::string Mutator::Next() {
  std::string input = AnySeed();
  for (std::size_t changes = 1 + Below(8); changes > 0; --changes) Change(input);
  return input;
}

}  // namespace netsmith::fuzz
