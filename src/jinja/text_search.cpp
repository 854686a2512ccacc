#include "jinja/text_search.h"

#include <cstring>
#include <string>

namespace dynamo::jinja {
namespace {

constexpr auto kNowhere = std::string_view::npos;
constexpr std::size_t kShort = 16;  // so often at most the standard library looks at each byte

/// memmem of glibc takes linear time and constant memory for needles of any length (Crochemore and Perrin's
/// two-way algorithm); that of std::string_view may look at each byte as often as the needle is long.
std::size_t find_long(std::string_view text, std::string_view needle) {
  const void* found = memmem(text.data(), text.size(), needle.data(), needle.size());
  return found == nullptr ? kNowhere
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::string reversed(std::string_view text) { return {text.rbegin(), text.rend()}; }

}  // namespace

std::size_t find_first(std::string_view text, std::string_view what, std::size_t from) {
  if (what.size() <= kShort || from > text.size()) return text.find(what, from);
  if (what.size() > text.size() - from) return kNowhere;
  const auto at = find_long(text.substr(from), what);
  return at == kNowhere ? kNowhere : from + at;
}

std::size_t find_last(std::string_view text, std::string_view what) {
  if (what.size() <= kShort) return text.rfind(what);
  if (what.size() > text.size()) return kNowhere;
  const auto at = find_long(reversed(text), reversed(what));
  return at == kNowhere ? kNowhere : text.size() - at - what.size();
}

}  // namespace dynamo::jinja
