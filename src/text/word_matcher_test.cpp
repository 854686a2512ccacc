#include "text/word_matcher.h"

#include <cstdlib>
#include <gtest/gtest.h>

#include "text/classes.h"
#include "text/oniguruma_oracle.h"
#include "text/pattern.h"
#include "text/random_text.h"
#include "text/word_characters.h"

namespace dynamo::text {
namespace {

std::size_t random_texts(std::size_t usual) {
  const char* more = std::getenv("DYNAMO_RANDOM_TEXTS");
  return more == nullptr ? usual : std::strtoull(more, nullptr, 10);
}

using Ends = std::vector<std::size_t>;

Ends ends_of_words(WordMatcher next, std::string_view text) {
  Ends ends;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = next(text, at);
    if (end <= at || end > text.size()) {
      ADD_FAILURE() << "the word at " << at << " ends at " << end;
      break;
    }
    ends.push_back(at = end);
  }
  return ends;
}

std::optional<Range> next_match(const Pattern& ours, std::string_view text, std::size_t from) {
  return ours.search(text, from).match();
}
std::optional<Range> next_match(const OnigurumaPattern& theirs, std::string_view text, std::size_t from) {
  return theirs.find(text, from);
}

/// Where the pieces of one piece end, each match and what is between two matches being a piece.
template <class AnyPattern>
void split(const AnyPattern& pattern, std::string_view piece, std::size_t begin, Ends& ends) {
  std::size_t done = 0;
  while (const std::optional<Range> match = next_match(pattern, piece, done)) {
    if (match->begin > done) ends.push_back(begin + match->begin);
    ends.push_back(begin + match->end);
    done = match->end;
    if (match->empty()) break;  // no pattern of the families does that
  }
  if (done < piece.size()) ends.push_back(begin + piece.size());
}

/// What splitting by all patterns in turn leaves.
template <class AnyPattern>
Ends split_in_turn(const std::vector<std::unique_ptr<AnyPattern>>& patterns, std::string_view text) {
  Ends ends;
  if (!text.empty()) ends.push_back(text.size());
  for (const auto& pattern : patterns) {
    Ends finer;
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
      split(*pattern, text.substr(begin, end - begin), begin, finer);
      begin = end;
    }
    ends = std::move(finer);
  }
  return ends;
}

struct Compiled {
  std::vector<std::unique_ptr<Pattern>> ours;
  std::vector<std::unique_ptr<OnigurumaPattern>> theirs;
};

Compiled compiled(const std::vector<std::string_view>& sources) {
  Compiled both;
  for (const std::string_view source : sources) {
    auto pattern = Pattern::compile(source);
    EXPECT_TRUE(pattern) << source;
    both.ours.push_back(std::make_unique<Pattern>(std::move(*pattern)));
    both.theirs.push_back(std::make_unique<OnigurumaPattern>(source));
    EXPECT_EQ(both.theirs.back()->error(), "");
  }
  return both;
}

std::vector<std::vector<std::string_view>> families() { return word_matcher_families(); }

TEST(WordMatcher, CutsWhatPatternsCut) {
  const std::size_t texts = random_texts(10'000) / families().size() + 1;
  for (const auto& sources : families()) {
    const WordMatcher next = find_word_matcher(sources);
    ASSERT_NE(next, nullptr) << sources.back();
    const Compiled patterns = compiled(sources);
    RandomText random(sources.back().size());
    for (std::size_t number = 0; number < texts; ++number) {
      const std::string text = random.next(32);
      const Ends ends = ends_of_words(next, text);
      EXPECT_EQ(ends, split_in_turn(patterns.ours, text)) << sources.back() << " in " << text;
      EXPECT_EQ(ends, split_in_turn(patterns.theirs, text)) << sources.back() << " in " << text;
    }
  }
}

TEST(WordMatcher, CutsBrokenTextAsPatternsDo) {
  const std::size_t texts = random_texts(4'000) / families().size() + 1;
  for (const auto& sources : families()) {
    const WordMatcher next = find_word_matcher(sources);
    const Compiled patterns = compiled(sources);
    RandomText random(sources.back().size() + 1);
    for (std::size_t number = 0; number < texts; ++number) {
      const std::string text = random.next_broken(32);
      EXPECT_EQ(ends_of_words(next, text), split_in_turn(patterns.ours, text))
          << sources.back() << " in " << text;
    }
  }
}

TEST(WordMatcher, IsChosenByTheExactPatterns) {
  EXPECT_NE(find_word_matcher(kByteLevelPattern), nullptr);
  EXPECT_EQ(find_word_matcher(R"(\p{L}+)"), nullptr);
  EXPECT_EQ(find_word_matcher(std::span<const std::string_view>()), nullptr);
  const std::vector<std::string_view> half = {R"(\p{N}{1,3})"};
  EXPECT_EQ(find_word_matcher(half), nullptr);
  std::string newlines(families()[1].front());
  for (std::size_t at; (at = newlines.find("\\n")) != std::string::npos;) newlines.replace(at, 2, "\n");
  EXPECT_EQ(find_word_matcher(newlines), find_word_matcher(families()[1].front()));
}

std::string cut(std::string_view pattern, std::string_view text) {
  std::string all;
  std::size_t begin = 0;
  for (const std::size_t end : ends_of_words(find_word_matcher(pattern), text)) {
    all += fmt::format("{}{}", begin == 0 ? "" : "|", text.substr(begin, end - begin));
    begin = end;
  }
  return all;
}

TEST(WordMatcher, CutsEnglishIntoWordsWithTheirSpaces) {
  EXPECT_EQ(cut(kByteLevelPattern, "I'll pay  $1000 today.\n"), "I|'ll| pay| | $|1000| today|.|\n");
  EXPECT_EQ(cut(families()[1].front(), "I'LL pay  $1000 today.\n"), "I|'LL| pay| | $|100|0| today|.\n");
}

TEST(WordCharacters, AreTheSameInTheTableOfAscii) {
  for (char32_t code = 0; code < 0x80; ++code) {
    const words::Kinds newline = code == '\n' || code == '\r' ? words::kNewline : words::Kinds{0};
    EXPECT_EQ(words::kKindsOfAscii[code], words::kinds_of_code(code) | newline) << static_cast<int>(code);
  }
}

}  // namespace
}  // namespace dynamo::text
