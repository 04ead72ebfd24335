#include "netsmith/report/page.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "netsmith/base/check.h"
#include "netsmith/data/sha256.h"
#include "netsmith/report/escape.h"
#include "netsmith/report/web_files.h"

namespace netsmith::report {
namespace {

std::uint32_t HexDigit(char c) {
  return static_cast<std::uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

/// Base64 of a hexadecimal text of whole bytes.
std::string Base64OfHex(std::string_view hex) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < hex.size(); i += 6) {  // three bytes, four digits
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 6; ++k)
      bits = bits << 4 | (i + k < hex.size() ? HexDigit(hex[i + k]) : 0);
    const std::size_t num_bytes = std::min<std::size_t>((hex.size() - i) / 2, 3);
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= num_bytes ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

/// As a content policy names the text of an inline element.
std::string Source(std::string_view text) {
  data::Sha256 hash;
  hash.Update(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  return "'sha256-" + Base64OfHex(hash.Finish()) + "'";
}

/// The template with each {{NAME}} replaced.
std::string Fill(std::string_view title, std::string_view policy, std::string_view style,
                 std::string_view data, std::string_view script) {
  std::string page;
  std::string_view rest = WebFile("page.html");
  while (true) {
    const std::size_t open = rest.find("{{");
    page += rest.substr(0, open);
    if (open == std::string_view::npos) return page;
    const std::size_t close = rest.find("}}", open);
    NETSMITH_CHECK(close != std::string_view::npos);
    const std::string_view name = rest.substr(open + 2, close - open - 2);
    if (name == "title") page += EscapeMarkup(title);
    if (name == "policy") page += policy;
    if (name == "style") page += style;
    if (name == "data") page += data;
    if (name == "script") page += script;
    rest.remove_prefix(close + 2);
  }
}

std::string Joined(std::initializer_list<std::string_view> files) {
  std::string text;
  for (const std::string_view file : files) text += WebFile(file);
  return text;
}

/// In this order: a file uses what the earlier ones define.
std::string PageScript() {
  return Joined(
      {"charts.js", "words.js", "found.js", "rewards.js", "learning.js", "trials.js", "page.js"});
}

}  // namespace

std::string ReportPage(std::string_view title, std::string_view view_json) {
  const std::string_view style = LivePageStyle();
  const std::string script = PageScript();
  const std::string policy = fmt::format(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {}; "
      "style-src {}; img-src data:; base-uri 'none'; form-action 'none'\">",
      Source(script), Source(style));
  return Fill(title, policy, fmt::format("<style>{}</style>", style),
              fmt::format("<script type=\"application/json\" id=\"data\">{}</script>",
                          EscapeScript(view_json)),
              fmt::format("<script>{}</script>", script));
}

std::string LivePage(std::string_view title) {
  return Fill(title, "", "<link rel=\"stylesheet\" href=\"page.css\">", "",
              "<script src=\"page.js\" defer></script>");
}

std::string_view LivePageStyle() {
  static const std::string style = Joined({"page.css", "drawing.css"});
  return style;
}

std::string_view LivePageScript() {
  static const std::string script = PageScript() + std::string(WebFile("live.js"));
  return script;
}

}  // namespace netsmith::report
