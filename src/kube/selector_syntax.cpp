#include "kube/selector_syntax.h"

#include <fmt/format.h>

namespace dynamo::kube {
namespace {

using Kind = SelectorToken::Kind;

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kSpecial = "=!,()<>";

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

/// The operator at the front of `rest`, with its length.
SelectorToken take_special(std::string_view rest) {
  if (rest.starts_with("==")) return {Kind::equal, rest.substr(0, 2)};
  if (rest.starts_with("!=")) return {Kind::not_equal, rest.substr(0, 2)};
  const std::string_view one = rest.substr(0, 1);
  switch (rest[0]) {
    case '=':
      return {Kind::equal, one};
    case '!':
      return {Kind::bang, one};
    case ',':
      return {Kind::comma, one};
    case '(':
      return {Kind::open, one};
    case ')':
      return {Kind::close, one};
    case '>':
      return {Kind::greater, one};
    default:
      return {Kind::less, one};
  }
}

std::string_view take_word(std::string_view rest) {
  std::size_t size = 0;
  while (size < rest.size() && !is_one_of(rest[size], kSpace) && !is_one_of(rest[size], kSpecial)) ++size;
  return rest.substr(0, size);
}

}  // namespace

Result<std::vector<SelectorToken>> tokenize_selector(std::string_view text) {
  constexpr std::size_t kMaxText = 64u << 10;
  if (text.size() > kMaxText)
    return fail(Errc::too_large, fmt::format("a selector has at most {} bytes", kMaxText));
  std::vector<SelectorToken> tokens;
  while (!text.empty()) {
    if (is_one_of(text[0], kSpace)) {
      text.remove_prefix(1);
      continue;
    }
    const SelectorToken token =
        is_one_of(text[0], kSpecial) ? take_special(text) : SelectorToken{Kind::word, take_word(text)};
    tokens.push_back(token);
    text.remove_prefix(token.text.size());
  }
  tokens.push_back({Kind::end, {}});
  return tokens;
}

}  // namespace dynamo::kube
