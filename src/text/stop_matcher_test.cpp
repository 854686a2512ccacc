#include "text/stop_matcher.h"

#include <gtest/gtest.h>
#include <random>

namespace dynamo::text {
namespace {

using Strings = std::vector<std::string>;

struct Found {
  std::size_t end;
  std::size_t stop;
  friend bool operator==(const Found&, const Found&) = default;
};

/// The end that comes first; of those that end together, the longest.
std::optional<Found> search(std::string_view text, const Strings& stops) {
  std::optional<Found> best;
  for (std::size_t end = 1; end <= text.size() && !best; ++end) {
    for (std::size_t i = 0; i < stops.size(); ++i) {
      const bool ends_here = !stops[i].empty() && text.substr(0, end).ends_with(stops[i]);
      if (ends_here && (!best || stops[i].size() > stops[best->stop].size())) best = Found{end, i};
    }
  }
  return best;
}

std::size_t longest_beginning(std::string_view text, const Strings& stops) {
  std::size_t longest = 0;
  for (const std::string_view stop : stops) {
    for (std::size_t n = 1; n < stop.size() && n <= text.size(); ++n) {
      if (text.ends_with(stop.substr(0, n))) longest = std::max(longest, n);
    }
  }
  return longest;
}

TEST(StopMatcher, FindsWhatAPlainSearchFindsHoweverTheTextIsCut) {
  std::mt19937 dice(11);
  const auto word = [&](unsigned most) {
    std::string out;
    for (unsigned n = dice() % (most + 1); n > 0; --n) out += "abc"[dice() % 3];
    return out;
  };
  int found_some = 0;
  for (int round = 0; round < 4'000; ++round) {
    Strings stops;
    for (unsigned n = dice() % 5; n > 0; --n) stops.push_back(word(5));
    const std::string text = word(20);
    StopMatcher matcher(stops);
    std::optional<Found> found;
    std::size_t at = 0;
    while (at < text.size() && !found) {
      const std::size_t size = std::min<std::size_t>(1 + dice() % 4, text.size() - at);
      if (const auto match = matcher.feed(std::string_view(text).substr(at, size))) {
        found = Found{at + match->end, match->stop};
      } else {
        at += size;
        EXPECT_EQ(matcher.held(), longest_beginning(std::string_view(text).substr(0, at), stops));
      }
    }
    EXPECT_EQ(found, search(text, stops)) << text;
    found_some += found ? 1 : 0;
  }
  EXPECT_GT(found_some, 1000);
}

TEST(StopMatcher, TakesTimeThatGrowsWithTheTextAlone) {
  // Each letter undoes all of the match so far, the worst that can happen.
  const Strings stops{std::string(1000, 'a') + "b", std::string(999, 'a') + "c"};
  StopMatcher matcher(stops);
  const std::string text(4'000'000, 'a');
  EXPECT_EQ(matcher.feed(text), std::nullopt);
  EXPECT_EQ(matcher.held(), 1000);
  const auto match = matcher.feed("c");
  ASSERT_TRUE(match.has_value());
  EXPECT_EQ(match->stop, 1);
}

TEST(StopMatcher, WithoutStringsThereIsNothingToFind) {
  EXPECT_TRUE(StopMatcher({}).empty());
  EXPECT_TRUE(StopMatcher({""}).empty());
  EXPECT_FALSE(StopMatcher({"x"}).empty());
}

}  // namespace
}  // namespace dynamo::text
