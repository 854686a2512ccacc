#include "tokens/normalizer.h"

#include <gtest/gtest.h>
#include <random>

#include "text/code_point.h"
#include "text/utf8.h"
#include "tokens/sample_texts.h"

namespace dynamo::tokens {
namespace {

std::unique_ptr<const Normalizer> load(std::string_view definition) {
  auto loaded = Normalizer::load(json::parse(definition).value());
  EXPECT_TRUE(loaded) << loaded.error().message;
  return loaded ? std::move(*loaded) : nullptr;
}

/// Each character and the bytes it comes from: "e:0-2 x:2-3".
std::string show(const text::AlignedText& text) {
  std::string out;
  for (std::size_t at = 0; at < text.text().size();) {
    const std::size_t size = text::sequence_size(text.text()[at]);
    const text::Range range{.begin = static_cast<std::uint32_t>(at),
                            .end = static_cast<std::uint32_t>(at + size)};
    const text::Range origin = text.origin(range);
    out += fmt::format("{}{}:{}-{}", out.empty() ? "" : " ", range.of(text.text()), origin.begin, origin.end);
    at += size;
  }
  return out;
}

std::string plain(const Normalizer& normalizer, std::string text) {
  EXPECT_TRUE(normalizer.apply(text));
  return text;
}

/// What the library answers; `characters` as show() writes them.
struct NormalizerCase {
  std::string_view name;
  std::string_view definition;
  std::string_view text;
  std::string_view characters;
};

class NormalizerTest : public ::testing::TestWithParam<NormalizerCase> {};

TEST_P(NormalizerTest, RewritesAndRemembersOrigins) {
  const auto& c = GetParam();
  const auto normalizer = load(c.definition);
  text::AlignedText text(c.text);
  EXPECT_TRUE(normalizer->apply(text));
  EXPECT_EQ(show(text), c.characters);
  EXPECT_EQ(plain(*normalizer, std::string(c.text)), text.text());
}

constexpr std::string_view kBert =
    R"({"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true})";
constexpr std::string_view kBertLowercase =
    R"({"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":false,"strip_accents":false,"lowercase":true})";
constexpr std::string_view kAccents =
    R"({"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"},{"type":"Lowercase"}]})";

INSTANTIATE_TEST_SUITE_P(
    Normalizer, NormalizerTest,
    ::testing::Values(
        NormalizerCase{"nothing_to_do", R"({"type":"NFKC"})", "abc", "a:0-1 b:1-2 c:2-3"},
        NormalizerCase{"empty", kBert, "", ""},
        NormalizerCase{"nfc", R"({"type":"NFC"})", "e\u0301x", "é:0-1 x:3-4"},
        NormalizerCase{"nfkd", R"({"type":"NFKD"})", "xﬁé", "x:0-1 f:1-4 i:1-4 e:4-6 \u0301:4-6"},
        NormalizerCase{"lowercase", R"({"type":"Lowercase"})", "AİÉẞ", "a:0-1 i:1-3 \u0307:1-3 é:3-5 ß:5-8"},
        NormalizerCase{"strip_accents", R"({"type":"StripAccents"})", "e\u0301\u0300o\u0301", "e:0-1 o:5-6"},
        NormalizerCase{"strip_accents_first", R"({"type":"StripAccents"})", "\u0301\u0300o", "o:4-5"},
        NormalizerCase{"nmt", R"({"type":"Nmt"})", "a\u0001\tb\u200B▁", "a:0-1  :2-3 b:3-4  :4-7  :7-10"},
        NormalizerCase{"byte_level", R"({"type":"ByteLevel"})", "a é", "a:0-1 Ġ:1-2 Ã:2-4 ©:2-4"},
        NormalizerCase{"bert", kBert, "\u0001É\u00A0中ǅ", "e:1-3  :3-5  :5-8 中:5-8  :5-8 ǆ:8-10"},
        NormalizerCase{"bert_lowercase_only", kBertLowercase, "É\t中", "é:0-2 \t:2-3 中:3-6"},
        NormalizerCase{"strip", R"({"type":"Strip","strip_left":true,"strip_right":true})", "  ab \t",
                       "a:2-3 b:3-4"},
        NormalizerCase{"strip_right", R"({"type":"Strip","strip_left":false,"strip_right":true})",
                       " éa \u3000", " :0-1 é:1-3 a:3-4"},
        NormalizerCase{"strip_all", R"({"type":"Strip","strip_left":false,"strip_right":true})", " \n ", ""},
        NormalizerCase{"prepend", R"({"type":"Prepend","prepend":"▁x"})", "éa", "▁:0-2 x:0-2 é:0-2 a:2-3"},
        NormalizerCase{"prepend_to_nothing", R"({"type":"Prepend","prepend":"▁x"})", "", ""},
        NormalizerCase{"replace", R"({"type":"Replace","pattern":{"String":" "},"content":"▁▁"})", "a  b",
                       "a:0-1 ▁:1-2 ▁:1-2 ▁:2-3 ▁:2-3 b:3-4"},
        NormalizerCase{"replace_pattern", R"({"type":"Replace","pattern":{"Regex":"\\s+"},"content":"$0"})",
                       "a  b c", "a:0-1 $:2-3 0:2-3 b:3-4 $:4-5 0:4-5 c:5-6"},
        NormalizerCase{"replace_nothing", R"({"type":"Replace","pattern":{"Regex":"^"},"content":"▁"})", "ab",
                       "▁:0-0 a:0-1 b:1-2"},
        NormalizerCase{"sequence", kAccents, "ÉcÔ", "e:0-2 c:2-3 o:3-5"}),
    [](const auto& row) { return std::string(row.param.name); });

/// "A" -> "a", "ab" -> "x", "é" -> "e" and U+0301, "ﬁ" -> "fi", U+0301 -> "", as sentencepiece writes it.
constexpr std::string_view kMap =
    "vAMAAAAEAAB/AAD/AgAAgGIFAAB/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA"
    "/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38A"
    "AP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/"
    "AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9BBQAAAAAAgH8AAP+sBAAAfwAA/38AAP9/AAD/fwAA/38AAP9/AAD/"
    "fwAA/38AAP8LAACAgQUAAH8AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA"
    "/38AAP9/AAD/fwAA/2EEAAB/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP+pBQAABAAAgH8AAP9/AAD/fwAA/38A"
    "AP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/"
    "AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/"
    "fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA"
    "/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38A"
    "AP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP8IAACAwwQAAIEJAAB/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP/M"
    "BAAAfwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/"
    "fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP9/AAD/fwAA/38AAP/vBAAAYQB4AGXMgQBmaQAA";

std::string precompiled() {
  return fmt::format(R"({{"type":"Precompiled","precompiled_charsmap":"{}"}})", kMap);
}

TEST(Charsmap, ReplacesGraphemesByTheirShortestKnownBeginning) {
  const auto normalizer = load(precompiled());
  const auto rewritten = [&](std::string_view text) {
    text::AlignedText aligned(text);
    EXPECT_TRUE(normalizer->apply(aligned));
    EXPECT_EQ(plain(*normalizer, std::string(text)), aligned.text());
    return show(aligned);
  };
  EXPECT_EQ(rewritten("bAb"), "b:0-1 a:1-2 b:2-3");
  EXPECT_EQ(rewritten("xﬁ"), "x:0-1 f:1-4 i:1-4");
  EXPECT_EQ(rewritten("é"), "e:0-2 \u0301:0-2");
  EXPECT_EQ(rewritten("A\u0301b"), "a:0-1 b:3-4") << "the whole grapheme stands for its beginning";
  EXPECT_EQ(rewritten("b\u0301b"), "b:0-1 b:3-4") << "and else each character for itself";
  EXPECT_EQ(rewritten("A\u0301\u0301\u0301b"), "a:0-1 b:7-8") << "so too where the grapheme is long";
  EXPECT_EQ(rewritten("中文"), "中:0-3 文:3-6");
}

struct BrokenCase {
  std::string_view name;
  std::string_view definition;
  Errc code;
  std::string_view message;
};

class BrokenNormalizerTest : public ::testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenNormalizerTest, IsRefusedByName) {
  const auto& c = GetParam();
  const auto loaded = Normalizer::load(json::parse(c.definition).value());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, c.code);
  EXPECT_EQ(loaded.error().message, c.message);
}

INSTANTIATE_TEST_SUITE_P(
    Normalizer, BrokenNormalizerTest,
    ::testing::Values(
        BrokenCase{"unknown", R"({"type":"Esperanto"})", Errc::unsupported,
                   "normalizer Esperanto: not a type that is known"},
        BrokenCase{"nested_unknown", R"({"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"X"}]})",
                   Errc::unsupported, "normalizer Sequence: normalizer X: not a type that is known"},
        BrokenCase{"no_type", "{}", Errc::invalid, "normalizer: `type` must be a string"},
        BrokenCase{"no_object", "[]", Errc::invalid, "normalizer: not an object"},
        BrokenCase{"bert_without_members", R"({"type":"BertNormalizer"})", Errc::invalid,
                   "normalizer BertNormalizer: `clean_text` must be true or false"},
        BrokenCase{"strip_of_text", R"({"type":"Strip","strip_left":"yes","strip_right":true})",
                   Errc::invalid, "normalizer Strip: `strip_left` must be true or false"},
        BrokenCase{"replace_without_pattern", R"({"type":"Replace","pattern":"a","content":""})",
                   Errc::invalid,
                   R"(normalizer Replace: `pattern` must be {"String": "…"} or {"Regex": "…"})"},
        BrokenCase{
            "map_not_base64", R"({"type":"Precompiled","precompiled_charsmap":"AB"})", Errc::invalid,
            "normalizer Precompiled: precompiled_charsmap: not base64: its length is no multiple of 4"},
        BrokenCase{"map_cut_short", R"({"type":"Precompiled","precompiled_charsmap":"CAAAAAEAAAA="})",
                   Errc::invalid, "normalizer Precompiled: character map: cut short"},
        BrokenCase{"sequence_without_list", R"({"type":"Sequence"})", Errc::invalid,
                   "normalizer Sequence: `normalizers` must be a list"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Normalizer, NullLeavesTextsAsTheyAre) {
  const auto loaded = Normalizer::load(json::value(nullptr));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(*loaded, nullptr);
}

TEST(Normalizer, FastWayEqualsTheOneThatRemembers) {
  const std::string map = precompiled();
  const std::string_view definitions[] = {R"({"type":"NFC"})",
                                          R"({"type":"NFD"})",
                                          R"({"type":"NFKC"})",
                                          R"({"type":"NFKD"})",
                                          R"({"type":"Lowercase"})",
                                          R"({"type":"StripAccents"})",
                                          R"({"type":"Nmt"})",
                                          R"({"type":"ByteLevel"})",
                                          kBert,
                                          kBertLowercase,
                                          kAccents,
                                          map,
                                          R"({"type":"Strip","strip_left":true,"strip_right":true})",
                                          R"({"type":"Replace","pattern":{"Regex":"[a-c]*"},"content":"-"})",
                                          R"({"type":"Prepend","prepend":"▁"})"};
  std::mt19937 random(3);
  for (const std::string_view definition : definitions) {
    const auto normalizer = load(definition);
    for (int round = 0; round < 400; ++round) {
      const std::string input = sample_text(random);
      text::AlignedText aligned(input);
      EXPECT_TRUE(normalizer->apply(aligned));
      ASSERT_EQ(plain(*normalizer, input), aligned.text()) << definition << ": " << input;
      ASSERT_TRUE(text::is_valid(aligned.text()));
    }
  }
}

}  // namespace
}  // namespace dynamo::tokens
