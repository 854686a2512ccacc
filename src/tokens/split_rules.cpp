#include "tokens/split_rules.h"

#include "text/utf8.h"

namespace dynamo::tokens {
namespace {

constexpr std::size_t kLongest = 1024;  // tokens above are no words that merging makes

}  // namespace

std::vector<Merge> split_rules(const Vocabulary& vocabulary, std::span<const TokenId> order) {
  std::vector<Merge> rules;
  for (const TokenId merged : order) {
    const std::string_view text = vocabulary.token(merged).value_or(std::string_view{});
    if (text.size() > kLongest) continue;
    for (std::size_t at = 1; at < text.size(); ++at) {
      if (text::is_continuation(text[at])) continue;
      const auto left = vocabulary.id(text.substr(0, at));
      if (!left) continue;
      const auto right = vocabulary.id(text.substr(at));
      if (right) rules.push_back({*left, *right, merged});
    }
  }
  return rules;
}

}  // namespace dynamo::tokens
