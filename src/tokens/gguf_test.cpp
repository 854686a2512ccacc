#include "tokens/gguf.h"

#include <gtest/gtest.h>
#include <random>
#include <sstream>

#include "tokens/byte_alphabet.h"
#include "tokens/gguf_pre_types.h"
#include "tokens/gguf_test_file.h"
#include "tokens/merges.h"
#include "tokens/parts.h"
#include "tokens/tokenizer.h"

namespace dynamo::tokens {
namespace {

constexpr std::int32_t kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kByte = 6;

Result<GgufMetadata> metadata(const std::string& bytes) {
  std::istringstream in(bytes);
  return GgufMetadata::read(in);
}

Result<std::shared_ptr<const Tokenizer>> load(const GgufTestFile& file) {
  const auto read = metadata(file.bytes());
  if (!read) return std::unexpected(read.error());
  auto parts = parts_from_gguf(*read);
  if (!parts) return std::unexpected(std::move(parts.error()));
  return Tokenizer::assemble(std::move(*parts));
}

std::vector<std::string> shown(const Tokenizer& tokenizer, std::string_view text,
                               EncodeOptions options = {}) {
  std::vector<std::string> out;
  for (const TokenId id : tokenizer.encode(text, options).value())
    out.emplace_back(tokenizer.token(id).value_or("?"));
  return out;
}

using Strings = std::vector<std::string>;

Strings byte_tokens() {
  Strings out;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char raw = static_cast<char>(byte);
    append_visible({&raw, 1}, out.emplace_back());
  }
  return out;
}

/// Byte-level: all bytes, "he", "hel", "Ġw", and two special tokens.
GgufTestFile byte_level_file(std::string_view pre = "qwen2") {
  Strings tokens = byte_tokens();
  tokens.insert(tokens.end(), {"he", "hel", "Ġw", "<|end|>", "<|tool|>"});
  std::vector<std::int32_t> kinds(tokens.size(), kNormal);
  kinds[259] = kControl;
  kinds[260] = kUserDefined;
  GgufTestFile file;
  file.text("general.architecture", "qwen2").natural("qwen2.context_length", 4096);
  file.text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", pre);
  file.texts("tokenizer.ggml.tokens", tokens).integers("tokenizer.ggml.token_type", kinds);
  file.texts("tokenizer.ggml.merges", {"h e", "he l", "Ġ w"});
  file.natural("tokenizer.ggml.bos_token_id", 259);
  return file;
}

TEST(GgufMetadata, KeepsWhatTokenizersNeed) {
  GgufTestFile file;
  file.text("general.architecture", "llama").natural("llama.context_length", 8192);
  file.texts("tokenizer.ggml.tokens", {"a", "b"}).flag("tokenizer.ggml.add_bos_token", true);
  file.reals("tokenizer.ggml.scores", {-1.5F, 2})
      .reals("rope.factors", {1, 2, 3})
      .texts("general.tags", {"x"});
  const auto read = metadata(file.bytes());
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->text("general.architecture"), "llama");
  EXPECT_EQ(read->context_length(), 8192);
  EXPECT_EQ(read->flag("tokenizer.ggml.add_bos_token"), true);
  EXPECT_EQ(*read->texts("tokenizer.ggml.tokens"), (Strings{"a", "b"}));
  EXPECT_EQ(*read->numbers("tokenizer.ggml.scores"), (std::vector<double>{-1.5, 2}));
  EXPECT_EQ(read->numbers("rope.factors"), nullptr);
  EXPECT_EQ(read->text("tokenizer.ggml.add_bos_token"), std::nullopt);
}

struct Broken {
  std::string_view name;
  std::string bytes;
  Errc code;
  std::string_view says;
};
class BrokenGgufTest : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenGgufTest, IsRefusedWithTheReason) {
  const auto read = metadata(GetParam().bytes);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, GetParam().code) << read.error().message;
  EXPECT_NE(read.error().message.find(GetParam().says), std::string::npos) << read.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Files, BrokenGgufTest,
    ::testing::Values(
        Broken{"empty", "", Errc::invalid, "too early"},
        Broken{"not_gguf", "{\"a\": 1}", Errc::invalid, "not a GGUF"},
        Broken{"version_1", GgufTestFile(1).bytes(), Errc::unsupported, "version 1"},
        Broken{"big_endian", GgufTestFile(0x03000000).bytes(), Errc::unsupported, "big-endian"},
        Broken{"cut_off", byte_level_file().bytes().substr(0, 200), Errc::invalid, "too early"},
        Broken{"endless_list", GgufTestFile().empty_claim("tokenizer.x", 8, ~0ULL).bytes(), Errc::too_large,
               "tokenizer.x"},
        Broken{"list_that_is_not_there", GgufTestFile().empty_claim("tokenizer.x", 8, 1 << 20).bytes(),
               Errc::invalid, "too early"},
        Broken{"endless_list_of_no_interest", GgufTestFile().empty_claim("x", 12, ~0ULL / 8 + 1).bytes(),
               Errc::too_large, "x"},
        Broken{"no_such_type", GgufTestFile().bare("tokenizer.x", 99).bytes(), Errc::invalid, "type 99"},
        Broken{"lists_of_lists", GgufTestFile().empty_claim("x", 9, 2).bytes(), Errc::unsupported,
               "lists of lists"},
        Broken{"twice", GgufTestFile().flag("tokenizer.x", true).flag("tokenizer.x", true).bytes(),
               Errc::invalid, "twice"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(GgufMetadata, NoFileDoesHarm) {
  std::mt19937 dice(3);
  const std::string good = byte_level_file().bytes();
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = good.substr(0, dice() % (good.size() + 1));
    for (unsigned n = dice() % 4; n > 0 && !bytes.empty(); --n)
      bytes[dice() % bytes.size()] = static_cast<char>(dice());
    const auto read = metadata(bytes);
    if (read) (void)parts_from_gguf(*read);
  }
}

TEST(Gguf, ByteLevel) {
  const auto tokenizer = load(byte_level_file());
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  EXPECT_EQ(shown(**tokenizer, "hello wow"), (Strings{"hel", "l", "o", "Ġw", "o", "w"}));
  EXPECT_EQ(shown(**tokenizer, "he<|end|><|tool|>"), (Strings{"he", "<|end|>", "<|tool|>"}));
  EXPECT_EQ((*tokenizer)->id("<|tool|>"), 260);
  EXPECT_TRUE((*tokenizer)->special(259));
  EXPECT_FALSE((*tokenizer)->special(260));
  EXPECT_EQ((*tokenizer)->decode((*tokenizer)->encode("hello <|end|> 你").value(), false),
            "hello <|end|> 你");
}

TEST(Gguf, ABeginningIsAddedWhereTheFileSaysSo) {
  const auto tokenizer = load(byte_level_file().flag("tokenizer.ggml.add_bos_token", true));
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  EXPECT_EQ(shown(**tokenizer, "he"), (Strings{"<|end|>", "he"}));
  EXPECT_EQ(shown(**tokenizer, "he", {.add_special_tokens = false}), (Strings{"he"}));
}

/// SentencePiece: bytes, and words of spaces and letters.
GgufTestFile sentence_piece_file(std::vector<std::pair<std::string, float>> words) {
  Strings tokens{"<unk>", "<s>", "</s>"};
  std::vector<float> scores(3);
  std::vector<std::int32_t> kinds{kUnknown, kControl, kControl};
  for (unsigned byte = 0; byte < 256; ++byte) {
    tokens.push_back(fmt::format("<0x{:02X}>", byte));
    scores.push_back(0);
    kinds.push_back(kByte);
  }
  for (auto& [word, score] : words) {
    tokens.push_back(std::move(word));
    scores.push_back(score);
    kinds.push_back(kNormal);
  }
  GgufTestFile file;
  file.text("tokenizer.ggml.model", "llama").texts("tokenizer.ggml.tokens", tokens);
  file.reals("tokenizer.ggml.scores", scores).integers("tokenizer.ggml.token_type", kinds);
  return file;
}

TEST(Gguf, SentencePiece) {
  const auto tokenizer = load(sentence_piece_file(
      {{"▁a", -1}, {"ab", -2}, {"▁ab", -3}, {"▁", -10}, {"a", -11}, {"b", -12}, {"c", -13}}));
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  EXPECT_EQ(shown(**tokenizer, "ab c"), (Strings{"<s>", "▁ab", "▁", "c"}));
  EXPECT_EQ(shown(**tokenizer, "é"), (Strings{"<s>", "▁", "<0xC3>", "<0xA9>"}));
  EXPECT_EQ(shown(**tokenizer, "a<s>b"), (Strings{"<s>", "▁a", "<s>", "▁", "b"}));
  EXPECT_EQ((*tokenizer)->decode((*tokenizer)->encode("ab cé").value(), true), "ab cé");
}

TEST(Gguf, OfPairsThatMakeOneTokenTheLeftmostGoesFirst) {
  constexpr TokenId kLeft = 0, kMiddle = 1, kRight = 2, kWhole = 3;
  const std::vector<Merge> rules{{kMiddle, kRight, kWhole}, {kLeft, kMiddle, kWhole}};
  const auto merged = [&](Merges::Order order) {
    std::vector<Symbol> symbols{{kLeft, 1}, {kMiddle, 1}, {kRight, 1}};
    symbols.resize(Merges::build(rules, order).value().apply(symbols));
    std::vector<TokenId> ids;
    for (const Symbol& symbol : symbols) ids.push_back(symbol.id);
    return ids;
  };
  EXPECT_EQ(merged(Merges::Order::by_rule), (std::vector<TokenId>{kLeft, kWhole}));
  EXPECT_EQ(merged(Merges::Order::by_token), (std::vector<TokenId>{kWhole, kRight}));
}

TEST(Gguf, WordPiece) {
  GgufTestFile file;
  file.text("tokenizer.ggml.model", "bert");
  file.texts("tokenizer.ggml.tokens", {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁play", "ing", "▁!"});
  file.integers("tokenizer.ggml.token_type",
                {kControl, kControl, kControl, kControl, kNormal, kNormal, kNormal});
  file.natural("tokenizer.ggml.unknown_token_id", 1).natural("tokenizer.ggml.bos_token_id", 2);
  file.natural("tokenizer.ggml.seperator_token_id", 3);
  const auto tokenizer = load(file);
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().message;
  EXPECT_EQ(shown(**tokenizer, "Playing! Chess"), (Strings{"[CLS]", "play", "##ing", "!", "[UNK]", "[SEP]"}));
}

struct Refused {
  std::string_view name;
  GgufTestFile file;
  Errc code;
  std::string_view says;
};
class RefusedGgufTest : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedGgufTest, IsRefusedByName) {
  const auto loaded = load(GetParam().file);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, GetParam().code);
  EXPECT_NE(loaded.error().message.find(GetParam().says), std::string::npos) << loaded.error().message;
}

GgufTestFile of_model(std::string_view model) {
  GgufTestFile file;
  file.text("tokenizer.ggml.model", model);
  return file;
}

INSTANTIATE_TEST_SUITE_P(
    Files, RefusedGgufTest,
    ::testing::Values(
        Refused{"no_vocabulary", GgufTestFile(), Errc::invalid, "tokenizer.ggml.model is missing"},
        Refused{"rwkv", of_model("rwkv"), Errc::unsupported, "\"rwkv\""},
        Refused{"t5", of_model("t5"), Errc::unsupported, "\"t5\""},
        Refused{"no_tokens", of_model("gpt2"), Errc::invalid, "tokenizer.ggml.tokens is missing"},
        Refused{"no_merges", of_model("gpt2").texts("tokenizer.ggml.tokens", {"a"}), Errc::invalid,
                "merges is missing"},
        Refused{"unknown_pre_tokenizer",
                of_model("gpt2").text("tokenizer.ggml.pre", "riddle").texts("tokenizer.ggml.tokens", {"a"}),
                Errc::unsupported, "\"riddle\""},
        Refused{
            "token_twice",
            of_model("gpt2").texts("tokenizer.ggml.tokens", {"a", "a"}).texts("tokenizer.ggml.merges", {}),
            Errc::invalid, "tokenizer.ggml.tokens"},
        Refused{"token_of_broken_bytes",
                of_model("llama").texts("tokenizer.ggml.tokens", {"<unk>", "<s>", "\xF0"}), Errc::invalid,
                "token 2 is not UTF-8"},
        Refused{"merge_of_nothing",
                of_model("gpt2").texts("tokenizer.ggml.tokens", {"a"}).texts("tokenizer.ggml.merges", {"aa"}),
                Errc::invalid, "tokenizer.ggml.merges"},
        Refused{
            "short_kinds",
            of_model("gpt2").texts("tokenizer.ggml.tokens", {"a"}).integers("tokenizer.ggml.token_type", {}),
            Errc::invalid, "token_type"},
        Refused{
            "no_beginning",
            of_model("gpt2").texts("tokenizer.ggml.tokens", {"a"}).flag("tokenizer.ggml.add_bos_token", true),
            Errc::invalid, "bos_token_id"},
        Refused{"no_scores", of_model("llama").texts("tokenizer.ggml.tokens", {"<unk>", "<s>"}),
                Errc::invalid, "scores is missing"},
        Refused{"one_score_for_two",
                sentence_piece_file({{"ab", -1}, {"bc", -1}, {"a", -2}, {"b", -3}, {"c", -4}}),
                Errc::unsupported, "the same score"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(GgufPreTypes, EveryPatternIsOne) {
  for (const std::string_view name :
       {"default", "gpt-2", "llama-bpe", "qwen2", "qwen35", "deepseek-v3", "deepseek-coder", "falcon",
        "starcoder", "bloom", "viking", "tekken", "gpt-4o", "bailingmoe", "seed-coder"}) {
    const auto loaded = load(byte_level_file(name));
    ASSERT_TRUE(loaded.has_value()) << name << ": " << loaded.error().message;
    const std::string_view text = "Hello wow, it's 12345 Привет 你好!\r\n\n  end.";
    const auto ids = (*loaded)->encode(text, {.add_special_tokens = false}).value();
    EXPECT_EQ((*loaded)->decode(ids, false).value(), text) << name;
  }
  EXPECT_EQ(find_gguf_pre_type("kimi-k2").error().code, Errc::unsupported);
}

}  // namespace
}  // namespace dynamo::tokens
