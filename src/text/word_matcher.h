#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

// Words of a text as the pre-tokenizers of the large model families cut them, without running their
// patterns: each function below is one such pattern (or sequence of patterns) compiled by hand.

namespace dynamo::text {

/// End of the word that begins at byte `at` of `text`; `at < text.size()`, and 0 or the end of the word
/// before. The words of a text, one after the other, are the pieces that splitting it by the pattern leaves
/// (matches and the stretches between them alike). Nothing is allocated; any text is fine, also broken UTF-8.
using WordMatcher = std::size_t (*)(std::string_view text, std::size_t at);

/// The matcher for text split by these patterns in turn, each piece of one by the next, matches and the
/// stretches between them both kept ("Isolated"); null where it has to be done by `Pattern`.
WordMatcher find_word_matcher(std::span<const std::string_view> patterns);
inline WordMatcher find_word_matcher(std::string_view pattern) { return find_word_matcher({&pattern, 1}); }

/// The patterns for which there are matchers, for tests and listings.
std::vector<std::vector<std::string_view>> word_matcher_families();

/// The pattern that a byte-level pre-tokenizer splits by when `use_regex` is set (GPT-2's).
extern const std::string_view kByteLevelPattern;

}  // namespace dynamo::text
