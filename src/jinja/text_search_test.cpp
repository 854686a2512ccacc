#include "jinja/text_search.h"

#include <gtest/gtest.h>
#include <random>
#include <string>

namespace dynamo::jinja {
namespace {

std::string drawn(std::mt19937& random, std::size_t most) {
  std::string out(random() % (most + 1), 'a');
  for (auto& c : out) c = random() % 8 == 0 ? 'b' : 'a';
  return out;
}

TEST(TextSearch, FindsWhatTheStandardLibraryFinds) {
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    auto needle = drawn(random, 150);
    const auto text = drawn(random, 400) + (random() % 2 == 0 ? needle : "") + drawn(random, 400);
    if (random() % 2 == 0) needle = text.substr(random() % text.size(), 66 + random() % 50);
    const auto from = random() % (text.size() + 2);
    ASSERT_EQ(find_first(text, needle, from), text.find(needle, from)) << needle << " in " << text;
    ASSERT_EQ(find_last(text, needle), text.rfind(needle)) << needle << " in " << text;
  }
}

/// Takes minutes where every place is compared anew.
TEST(TextSearch, TakesLinearTime) {
  const std::string text(4'000'000, 'a');
  const auto half = text.substr(0, text.size() / 2);
  EXPECT_EQ(find_first(text, half + 'b'), std::string::npos);
  EXPECT_EQ(find_last(text, 'b' + half), std::string::npos);
}

/// And so do a needle's bytes where none can be found: a template is charged for the text alone.
TEST(TextSearch, LooksAtNoNeedleThatIsTooLong) {
  const std::string needle(4'000'000, 'a');
  for (int i = 0; i < 1'000'000; ++i) {
    ASSERT_EQ(find_first("a", needle), std::string::npos);
    ASSERT_EQ(find_last("a", needle), std::string::npos);
  }
}

}  // namespace
}  // namespace dynamo::jinja
