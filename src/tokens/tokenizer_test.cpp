#include "tokens/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "base/json.h"

#include "text/word_patterns.h"
#include "tokens/prompt_cache.h"

namespace dynamo::tokens {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A tokenizer.json around a model whose tokens are single characters and "he", with the members of `more` in
/// it.
std::string file_with(std::string_view more) {
  return fmt::format(
      R"({{"version": "1.0", {}"model": {{"type": "BPE", "unk_token": "?", "vocab": {{"?": 0, "h": 1,
    "e": 2, "l": 3, "o": 4, " ": 5, "he": 6, "▁": 7, "�": 8}}, "merges": [["h", "e"]]}}}})",
      more);
}

std::string added(std::string_view content, std::string_view flags = {}) {
  json::object token{{"id", 9},         {"content", content},  {"single_word", false}, {"lstrip", false},
                     {"rstrip", false}, {"normalized", false}, {"special", true}};
  if (!flags.empty()) token[flags] = !token[flags].as_bool();
  return json::dump(token);
}

std::shared_ptr<const Tokenizer> parse(const std::string& file) { return Tokenizer::parse(file).value(); }

constexpr std::string_view kTemplate = R"("post_processor": {"type": "TemplateProcessing",
  "single": [{"SpecialToken": {"id": "B", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 1}}], "pair": [],
  "special_tokens": {"B": {"id": "B", "ids": [9], "tokens": ["<s>"]}}}, )";

TEST(TokenizerTest, EncodesAndDecodes) {
  const auto tokenizer = parse(file_with(""));
  const auto ids = tokenizer->encode("hello").value();
  EXPECT_THAT(ids, ElementsAre(6, 3, 3, 4));
  EXPECT_EQ(tokenizer->decode(ids, true).value(), "he l l o");  // without a decoder, as in the library
  EXPECT_TRUE(tokenizer->encode("").value().empty());
}

TEST(TokenizerTest, RefusesATextForWhichAPatternTakesTooLong) {
  constexpr std::string_view kPattern = R"({"Regex": "(?:h|hh)+b"})";
  const std::string cuts = fmt::format(
      R"("pre_tokenizer": {{"type": "Split", "pattern": {}, "behavior": "Isolated", "invert": false}}, )",
      kPattern);
  const std::string rewrites =
      fmt::format(R"("normalizer": {{"type": "Replace", "pattern": {}, "content": "e"}}, )", kPattern);
  for (const std::string& part : {cuts, rewrites}) {
    const auto tokenizer = parse(file_with(part));
    const std::string text(60, 'h');
    PromptCache seen(1 << 16);
    for (int turn = 0; turn < 2; ++turn) {
      EXPECT_EQ(tokenizer->encode(text, {}, seen).error().code, Errc::too_large);
    }
    EXPECT_EQ(tokenizer->encode_with_offsets(text).error().code, Errc::too_large);
    EXPECT_EQ(tokenizer->encode("hhh").value().size(), 3U);
  }
}

TEST(TokenizerTest, KnowsWhetherItSearchesPatterns) {
  const auto split = [](std::string_view pattern, std::string_view behavior) {
    return fmt::format(R"({{"type": "Split", "pattern": {}, "behavior": "{}", "invert": false}})", pattern,
                       behavior);
  };
  const std::string gpt2 =
      json::dump(json::object{{"Regex", text::word_patterns::kGpt2}});  // compiled by hand where isolated
  const std::string_view spaces = R"({"Regex": " +"})";
  const std::string_view literal = R"({"String": " "})";
  const auto cuts = [](std::string_view step) { return fmt::format(R"("pre_tokenizer": {}, )", step); };
  const auto replaces = [](std::string_view part, std::string_view pattern) {
    return fmt::format(R"("{}": {{"type": "Replace", "pattern": {}, "content": "e"}}, )", part, pattern);
  };
  const std::pair<std::string, bool> rows[] = {
      {"", false},
      {cuts(R"({"type": "ByteLevel", "add_prefix_space": false})"), false},
      {cuts(split(gpt2, "Isolated")), false},
      {cuts(split(gpt2, "Removed")), true},
      {cuts(split(literal, "Removed")), false},
      {cuts(split(spaces, "Removed")), true},
      {cuts(fmt::format(R"({{"type": "Sequence", "pretokenizers": [{}]}})", split(spaces, "Isolated"))),
       true},
      {replaces("normalizer", literal), false},
      {replaces("normalizer", spaces), true},
      {R"("normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}]}, )", false},
      {replaces("decoder", literal), false},
      {replaces("decoder", spaces), true},
  };
  for (const auto& [part, expected] : rows) {
    EXPECT_EQ(parse(file_with(part))->searches_patterns(), expected) << part;
  }
}

/// `step` forty times over.
std::string sequence(std::string_view member, std::string_view steps, std::string_view step) {
  std::string all(step);
  for (int i = 1; i < 40; ++i) all += fmt::format(", {}", step);
  return fmt::format(R"("{}": {{"type": "Sequence", "{}": [{}]}}, )", member, steps, all);
}

TEST(TokenizerTest, RefusesATextThatIsMadeFarLonger) {
  constexpr std::string_view kDouble = R"({"type": "Replace", "pattern": {"String": "h"}, "content": "hh"})";
  constexpr std::string_view kLong = R"({"type": "Replace", "pattern": {"String": "h"}, "content": ")";
  constexpr std::string_view kBytes =
      R"({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false})";
  const std::string once = fmt::format(R"("normalizer": {}{}"}}, )", kLong, std::string(80'000, 'l'));
  for (const std::string& part : {sequence("normalizer", "normalizers", kDouble), once,
                                  sequence("pre_tokenizer", "pretokenizers", kBytes)}) {
    const auto tokenizer = parse(file_with(part));
    EXPECT_EQ(tokenizer->encode("é h").error().code, Errc::too_large);
    EXPECT_EQ(tokenizer->encode_with_offsets("é h").error().code, Errc::too_large);
  }
}

TEST(TokenizerTest, KnowsItsTokens) {
  const auto tokenizer =
      parse(file_with(fmt::format(R"("added_tokens": [{}, {}], )", added("<s>"), added("<t>", "special"))));
  EXPECT_EQ(tokenizer->vocabulary_size(), 11U);
  EXPECT_EQ(tokenizer->token(6), "he");
  EXPECT_EQ(tokenizer->token(9), "<s>");
  EXPECT_EQ(tokenizer->token(11), std::nullopt);
  EXPECT_EQ(tokenizer->id("<t>"), 10U);
  EXPECT_EQ(tokenizer->id("he"), 6U);
  EXPECT_EQ(tokenizer->id("she"), std::nullopt);
  EXPECT_TRUE(tokenizer->special(9));
  EXPECT_FALSE(tokenizer->special(10));
  EXPECT_FALSE(tokenizer->special(6));
}

TEST(TokenizerTest, FindsAddedTokensInText) {
  const auto tokenizer = parse(file_with(fmt::format(R"("added_tokens": [{}], )", added("<s>"))));
  EXPECT_THAT(tokenizer->encode("he<s>he").value(), ElementsAre(6, 9, 6));
  EXPECT_EQ(tokenizer->decode(std::vector<TokenId>{6, 9, 6}, false).value(), "he <s> he");
  EXPECT_EQ(tokenizer->decode(std::vector<TokenId>{6, 9, 6}, true).value(), "he he");
}

TEST(TokenizerTest, LeavesUnknownIdsOutOfText) {
  const auto tokenizer = parse(file_with(""));
  EXPECT_EQ(tokenizer->decode(std::vector<TokenId>{6, 999, 4'000'000'000, 3}, true).value(), "he l");
}

TEST(TokenizerTest, AddsSpecialTokensOnDemand) {
  const auto tokenizer =
      parse(file_with(fmt::format(R"({}"added_tokens": [{}], )", kTemplate, added("<s>"))));
  EXPECT_THAT(tokenizer->encode("he").value(), ElementsAre(9, 6));
  EXPECT_THAT(tokenizer->encode("he", {.add_special_tokens = false}).value(), ElementsAre(6));
  const Encoding encoding = tokenizer->encode_with_offsets("ho").value();
  EXPECT_THAT(encoding.ids, ElementsAre(9, 1, 4));
  EXPECT_THAT(encoding.tokens, ElementsAre("<s>", "h", "o"));
  EXPECT_THAT(encoding.offsets, ElementsAre(Span{0, 0}, Span{0, 1}, Span{1, 2}));
  EXPECT_THAT(encoding.types, ElementsAre(0, 1, 1));
  EXPECT_THAT(encoding.special, ElementsAre(true, false, false));
}

TEST(TokenizerTest, ReadsBrokenBytesAsReplacementCharacters) {
  const auto tokenizer = parse(file_with(""));
  EXPECT_THAT(tokenizer->encode("h\xFF\xE4\xB8h").value(), ElementsAre(1, 8, 8, 1));
  const Encoding encoding = tokenizer->encode_with_offsets("h\xFF\xE4\xB8h").value();
  EXPECT_THAT(encoding.ids, ElementsAre(1, 8, 8, 1));
  EXPECT_THAT(encoding.offsets, ElementsAre(Span{0, 1}, Span{1, 2}, Span{2, 4}, Span{4, 5}));
}

TEST(TokenizerTest, NotesWhatItIgnores) {
  EXPECT_TRUE(parse(file_with(R"("truncation": null, "padding": null, )"))->notes().empty());
  const auto tokenizer = parse(file_with(R"("truncation": {"max_length": 3}, "padding": {}, )"));
  ASSERT_EQ(tokenizer->notes().size(), 2U);
  EXPECT_THAT(tokenizer->notes()[0], HasSubstr("truncation"));
  EXPECT_THAT(tokenizer->notes()[1], HasSubstr("padding"));
}

TEST(TokenizerTest, FirstPiecesDifferFromLaterOnes) {
  const auto tokenizer = parse(file_with(fmt::format(
      R"("pre_tokenizer": {{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true}}, "added_tokens": [{}], )",
      added("<s>"))));
  EXPECT_THAT(tokenizer->encode("he<s>he").value(), ElementsAre(7, 6, 9, 6));
  PromptCache seen(1 << 20);
  const std::string word = "he" + std::string(60, 'l');
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(tokenizer->encode(word + "<s>" + word, {}, seen).value(),
              tokenizer->encode(word + "<s>" + word).value());
  }
}

TEST(TokenizerTest, TokenizersSharingACacheDoNotMixTheirTokens) {
  PromptCache seen(1 << 20);
  const std::string text(100, 'l');
  const auto one = parse(file_with(""));
  const auto other =
      parse(file_with(R"("normalizer": {"type": "Replace", "pattern": {"String": "l"}, "content": "o"}, )"));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(one->encode(text, {}, seen).value(), one->encode(text).value());
    EXPECT_EQ(other->encode(text, {}, seen).value(), other->encode(text).value());
  }
}

TEST(TokenizerTest, ThreadsShareATokenizerAndACache) {
  const auto tokenizer = parse(file_with(fmt::format(R"("added_tokens": [{}], )", added("<s>"))));
  PromptCache seen(1 << 14);
  std::vector<std::jthread> threads;
  std::atomic<int> differences = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 300; ++i) {
        const std::string text =
            std::string(50 + (i * 7 + thread) % 40, 'l') + "<s>" + std::string(50 + i % 30, 'h');
        differences += tokenizer->encode(text, {}, seen).value() != tokenizer->encode(text).value();
      }
    });
  }
  threads.clear();
  EXPECT_EQ(differences, 0);
}

struct RefusedCase {
  std::string_view name;
  std::string file;
  Errc code;
  std::string_view message;
};

class TokenizerRefusesTest : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(TokenizerRefusesTest, WithAReason) {
  const auto tokenizer = Tokenizer::parse(GetParam().file);
  ASSERT_FALSE(tokenizer.has_value());
  EXPECT_EQ(tokenizer.error().code, GetParam().code) << tokenizer.error().message;
  EXPECT_THAT(tokenizer.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Files, TokenizerRefusesTest,
    ::testing::Values(
        RefusedCase{"empty", "", Errc::invalid, "line 1, column 1: expected an object"},
        RefusedCase{"not_json", "hello", Errc::invalid, "expected an object"},
        RefusedCase{"not_utf8", "{\"a\": \"\xFF\"}", Errc::invalid, "not UTF-8"},
        RefusedCase{"no_model", "{}", Errc::invalid, "model is missing"},
        RefusedCase{"cut", file_with("").substr(0, 120), Errc::invalid, "expected"},
        RefusedCase{"version", R"({"version": "2.0", "model": {}})", Errc::unsupported, "version \"2.0\""},
        RefusedCase{"added_list", file_with(R"("added_tokens": {}, )"), Errc::invalid,
                    "added_tokens must be an array"},
        RefusedCase{"added_entry", file_with(R"("added_tokens": [1], )"), Errc::invalid,
                    "entries of added_tokens"},
        RefusedCase{"added_flag", file_with(R"("added_tokens": [{"id": 1, "content": "x"}], )"),
                    Errc::invalid, "single_word of \"x\""},
        RefusedCase{"normalizer", file_with(R"("normalizer": {"type": "Magic"}, )"), Errc::unsupported,
                    "Magic"},
        RefusedCase{"pre_tokenizer", file_with(R"("pre_tokenizer": {"type": "Magic"}, )"), Errc::unsupported,
                    "Magic"},
        RefusedCase{"post_processor", file_with(R"("post_processor": {"type": "Magic"}, )"),
                    Errc::unsupported, "Magic"},
        RefusedCase{"decoder", file_with(R"("decoder": {"type": "Magic"}, )"), Errc::unsupported, "Magic"},
        RefusedCase{"broken_part", file_with(R"("decoder": {"type": }, )"), Errc::invalid, "decoder"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(TokenizerRefusesTest, EveryCutOfAFile) {
  const std::string file = file_with(fmt::format(R"({}"added_tokens": [{}], )", kTemplate, added("<s>")));
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_FALSE(Tokenizer::parse(std::string_view(file).substr(0, size)).has_value()) << size;
  }
  EXPECT_TRUE(Tokenizer::parse(file).has_value());
}

}  // namespace
}  // namespace dynamo::tokens
