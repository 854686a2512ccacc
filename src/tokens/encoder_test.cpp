#include "tokens/encoder.h"

#include <gtest/gtest.h>

#include "text/utf8.h"
#include "tokens/sample_texts.h"
#include "tokens/test_models.h"
#include "tokens/tokenizer.h"

namespace dynamo::tokens {
namespace {

// Byte-level models have a way of their own. Behind a step that changes nothing a sequence is not seen to be
// one of them, and goes the way of all others.
constexpr std::string_view kNothing = R"({"type": "FixedLength", "length": 1000000})";
constexpr std::string_view kByteLevel =
    R"({{"type": "ByteLevel", "add_prefix_space": {}, "trim_offsets": false, "use_regex": {}}})";

struct Way {
  std::string_view name;
  std::string_view normalizer;
  bool add_prefix_space;
  bool use_regex;
};

class ByteLevelWayTest : public ::testing::TestWithParam<Way> {};

Parts parts(bool quick) {
  const Way& way = ByteLevelWayTest::GetParam();
  const std::string byte_level = fmt::format(kByteLevel, way.add_prefix_space, way.use_regex);
  const std::string steps = quick ? byte_level : fmt::format("{}, {}", kNothing, byte_level);
  const std::string sequence = fmt::format(R"({{"type": "Sequence", "pretokenizers": [{}]}})", steps);
  std::mt19937 random(11);
  testing::RandomModel model(testing::byte_alphabet(), 3000, random);
  Parts made;
  made.normalizer = Normalizer::load(json::parse(way.normalizer).value()).value();
  made.pre_tokenizer = PreTokenizer::load(json::parse(sequence).value()).value();
  made.model = Bpe::build(std::move(model.vocabulary), model.rules, {}).value();
  made.added_tokens = {{.content = "<s>", .normalized = false}, {.content = "a b", .lstrip = true}};
  return made;
}

TEST_P(ByteLevelWayTest, GivesTheSameAsTheLongWay) {
  const auto quick = Tokenizer::assemble(parts(true)).value();
  const auto thorough = Tokenizer::assemble(parts(false)).value();
  std::mt19937 random(5);
  for (int round = 0; round < 500; ++round) {
    std::string text = sample_text(random) + (round % 3 == 0 ? "<s>" : " a b") + sample_text(random);
    if (round % 4 == 0) text[random() % text.size()] = static_cast<char>(random());  // mostly broken
    const Encoding expected = thorough->encode_with_offsets(text).value();
    const Encoding encoding = quick->encode_with_offsets(text).value();
    ASSERT_EQ(quick->encode(text).value(), expected.ids) << text::repaired(text);
    ASSERT_EQ(encoding.ids, expected.ids) << text::repaired(text);
    ASSERT_EQ(encoding.offsets, expected.offsets) << text::repaired(text);
    ASSERT_EQ(encoding.tokens, expected.tokens) << text::repaired(text);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Definitions, ByteLevelWayTest,
    ::testing::Values(
        Way{"words", "null", false, true}, Way{"space_before_words", "null", true, true},
        Way{"whole", "null", true, false}, Way{"nfkd", R"({"type": "NFKD"})", false, true},
        Way{"rewritten",
            R"({"type": "Sequence", "normalizers": [{"type": "Lowercase"}, {"type": "Replace",)"
            R"( "pattern": {"Regex": "a+"}, "content": "xé"}, {"type": "Prepend", "prepend": "▁"}]})",
            true, true}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::tokens
