#include "tokens/pre_tokenizer_cutting.h"

namespace dynamo::tokens {
namespace {

void cut_words(std::string_view text, text::WordMatcher matcher, std::vector<text::Range>& parts) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = matcher(text, at);
    parts.push_back({.begin = static_cast<std::uint32_t>(at), .end = static_cast<std::uint32_t>(end)});
    at = end;
  }
}

}  // namespace

Result<void> CutAtMatches::cut(std::string_view text, std::vector<text::Range>& parts) const {
  if (matcher) {
    cut_words(text, matcher, parts);
    return {};
  }
  std::vector<text::Range> matches;
  if (auto found = finder.find_all(text, matches); !found) return found;
  std::vector<Section> sections = sections_of(matches, text.size());
  if (invert) {
    for (Section& section : sections) section.is_delimiter = !section.is_delimiter;
  }
  join_sections(sections, delimiters, parts);
  return {};
}

}  // namespace dynamo::tokens
