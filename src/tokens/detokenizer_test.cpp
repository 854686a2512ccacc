#include "tokens/detokenizer.h"

#include <gtest/gtest.h>
#include <random>

#include "base/json.h"

#include "text/utf8.h"
#include "tokens/byte_alphabet.h"

namespace dynamo::tokens {
namespace {

/// A model without merges: what its tokens are is all that matters here.
std::shared_ptr<const Tokenizer> tokenizer_of(const std::vector<std::string>& tokens,
                                              std::string_view decoder) {
  json::object vocabulary;
  for (std::size_t id = 0; id < tokens.size(); ++id) vocabulary[tokens[id]] = id;
  json::array added{{{"id", tokens.size()},
                     {"content", "<|end|>"},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}}};
  const json::object definition{
      {"version", "1.0"},
      {"added_tokens", added},
      {"decoder", json::parse(decoder).value()},
      {"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", json::array{}}}}};
  return Tokenizer::parse(json::dump(definition)).value();
}

std::string visible(std::string_view bytes) {
  std::string out;
  append_visible(bytes, out);
  return out;
}

/// Words, parts of characters, and bytes that belong to none.
std::shared_ptr<const Tokenizer> byte_level() {
  std::vector<std::string> tokens;
  for (const std::string_view bytes : {" stop", "s", "st", "op", "stop", "\n", " a", "b", "ab", "\xE4",
                                       "\xBD", "\xA0", "\xF0\x9F", "\x98\x80", "\xFF", "é"}) {
    tokens.push_back(visible(bytes));
  }
  return tokenizer_of(tokens, R"({"type":"ByteLevel"})");
}

std::shared_ptr<const Tokenizer> sentence_piece() {
  std::vector<std::string> tokens{"▁",      "▁a",     "b",      "stop",   "▁st",   "op",
                                  "<0xE4>", "<0xBD>", "<0xA0>", "<0xFF>", "<0x0A>"};
  return tokenizer_of(
      tokens,
      R"({"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},)"
      R"({"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]})");
}

std::shared_ptr<const Tokenizer> word_piece() {
  return tokenizer_of({"a", "##b", "stop", ".", "##st", "##op"},
                      R"({"type":"WordPiece","prefix":"##","cleanup":true})");
}

std::vector<TokenId> random_ids(std::mt19937& dice, const Tokenizer& tokenizer, unsigned most) {
  std::vector<TokenId> ids;
  for (unsigned n = dice() % (most + 1); n > 0; --n) {
    ids.push_back(
        static_cast<TokenId>(dice() % (tokenizer.vocabulary_size() + 1)));  // one that there is not, too
  }
  return ids;
}

/// Feeds `ids` a few at a time.
std::string run(Detokenizer& detokenizer, std::span<const TokenId> ids, std::mt19937& dice) {
  std::string out;
  while (!ids.empty()) {
    const std::size_t size = std::min<std::size_t>(1 + dice() % 3, ids.size());
    const std::string_view piece = detokenizer.feed(ids.first(size));
    EXPECT_TRUE(text::is_valid(piece));
    out += piece;
    ids = ids.subspan(size);
  }
  return out += detokenizer.finish();
}

struct Kind {
  std::string_view name;
  std::shared_ptr<const Tokenizer> (*make)();
};

class DetokenizerTest : public ::testing::TestWithParam<Kind> {};

TEST_P(DetokenizerTest, GivesTheTextOfAllTokens) {
  const auto tokenizer = GetParam().make();
  std::mt19937 dice(5);
  for (int round = 0; round < 5000; ++round) {
    const auto ids = random_ids(dice, *tokenizer, 12);
    const bool skip = dice() % 2 == 0;
    Detokenizer detokenizer(tokenizer, {.skip_special_tokens = skip});
    EXPECT_EQ(run(detokenizer, ids, dice), tokenizer->decode(ids, skip));
    EXPECT_FALSE(detokenizer.stopped());
  }
}

TEST_P(DetokenizerTest, EndsAtTheFirstStopStringHoweverTheTokensCome) {
  const auto tokenizer = GetParam().make();
  std::mt19937 dice(6);
  const std::vector<std::string> stop{"stop", "op", "b \xEF\xBF\xBD", "ab", ".st"};
  int stopped = 0;
  for (int round = 0; round < 5000; ++round) {
    const auto ids = random_ids(dice, *tokenizer, 12);
    const bool include = dice() % 2 == 0;
    Detokenizer detokenizer(tokenizer, {.stop = stop, .include_stop_str_in_output = include});
    const std::string whole = tokenizer->decode(ids, true).value();
    text::StopMatcher matcher(stop);
    const auto match = matcher.feed(whole);
    const std::string_view wanted =
        match ? std::string_view(whole).substr(0, match->end - (include ? 0 : stop[match->stop].size()))
              : whole;
    EXPECT_EQ(run(detokenizer, ids, dice), wanted);
    EXPECT_EQ(detokenizer.stop(), match ? std::optional(match->stop) : std::nullopt);
    stopped += match ? 1 : 0;
  }
  EXPECT_GT(stopped, 100);
}

INSTANTIATE_TEST_SUITE_P(Kinds, DetokenizerTest,
                         ::testing::Values(Kind{"byte_level", byte_level},
                                           Kind{"sentence_piece", sentence_piece},
                                           Kind{"word_piece", word_piece}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Detokenizer, HoldsTextBackOnlyAsLongAsItMayBeginAStopString) {
  const auto tokenizer = byte_level();
  const auto id = [&](std::string_view bytes) { return *tokenizer->id(visible(bytes)); };
  Detokenizer detokenizer(tokenizer, {.stop = {"stop"}});
  EXPECT_EQ(detokenizer.feed(id(" a")), " a");
  EXPECT_EQ(detokenizer.feed(id("st")), "");
  EXPECT_EQ(detokenizer.feed(id("s")), "st");
  EXPECT_EQ(detokenizer.feed(id("b")), "sb");
  EXPECT_EQ(detokenizer.feed(id("st")), "");
  EXPECT_EQ(detokenizer.finish(), "st");
}

TEST(Detokenizer, SaysNothingOnceItHasStopped) {
  const auto tokenizer = byte_level();
  const auto id = [&](std::string_view bytes) { return *tokenizer->id(visible(bytes)); };
  Detokenizer detokenizer(tokenizer, {.stop = {"x", "stop"}});
  EXPECT_EQ(detokenizer.feed(std::array{id("b"), id("st"), id("op"), id("b")}), "b");
  EXPECT_EQ(detokenizer.stop(), 1);
  EXPECT_EQ(detokenizer.feed(id("b")), "");
  EXPECT_EQ(detokenizer.finish(), "");
}

TEST(Detokenizer, ShowsSpecialTokensOnDemand) {
  const auto tokenizer = byte_level();
  const TokenId end = *tokenizer->id("<|end|>");
  EXPECT_EQ(Detokenizer(tokenizer, {.skip_special_tokens = false}).feed(end), "<|end|>");
  EXPECT_EQ(Detokenizer(tokenizer, {}).feed(end), "");
}

}  // namespace
}  // namespace dynamo::tokens
