#include "jinja/text_search.h"

#include <vector>

namespace dynamo::jinja {
namespace {

constexpr auto kNowhere = std::string_view::npos;
constexpr std::size_t kShort = 16;  // so often at most the standard library looks at each byte

/// A text, read from one of its ends.
struct Reading {
  std::string_view text;
  bool backwards = false;

  std::size_t size() const { return text.size(); }
  char operator[](std::size_t at) const { return backwards ? text[text.size() - 1 - at] : text[at]; }
};

/// For every beginning of `needle`: how long its longest end is that is a beginning, too (Knuth, Morris,
/// Pratt).
std::vector<std::size_t> borders(const Reading& needle) {
  std::vector<std::size_t> out{0};
  for (std::size_t at = 1; at < needle.size(); ++at) {
    auto matched = out.back();
    while (matched > 0 && needle[at] != needle[matched]) matched = out[matched - 1];
    out.push_back(needle[at] == needle[matched] ? matched + 1 : 0);
  }
  return out;
}

/// The first place of `needle`, which must not be empty.
std::size_t find_long(const Reading& text, const Reading& needle) {
  const auto shorter = borders(needle);
  std::size_t matched = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    while (matched > 0 && text[at] != needle[matched]) matched = shorter[matched - 1];
    if (text[at] == needle[matched]) ++matched;
    if (matched == needle.size()) return at + 1 - needle.size();
  }
  return kNowhere;
}

}  // namespace

std::size_t find_first(std::string_view text, std::string_view what, std::size_t from) {
  if (what.size() <= kShort || from > text.size()) return text.find(what, from);
  const auto at = find_long({text.substr(from)}, {what});
  return at == kNowhere ? kNowhere : from + at;
}

std::size_t find_last(std::string_view text, std::string_view what) {
  if (what.size() <= kShort) return text.rfind(what);
  const auto at = find_long({text, true}, {what, true});
  return at == kNowhere ? kNowhere : text.size() - at - what.size();
}

}  // namespace dynamo::jinja
