#include "tokens/tiktoken.h"

#include <gtest/gtest.h>

#include "text/pattern.h"
#include "tokens/parts.h"
#include "tokens/tiktoken_families.h"
#include "tokens/tokenizer.h"

namespace dynamo::tokens {
namespace {

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += at + i > bytes.size() ? '=' : kDigits[bits >> (18 - 6 * i) & 63];
    }
  }
  return out;
}

/// A file of `count` ranks: all bytes, then pairs and triples of letters, "th" and "the" first.
std::string rank_file(std::size_t count) {
  std::vector<std::string> tokens;
  for (unsigned byte = 0; byte < 256; ++byte) tokens.emplace_back(1, static_cast<char>(byte));
  tokens.insert(tokens.end(), {"th", "the", " th", " the"});
  for (std::size_t i = 0; tokens.size() < count; ++i) {
    std::string word;
    for (std::size_t n = i; word.size() < 4; n /= 26) word += static_cast<char>('A' + n % 26);
    tokens.push_back(word);
  }
  std::string out;
  for (std::size_t rank = 0; rank < count; ++rank) out += fmt::format("{} {}\n", base64(tokens[rank]), rank);
  return out;
}

std::vector<std::string> shown(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<std::string> out;
  for (const TokenId id : tokenizer.encode(text).value()) out.emplace_back(tokenizer.token(id).value_or("?"));
  return out;
}

std::shared_ptr<const Tokenizer> tokenizer(std::size_t ranks,
                                           std::vector<std::pair<std::string, TokenId>> special = {}) {
  return Tokenizer::assemble(parts_from_tiktoken(rank_file(ranks), std::move(special)).value()).value();
}

TEST(Tiktoken, RanksAreIds) {
  const auto ranks = read_tiktoken_ranks("YQ== 0\r\nYg== 2\n").value();
  EXPECT_EQ(ranks, (std::vector<std::string>{"a", "", "b"}));
}

TEST(Tiktoken, TheNumberOfRanksTellsTheFamily) {
  const auto gpt2 = tokenizer(50256);
  EXPECT_EQ(shown(*gpt2, "the the<|endoftext|>"), (std::vector<std::string>{"the", "Ġthe", "<|endoftext|>"}));
  EXPECT_EQ(gpt2->id("<|endoftext|>"), 50256);
  EXPECT_EQ(gpt2->decode(gpt2->encode("the 你 the").value(), false), "the 你 the");
  const auto llama = tokenizer(128000);
  EXPECT_EQ(llama->id("<|begin_of_text|>"), 128000);
  EXPECT_EQ(llama->id("<|eot_id|>"), 128009);
  EXPECT_EQ(llama->id("<|python_tag|>"), 128010);
  EXPECT_EQ(llama->id("<|reserved_special_token_247|>"), 128255);
  EXPECT_EQ(llama->vocabulary_size(), 128256);
  const auto llama4 = tokenizer(200000);
  EXPECT_EQ(llama4->id("<|eot|>"), 200008);
  EXPECT_EQ(llama4->id("<|image_start|>"), 200080);
  EXPECT_EQ(llama4->id("<|patch|>"), 200092);
  EXPECT_EQ(llama4->id("<|reasoning_thinking_end|>"), 201143);
  EXPECT_EQ(llama4->id("<|reserved_special_token_903|>"), 202047);
  EXPECT_EQ(llama4->vocabulary_size(), 202048);
}

TEST(Tiktoken, SpecialTokensKeepTheirIdsAcrossHoles) {
  const auto cl100k = tokenizer(100256);
  EXPECT_EQ(cl100k->id("<|endoftext|>"), 100257);
  EXPECT_EQ(cl100k->id("<|endofprompt|>"), 100276);
  EXPECT_TRUE(cl100k->special(100276));
  EXPECT_EQ(cl100k->token(100256), std::nullopt);
}

TEST(Tiktoken, AConfigurationNamesSpecialTokens) {
  const auto special = special_tokens_of_config(
      R"({"added_tokens_decoder":{"50256":{"content":"<|end|>","special":true},"50257":{"content":"<|tool|>"}}})");
  ASSERT_TRUE(special.has_value()) << special.error().message;
  const auto gpt2 = tokenizer(50256, *special);
  EXPECT_EQ(gpt2->id("<|end|>"), 50256);
  EXPECT_EQ(gpt2->id("<|tool|>"), 50257);
  EXPECT_EQ(gpt2->id("<|endoftext|>"), std::nullopt);
  EXPECT_TRUE(special_tokens_of_config("{}").value().empty());
  EXPECT_EQ(special_tokens_of_config(R"({"added_tokens_decoder":{"x":{}}})").error().code, Errc::invalid);
}

struct Refused {
  std::string_view name;
  std::string text;
  Errc code;
  std::string_view says;
};
class RefusedTiktokenTest : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedTiktokenTest, SaysWhy) {
  const auto parts = parts_from_tiktoken(GetParam().text, {});
  ASSERT_FALSE(parts.has_value());
  EXPECT_EQ(parts.error().code, GetParam().code);
  EXPECT_NE(parts.error().message.find(GetParam().says), std::string::npos) << parts.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Files, RefusedTiktokenTest,
    ::testing::Values(Refused{"empty", "", Errc::invalid, "no tokens"},
                      Refused{"sentence_piece", std::string("\n\x0e\n\x05<unk>\x15\0\0\0\0", 14),
                              Errc::unsupported, "SentencePiece"},
                      Refused{"no_rank", "YQ==\n", Errc::invalid, "line 1"},
                      Refused{"not_base64", "YQ== 0\n?? 1\n", Errc::invalid, "line 2"},
                      Refused{"rank_not_a_number", "YQ== x\n", Errc::invalid, "line 1: the rank"},
                      Refused{"rank_too_large", "YQ== 4000000000\n", Errc::invalid, "line 1: the rank"},
                      Refused{"rank_twice", "YQ== 0\nYg== 0\n", Errc::invalid,
                              "line 2: the rank is there twice"},
                      Refused{"unknown_family", "YQ== 0\n", Errc::unsupported, "1 ranks"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Tiktoken, EveryFamilysPatternIsOne) {
  for (const std::size_t ranks : {50256U, 50280U, 100256U, 128000U, 151643U, 163584U, 199998U}) {
    const auto family = find_tiktoken_family(ranks);
    ASSERT_TRUE(family.has_value());
    EXPECT_TRUE(text::Pattern::compile(family->pattern).has_value()) << family->name;
  }
}

}  // namespace
}  // namespace dynamo::tokens
