#include "netsmith/space/catalog/post_text.h"

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/space/text_cursor.h"

namespace netsmith::space {
namespace {

constexpr std::int64_t kMaxSize = 1'000'000;

PostLayer ParseLayer(TextCursor& cursor) {
  PostLayer layer;
  layer.kernel = cursor.Integer("kernel size", 1, kMaxSize);
  cursor.Expect(',', "and the number of filters");
  layer.filters = cursor.Integer("number of filters", 1, kMaxSize);
  cursor.Expect(',', "and the pool size");
  layer.pool = cursor.Integer("pool size", 1, kMaxSize);
  cursor.Expect(',', "and the dropout percentage");
  layer.dropout_percent = cursor.Integer("dropout percentage", 0, 99);
  return layer;
}

}  // namespace

std::vector<PostLayer> ParsePostLayers(std::string_view text) {
  TextCursor cursor("network", text);
  std::vector<PostLayer> layers{ParseLayer(cursor)};
  while (!cursor.AtEnd()) {
    cursor.Expect(';', "and the next layer, or the end");
    if (layers.size() == PostSpace::kMaxLayers) {
      cursor.Fail(fmt::format("at most {} layers", PostSpace::kMaxLayers));
    }
    layers.push_back(ParseLayer(cursor));
  }
  return layers;
}

std::string FormatPostLayers(std::span<const PostLayer> layers) {
  std::string text;
  for (const PostLayer& layer : layers) {
    text += fmt::format("{}{},{},{},{}", text.empty() ? "" : ";", layer.kernel, layer.filters,
                        layer.pool, layer.dropout_percent);
  }
  return text;
}

}  // namespace netsmith::space
