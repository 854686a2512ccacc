#include "tokens/decoder.h"

#include <gtest/gtest.h>
#include <random>

#include "text/utf8.h"
#include "tokens/utf8_mender.h"

namespace dynamo::tokens {
namespace {

using Tokens = std::vector<std::string>;

std::shared_ptr<const Decoder> decoder(std::string_view definition) {
  return Decoder::load(json::parse(definition).value()).value();
}

std::string decode(const Decoder& decoder, const Tokens& tokens) {
  std::string out;
  const auto stream = decoder.begin();
  for (const auto& token : tokens) stream->feed(token, out);
  stream->finish(out);
  return out;
}

/// What comes out with each token, and at the end.
std::vector<std::string> pieces(const Decoder& decoder, const Tokens& tokens) {
  std::vector<std::string> out;
  const auto stream = decoder.begin();
  for (const auto& token : tokens) stream->feed(token, out.emplace_back());
  stream->finish(out.emplace_back());
  return out;
}

constexpr std::string_view kLlama =
    R"({"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},)"
    R"({"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]})";

struct Case {
  std::string_view name;
  std::string_view definition;
  Tokens tokens;
  std::string_view text;
};

class DecoderTest : public ::testing::TestWithParam<Case> {};

// The expected texts are those of the `tokenizers` library 0.23.
TEST_P(DecoderTest, GivesTheLibrarysText) {
  EXPECT_EQ(decode(*decoder(GetParam().definition), GetParam().tokens), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Types, DecoderTest,
    ::testing::Values(
        Case{"none", "null", {"a", "b"}, "a b"},
        Case{"metaspace",
             R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true})",
             {"▁a", "▁b", "▁▁c"},
             "a b  c"},
        Case{"replace_by_what_looks_like_a_group",
             R"x({"type":"Replace","pattern":{"Regex":"(a)"},"content":"$1"})x",
             {"bab", "a"},
             "b$1b$1"},
        Case{"replace_of_nothing_at_all",
             R"({"type":"Replace","pattern":{"Regex":"a*"},"content":"-"})",
             {"", "baac", "x"},
             "-b-c--x-"},
        Case{"metaspace_never",
             R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"never"})",
             {"▁a", "▁b"},
             " a b"},
        Case{"metaspace_old_form",
             R"({"type":"Metaspace","replacement":"▁","add_prefix_space":false})",
             {"▁a", "▁b"},
             " a b"},
        Case{"word_piece",
             R"({"type":"WordPiece","prefix":"##","cleanup":true})",
             {"##a", "##b", ".", "!", "x", "n't", "' ##s"},
             "##ab.! xn't'##s"},
        Case{"word_piece_as_it_is",
             R"({"type":"WordPiece","prefix":"##","cleanup":false})",
             {"##a", "##b", ".", "##", "c"},
             "##ab . c"},
        Case{"suffix", R"({"type":"BPEDecoder","suffix":"</w>"})", {"a</w>", "b</w>c", "d</w>"}, "a b cd"},
        Case{"ctc",
             R"({"type":"CTC","pad_token":"<pad>","word_delimiter_token":"|","cleanup":true})",
             {"<pad>", "h", "h", "e", "|", "|", "l", "<pad>", "l", "o", "."},
             "he llo."},
        Case{"byte_fallback",
             R"({"type":"ByteFallback"})",
             {"<0xE4>", "<0xBD>", "<0xA0>", "a", "<0xE4>", "<0xff>", "b", "<0x4>"},
             "你a\uFFFD\uFFFDb<0x4>"},
        Case{"byte_fallback_of_a_run",
             R"({"type":"ByteFallback"})",
             {"<0xE4>", "<0xBD>", "<0xA0>", "<0xFF>"},
             "\uFFFD\uFFFD\uFFFD\uFFFD"},
        Case{"strip", R"({"type":"Strip","content":"x","start":1,"stop":1})", {"xxaxx", "a"}, "xaxa"},
        Case{"strip_takes_what_is_there",
             R"({"type":"Strip","content":"x","start":3,"stop":3})",
             {"xxaxx", "xxxx", "xaxx"},
             "aa"},
        Case{"replace", R"({"type":"Replace","pattern":{"String":"▁"},"content":" "})", {"▁a▁▁"}, " a  "},
        Case{"replace_by_pattern",
             R"({"type":"Replace","pattern":{"Regex":"[ab]+"},"content":"-"})",
             {"xaby", "ba"},
             "x-y-"},
        Case{"replace_of_an_empty_text",
             R"({"type":"Replace","pattern":{"String":""},"content":"-"})",
             {"a", "b"},
             "-a--b-"},
        Case{"llama", kLlama, {"▁a", "<0xE4>", "▁"}, "a\uFFFD "},
        Case{"byte_level",
             R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true})",
             {"Ġa", "ä", "½", "ł", "一", "x y"},
             " a你一x y"},
        Case{
            "strip_behind_byte_level",
            R"({"type":"Sequence","decoders":[{"type":"ByteLevel"},{"type":"Strip","content":"a","start":0,"stop":2}]})",
            {"Ġa", "a", "a", "a"},
            " aa"},
        Case{"metaspace_behind_fuse",
             R"({"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Metaspace","replacement":"▁"}]})",
             {"▁a", "▁b"},
             "ab"},
        Case{
            "word_piece_behind_fuse",
            R"({"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"WordPiece","prefix":"##","cleanup":true}]})",
            {"a", " ", "."},
            "a."},
        Case{"empty_sequence", R"({"type":"Sequence","decoders":[]})", {"a", "b"}, "ab"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Decoder, ShowsCharactersOnceTheyAreWhole) {
  const auto bytes = decoder(R"({"type":"ByteLevel"})");
  EXPECT_EQ(pieces(*bytes, {"Ġhi", "ä", "½", "ł", "ä"}), (Tokens{" hi", "", "", "你", "", "\uFFFD"}));
  const auto llama = decoder(kLlama);
  EXPECT_EQ(pieces(*llama, {"▁hi", "<0xE4>", "<0xBD>", "<0xA0>", "▁x"}),
            (Tokens{"hi", "", "", "", "你 x", ""}));
}

TEST(Decoder, HoldsNothingBackThatIsCertain) {
  const auto strip = decoder(
      R"({"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":1}]})");
  EXPECT_EQ(pieces(*strip, {" a ", " b", " ", "c "}), (Tokens{"a", "  b", "", " c", ""}));
}

TEST(Decoder, AStreamIsAsNewOnceItIsFinished) {
  const auto llama = decoder(kLlama);
  const auto stream = llama->begin();
  for (int i = 0; i < 2; ++i) {
    std::string out;
    stream->feed("▁a", out);
    stream->feed("▁b", out);
    stream->finish(out);
    EXPECT_EQ(out, "a b");
  }
}

struct Refusal {
  std::string_view name;
  std::string_view definition;
  Errc code;
  std::string_view message;
};

class DecoderRefusalTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(DecoderRefusalTest, SaysWhatIsWrong) {
  const auto loaded = Decoder::load(json::parse(GetParam().definition).value());
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, GetParam().code);
  EXPECT_NE(loaded.error().message.find(GetParam().message), std::string::npos) << loaded.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Definitions, DecoderRefusalTest,
    ::testing::Values(
        Refusal{"unknown", R"({"type":"Riddle"})", Errc::unsupported, "\"Riddle\""},
        Refusal{"no_type", R"({})", Errc::unsupported, "\"\""},
        Refusal{"within_a_sequence", R"({"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Riddle"}]})",
                Errc::unsupported, "Riddle"},
        Refusal{"sequence_of_nothing", R"({"type":"Sequence"})", Errc::invalid, "`decoders`"},
        Refusal{"strip_of_two", R"({"type":"Strip","content":"ab","start":1,"stop":1})", Errc::invalid,
                "one character"},
        Refusal{"strip_backwards", R"({"type":"Strip","content":"a","start":-1,"stop":1})", Errc::invalid,
                "`start` must be a count"},
        Refusal{"replace_by_no_pattern", R"({"type":"Replace","pattern":{"Regex":"(a"},"content":"b"})",
                Errc::invalid, "Replace"},
        Refusal{"suffix_of_nothing", R"({"type":"BPEDecoder","suffix":""})", Errc::invalid, "`suffix`"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Decoder, SaysWhenAPatternGivesUp) {
  const auto careful = decoder(R"({"type":"Replace","pattern":{"Regex":"(?:a|aa)+b"},"content":""})");
  const auto stream = careful->begin();
  std::string out;
  stream->feed("aab", out);
  EXPECT_FALSE(stream->failure());
  stream->feed(std::string(50, 'a'), out);
  EXPECT_EQ(out, std::string(50, 'a'));
  ASSERT_TRUE(stream->failure());
  EXPECT_EQ(stream->failure()->code, Errc::too_large);
}

TEST(Decoder, SaysWhenManyTokensWouldExplode) {
  const auto long_winded =
      Decoder::load(
          {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", std::string(60'000, 'b')}})
          .value();
  const auto stream = long_winded->begin();
  std::string out;
  stream->feed("a", out);
  EXPECT_FALSE(stream->failure());
  for (int token = 1; token < 1000; ++token) stream->feed("a", out);
  ASSERT_TRUE(stream->failure());
  EXPECT_LT(out.size(), 100'000U);
}

TEST(Decoder, SaysWhenATokenWouldExplode) {
  json::array steps;
  for (int i = 0; i < 40; ++i) {
    steps.push_back({{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aa"}});
  }
  const auto doubling = Decoder::load({{"type", "Sequence"}, {"decoders", steps}}).value();
  const auto stream = doubling->begin();
  std::string out;
  stream->feed("b", out);
  EXPECT_FALSE(stream->failure());
  stream->feed("a", out);
  ASSERT_TRUE(stream->failure());
  EXPECT_EQ(stream->failure()->code, Errc::too_large);
  EXPECT_LT(out.size(), 1U << 17);
}

TEST(Utf8, CutsAreMendedHoweverTheyFall) {
  std::mt19937 dice(7);
  const std::string_view alphabet[] = {"a",       "é",        "你",           "😀",       "\x80",
                                       "\xC3",    "\xE4\xBD", "\xED\xA0\x80", "\xF4\x90", "\xF0\x9F\x98",
                                       "\xC0\xAF"};
  for (int round = 0; round < 400; ++round) {
    std::string bytes;
    for (unsigned n = dice() % 12; n > 0; --n) bytes += alphabet[dice() % std::size(alphabet)];
    std::string whole;
    Utf8Mender mender;
    mender.feed(bytes, whole);
    mender.finish(whole);
    std::string cut;
    for (const char byte : bytes) {
      mender.feed({&byte, 1}, cut);
      EXPECT_TRUE(text::is_valid(cut));
    }
    mender.finish(cut);
    EXPECT_EQ(cut, whole);
    if (text::is_valid(bytes)) {
      EXPECT_EQ(whole, bytes);
    }
  }
}

TEST(Utf8, ReplacesEachLongestBeginning) {
  const auto mended = [](std::string_view bytes) {
    std::string out;
    Utf8Mender mender;
    mender.feed(bytes, out);
    mender.finish(out);
    return out;
  };
  EXPECT_EQ(mended("\xF0\x9F\x98"), "\uFFFD");
  EXPECT_EQ(mended("\xF0\x9F\x41"), "\uFFFD\x41");
  EXPECT_EQ(mended("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(mended("\xC0\xAF"), "\uFFFD\uFFFD");
  EXPECT_EQ(mended("\xE4\xBD\xE4\xBD\xA0"), "\uFFFD你");
}

}  // namespace
}  // namespace dynamo::tokens
