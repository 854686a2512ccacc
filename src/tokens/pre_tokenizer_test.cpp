#include "tokens/pre_tokenizer.h"

#include <gtest/gtest.h>
#include <random>

#include "tokens/sample_texts.h"

namespace dynamo::tokens {
namespace {

std::unique_ptr<const PreTokenizer> load(std::string_view definition) {
  auto loaded = PreTokenizer::load(json::parse(definition).value());
  EXPECT_TRUE(loaded) << loaded.error().message;
  return loaded ? std::move(*loaded) : nullptr;
}

std::vector<text::AlignedText> aligned_pieces(const PreTokenizer& pre_tokenizer, std::string_view text) {
  std::vector<text::AlignedText> pieces{text::AlignedText(text)};
  EXPECT_TRUE(pre_tokenizer.split(pieces));
  return pieces;
}

PlainPieces plain_pieces(const PreTokenizer& pre_tokenizer, std::string_view text) {
  PlainPieces pieces{.text = std::string(text)};
  if (!text.empty()) pieces.pieces.push_back({.begin = 0, .end = static_cast<std::uint32_t>(text.size())});
  EXPECT_TRUE(pre_tokenizer.split(pieces));
  return pieces;
}

std::string join(const std::vector<text::AlignedText>& pieces) {
  std::string out;
  for (const auto& piece : pieces) out += fmt::format("|{}", piece.text());
  return out;
}

std::string join(const PlainPieces& pieces) {
  std::string out;
  for (const text::Range piece : pieces.pieces) out += fmt::format("|{}", piece.of(pieces.text));
  return out;
}

std::string show(const std::vector<text::AlignedText>& pieces) {
  std::string out;
  for (const auto& piece : pieces) {
    out += fmt::format("|{}:{}-{}", piece.text(), piece.origin().begin, piece.origin().end);
  }
  return out;
}

/// What the library answers; `pieces` are texts and the bytes they come from.
struct PreTokenizerCase {
  std::string_view name;
  std::string_view definition;
  std::string_view text;
  std::string_view pieces;
};

class PreTokenizerTest : public ::testing::TestWithParam<PreTokenizerCase> {};

TEST_P(PreTokenizerTest, CutsAndRemembersOrigins) {
  const auto& c = GetParam();
  const auto pre_tokenizer = load(c.definition);
  const auto pieces = aligned_pieces(*pre_tokenizer, c.text);
  EXPECT_EQ(show(pieces), c.pieces);
  EXPECT_EQ(join(plain_pieces(*pre_tokenizer, c.text)), join(pieces));
}

constexpr auto kName = [](const auto& row) { return std::string(row.param.name); };

INSTANTIATE_TEST_SUITE_P(
    Kinds, PreTokenizerTest,
    ::testing::Values(
        PreTokenizerCase{"empty", R"({"type":"Whitespace"})", "", ""},
        PreTokenizerCase{"bert", R"({"type":"BertPreTokenizer"})", "Hey,  you!? é中",
                         "|Hey:0-3|,:3-4|you:6-9|!:9-10|?:10-11|é中:12-17"},
        PreTokenizerCase{"whitespace", R"({"type":"Whitespace"})", "Hey,  you!? x_1é",
                         "|Hey:0-3|,:3-4|you:6-9|!?:9-11|x_1é:12-17"},
        PreTokenizerCase{"whitespace_split", R"({"type":"WhitespaceSplit"})", " Hey, \u3000you ",
                         "|Hey,:1-5|you:9-12"},
        PreTokenizerCase{"scripts", R"({"type":"UnicodeScripts"})", "  どこで生れ。Yes it かー",
                         "|どこで生れ:2-17|。:17-20|Yes it :20-27|かー:27-33"},
        PreTokenizerCase{"digits_alone", R"({"type":"Digits","individual_digits":true})", "a12Ⅷ b",
                         "|a:0-1|1:1-2|2:2-3|Ⅷ:3-6| b:6-8"},
        PreTokenizerCase{"digits", R"({"type":"Digits","individual_digits":false})", "a12Ⅷ b",
                         "|a:0-1|12Ⅷ:1-6| b:6-8"},
        PreTokenizerCase{"punctuation", R"({"type":"Punctuation"})", "a!?b", "|a:0-1|!:1-2|?:2-3|b:3-4"},
        PreTokenizerCase{"punctuation_runs", R"({"type":"Punctuation","behavior":"Contiguous"})", "a!?b «c»",
                         "|a:0-1|!?:1-3|b :3-5|«:5-7|c:7-8|»:8-10"},
        PreTokenizerCase{"delimiter", R"({"type":"CharDelimiterSplit","delimiter":"é"})", "éaéébé",
                         "|a:2-3|b:7-8"},
        PreTokenizerCase{"fixed_length", R"({"type":"FixedLength","length":2})", "aé中bc",
                         "|aé:0-3|中b:3-7|c:7-8"},
        PreTokenizerCase{"metaspace", R"({"type":"Metaspace","replacement":"▁"})", "Hey  you ",
                         "|▁Hey:0-3|▁:3-4|▁you:4-8|▁:8-9"},
        PreTokenizerCase{"metaspace_has_one", R"({"type":"Metaspace","replacement":"▁"})", " Hey",
                         "|▁Hey:0-4"},
        PreTokenizerCase{"metaspace_uncut", R"({"type":"Metaspace","replacement":"▁","split":false})",
                         "Hey you", "|▁Hey▁you:0-7"},
        PreTokenizerCase{"metaspace_never",
                         R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"never"})", "Hey you",
                         "|Hey:0-3|▁you:3-7"},
        PreTokenizerCase{"byte_level", R"({"type":"ByteLevel","add_prefix_space":true})", "Hé  you'll",
                         "|ĠHÃ©:0-3|Ġ:3-4|Ġyou:4-8|'ll:8-11"},
        PreTokenizerCase{"byte_level_uncut",
                         R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":false})", "Hé you",
                         "|HÃ©Ġyou:0-7"}),
    kName);

constexpr std::string_view kWordsThenFirst =
    R"({"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},
        {"type":"Metaspace","replacement":"▁","prepend_scheme":"first"}]})";

INSTANTIATE_TEST_SUITE_P(
    Sequences, PreTokenizerTest,
    ::testing::Values(
        PreTokenizerCase{"no_steps", R"({"type":"Sequence","pretokenizers":[]})", "a b", "|a b:0-3"},
        PreTokenizerCase{"first_word_is_first", kWordsThenFirst, "Hey you", "|▁Hey:0-3|you:4-7"},
        PreTokenizerCase{"first_word_is_not_first", kWordsThenFirst, " Hey you", "|Hey:1-4|you:5-8"},
        PreTokenizerCase{
            "spaces_before_a_script_go",
            R"({"type":"Sequence","pretokenizers":[{"type":"Punctuation"},{"type":"UnicodeScripts"}]})",
            "a! b", "|a:0-1|!:1-2|b:3-4"},
        PreTokenizerCase{"spaces_for_all",
                         R"({"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},
                             {"type":"ByteLevel","add_prefix_space":true}]})",
                         "é12", "|ĠÃ©:0-2|Ġ1:2-3|Ġ2:3-4"}),
    kName);

struct SplitCase {
  std::string_view name;
  std::string_view pattern;
  std::string_view behavior;
  bool invert;
  std::string_view text;
  std::string_view pieces;
};

class SplitTest : public ::testing::TestWithParam<SplitCase> {};

TEST_P(SplitTest, DoesAsToldWithDelimiters) {
  const auto& c = GetParam();
  const auto pre_tokenizer = load(fmt::format(
      R"({{"type":"Split","pattern":{},"behavior":"{}","invert":{}}})", c.pattern, c.behavior, c.invert));
  EXPECT_EQ(join(aligned_pieces(*pre_tokenizer, c.text)), c.pieces);
  EXPECT_EQ(join(plain_pieces(*pre_tokenizer, c.text)), c.pieces);
}

constexpr std::string_view kDash = R"({"String":"-"})";
constexpr std::string_view kFinal = "the-final--countdown";
constexpr std::string_view kWords = R"({"Regex":"\\w+|[^\\w\\s]+"})";

INSTANTIATE_TEST_SUITE_P(
    Split, SplitTest,
    ::testing::Values(
        SplitCase{"removed", kDash, "Removed", false, kFinal, "|the|final|countdown"},
        SplitCase{"isolated", kDash, "Isolated", false, kFinal, "|the|-|final|-|-|countdown"},
        SplitCase{"merged_with_previous", kDash, "MergedWithPrevious", false, kFinal,
                  "|the-|final-|-|countdown"},
        SplitCase{"merged_with_next", kDash, "MergedWithNext", false, kFinal, "|the|-final|-|-countdown"},
        SplitCase{"contiguous", kDash, "Contiguous", false, kFinal, "|the|-|final|--|countdown"},
        SplitCase{"removed_inverted", kDash, "Removed", true, kFinal, "|-|-|-"},
        SplitCase{"merged_inverted", kWords, "MergedWithNext", true, "How are you doing?",
                  "|How| are| you| doing|?"},
        SplitCase{"empty_matches", R"({"Regex":"a*"})", "MergedWithPrevious", false, "baac", "|baa|c"},
        SplitCase{
            "known_pattern",
            R"({"Regex":"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"})",
            "Isolated", false, "it's  12!", "|it|'s| | 12|!"}),
    kName);

struct FastCase {
  std::string_view name;
  std::string_view definition;
  bool has_byte_words;
};

class ByteWordsTest : public ::testing::TestWithParam<FastCase> {};

TEST_P(ByteWordsTest, AreThereWhereNothingElseIsDone) {
  const auto& c = GetParam();
  EXPECT_EQ(load(c.definition)->byte_words() != nullptr, c.has_byte_words);
}

INSTANTIATE_TEST_SUITE_P(
    PreTokenizer, ByteWordsTest,
    ::testing::Values(
        FastCase{"byte_level", R"({"type":"ByteLevel","add_prefix_space":true})", true},
        FastCase{"byte_level_uncut", R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":false})",
                 true},
        FastCase{"sequence_of_one",
                 R"({"type":"Sequence","pretokenizers":[{"type":"ByteLevel","add_prefix_space":true}]})",
                 true},
        FastCase{"unknown_pattern",
                 R"({"type":"Sequence","pretokenizers":[
                     {"type":"Split","pattern":{"Regex":"q+"},"behavior":"Isolated","invert":false},
                     {"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]})",
                 false},
        FastCase{"prefix_for_every_word",
                 R"({"type":"Sequence","pretokenizers":[
                     {"type":"Split","pattern":{"Regex":"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"},
                      "behavior":"Isolated","invert":false},
                     {"type":"ByteLevel","add_prefix_space":true,"use_regex":false}]})",
                 false},
        FastCase{"digits_first",
                 R"({"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},
                     {"type":"ByteLevel","add_prefix_space":false}]})",
                 false},
        FastCase{"whitespace", R"({"type":"Whitespace"})", false}),
    kName);

TEST(PreTokenizer, OnlyMetaspaceAtTheStartAsksWhereItIs) {
  EXPECT_TRUE(load(kWordsThenFirst)->needs_origins());
  EXPECT_FALSE(load(R"({"type":"Metaspace","replacement":"▁"})")->needs_origins());
  EXPECT_FALSE(load(R"({"type":"Whitespace"})")->needs_origins());
}

TEST(PreTokenizer, PiecesBehindTheStartGetNoMark) {
  const auto pre_tokenizer = load(R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"first"})");
  PlainPieces pieces{.text = "Hey", .pieces = {{.begin = 0, .end = 3}}, .at_start = false};
  EXPECT_TRUE(pre_tokenizer->split(pieces));
  EXPECT_EQ(join(pieces), "|Hey");
}

struct BrokenCase {
  std::string_view name;
  std::string_view definition;
  Errc code;
  std::string_view message;
};

class BrokenPreTokenizerTest : public ::testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenPreTokenizerTest, IsRefusedByName) {
  const auto& c = GetParam();
  const auto loaded = PreTokenizer::load(json::parse(c.definition).value());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, c.code);
  EXPECT_EQ(loaded.error().message, c.message);
}

INSTANTIATE_TEST_SUITE_P(
    PreTokenizer, BrokenPreTokenizerTest,
    ::testing::Values(
        BrokenCase{"unknown", R"({"type":"RandomChunk"})", Errc::unsupported,
                   "pre-tokenizer RandomChunk: not a type that is known"},
        BrokenCase{"no_type", "{}", Errc::invalid, "pre-tokenizer: `type` must be a string"},
        BrokenCase{"behavior",
                   R"({"type":"Split","pattern":{"String":"a"},"behavior":"Joined","invert":false})",
                   Errc::invalid,
                   "pre-tokenizer Split: `behavior` must be Removed, Isolated, MergedWithPrevious, "
                   "MergedWithNext or "
                   "Contiguous, not Joined"},
        BrokenCase{"delimiter", R"({"type":"CharDelimiterSplit","delimiter":"ab"})", Errc::invalid,
                   "pre-tokenizer CharDelimiterSplit: `delimiter` must be one character"},
        BrokenCase{"length", R"({"type":"FixedLength","length":0})", Errc::invalid,
                   "pre-tokenizer FixedLength: `length` must be a number from 1"},
        BrokenCase{"scheme", R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"last"})",
                   Errc::invalid, "pre-tokenizer Metaspace: `prepend_scheme` must be first, never or always"},
        BrokenCase{"schemes_disagree", R"({"type":"Metaspace","replacement":"▁","add_prefix_space":false})",
                   Errc::invalid,
                   "pre-tokenizer Metaspace: `add_prefix_space` is false, which `prepend_scheme` must agree "
                   "to with never"},
        BrokenCase{
            "nested", R"({"type":"Sequence","pretokenizers":[{"type":"Digits"}]})", Errc::invalid,
            "pre-tokenizer Sequence: pre-tokenizer Digits: `individual_digits` must be true or false"}),
    kName);

TEST(PreTokenizer, FastWayEqualsTheOneThatRemembers) {
  const std::string_view definitions[] = {
      R"({"type":"BertPreTokenizer"})",
      R"({"type":"Whitespace"})",
      R"({"type":"UnicodeScripts"})",
      R"({"type":"Digits","individual_digits":false})",
      R"({"type":"Punctuation","behavior":"MergedWithNext"})",
      R"({"type":"FixedLength"})",
      R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"first"})",
      R"({"type":"Metaspace","replacement":"é"})",
      R"({"type":"ByteLevel","add_prefix_space":true})",
      R"({"type":"Split","pattern":{"Regex":"a*"},"behavior":"MergedWithPrevious","invert":true})",
      R"({"type":"Split","pattern":{"Regex":"\\s+"},"behavior":"MergedWithNext","invert":false})",
      R"({"type":"Sequence","pretokenizers":[{"type":"Punctuation"},{"type":"UnicodeScripts"},{"type":"FixedLength"}]})",
      R"({"type":"Sequence","pretokenizers":[{"type":"Punctuation"},{"type":"Metaspace","replacement":"_"},
          {"type":"BertPreTokenizer"},{"type":"Digits","individual_digits":true}]})",
      kWordsThenFirst};
  std::mt19937 random(5);
  for (const std::string_view definition : definitions) {
    const auto pre_tokenizer = load(definition);
    for (int round = 0; round < 400; ++round) {
      const std::string input = sample_text(random);
      ASSERT_EQ(join(plain_pieces(*pre_tokenizer, input)), join(aligned_pieces(*pre_tokenizer, input)))
          << definition << ": " << input;
    }
  }
}

}  // namespace
}  // namespace dynamo::tokens
