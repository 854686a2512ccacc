#include "tokens/post_processor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::tokens {
namespace {

Encoding tokens_of(std::string_view text, const std::vector<std::pair<std::string, Span>>& tokens) {
  Encoding encoding;
  for (const auto& [token, span] : tokens) {
    encoding.ids.push_back(static_cast<TokenId>(100 + encoding.ids.size()));
    encoding.offsets.push_back(span);
    encoding.tokens.push_back(token);
    encoding.types.push_back(0);
    encoding.special.push_back(false);
  }
  EXPECT_LE(tokens.size(), text.size());
  return encoding;
}

/// "token/type" for each token, special ones in brackets.
std::string shown(const std::vector<EncodedPart>& parts) {
  std::string all;
  for (const EncodedPart& part : parts) {
    for (std::size_t i = 0; i < part.encoding.ids.size(); ++i) {
      const std::string one = fmt::format("{}/{}", part.encoding.tokens[i], part.encoding.types[i]);
      all += (all.empty() ? "" : " ") + (part.encoding.special[i] ? "[" + one + "]" : one);
    }
  }
  return all;
}

constexpr std::string_view kTemplate = R"({"type": "TemplateProcessing",
  "single": [{"SpecialToken": {"id": "B", "type_id": 1}}, {"Sequence": {"id": "A", "type_id": 2}}],
  "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "E", "type_id": 5}},
           {"Sequence": {"id": "B", "type_id": 1}}],
  "special_tokens": {"B": {"id": "B", "ids": [1, 2], "tokens": ["b1", "b2"]}, "E": {"id": "E", "ids": [3], "tokens": ["e"]}}})";
constexpr std::string_view kBert = R"({"type": "BertProcessing", "sep": ["S", 2], "cls": ["C", 1]})";
constexpr std::string_view kRoberta =
    R"({"type": "RobertaProcessing", "sep": ["S", 2], "cls": ["C", 1], "trim_offsets": false, "add_prefix_space": false})";

struct AddCase {
  std::string_view name;
  std::string definition;
  std::size_t texts;
  SpecialTokens special;
  std::string_view result;
};

class PostProcessorTest : public ::testing::TestWithParam<AddCase> {};

TEST_P(PostProcessorTest, PutsTokensAround) {
  const auto processor = PostProcessor::load(json::parse(GetParam().definition).value()).value();
  std::vector<EncodedPart> parts{{tokens_of("x", {{"x", {0, 1}}}), "x"},
                                 {tokens_of("y", {{"y", {0, 1}}}), "y"}};
  parts.resize(GetParam().texts);
  processor->apply(parts, GetParam().special);
  EXPECT_EQ(shown(parts), GetParam().result);
}

std::string in_sequence(std::string_view one, std::string_view other) {
  return fmt::format(R"({{"type": "Sequence", "processors": [{}, {}]}})", one, other);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, PostProcessorTest,
    ::testing::Values(
        AddCase{"template_one", std::string(kTemplate), 1, SpecialTokens::add, "[b1/1] [b2/1] x/2"},
        AddCase{"template_two", std::string(kTemplate), 2, SpecialTokens::add, "x/0 [e/5] y/1"},
        AddCase{"template_bare", std::string(kTemplate), 1, SpecialTokens::leave_out, "x/2"},
        AddCase{"bert_one", std::string(kBert), 1, SpecialTokens::add, "[C/0] x/0 [S/0]"},
        AddCase{"bert_two", std::string(kBert), 2, SpecialTokens::add, "[C/0] x/0 [S/0] y/0 [S/1]"},
        AddCase{"bert_bare", std::string(kBert), 1, SpecialTokens::leave_out, "x/0"},
        AddCase{"roberta_two", std::string(kRoberta), 2, SpecialTokens::add,
                "[C/0] x/0 [S/0] [S/0] y/0 [S/0]"},
        AddCase{"sequence", in_sequence(kBert, kBert), 1, SpecialTokens::add, "[C/0] C/0 x/0 S/0 [S/0]"},
        AddCase{"template_behind_bert", in_sequence(kBert, kTemplate), 1, SpecialTokens::add,
                "[b1/1] [b2/1] [C/2] x/2 [S/2]"}),
    [](const auto& row) { return std::string(row.param.name); });

struct TrimCase {
  std::string_view name;
  bool add_prefix_space;
  std::string_view text;
  std::string token;
  Span before;
  Span after;
};

class ByteLevelTrimTest : public ::testing::TestWithParam<TrimCase> {};

TEST_P(ByteLevelTrimTest, TakesSpacesOutOfOffsets) {
  const TrimCase& c = GetParam();
  const auto processor =
      PostProcessor::load(
          {{"type", "ByteLevel"}, {"trim_offsets", true}, {"add_prefix_space", c.add_prefix_space}})
          .value();
  std::vector<EncodedPart> parts{{tokens_of(c.text, {{c.token, c.before}}), c.text}};
  processor->apply(parts, SpecialTokens::add);
  EXPECT_EQ(parts[0].encoding.offsets[0], c.after)
      << parts[0].encoding.offsets[0].begin << " " << parts[0].encoding.offsets[0].end;
}

INSTANTIATE_TEST_SUITE_P(Tokens, ByteLevelTrimTest,
                         ::testing::Values(TrimCase{"none", false, "ab", "ab", {0, 2}, {0, 2}},
                                           TrimCase{"leading", false, " ab", "Ġab", {0, 3}, {1, 3}},
                                           TrimCase{"added_space_stays", true, " ab", "Ġab", {0, 3}, {0, 3}},
                                           TrimCase{"two_spaces_go", true, "  ab", "ĠĠab", {0, 4}, {2, 4}},
                                           TrimCase{"trailing", false, "ab  ", "abĠĠ", {0, 4}, {0, 2}},
                                           TrimCase{"only_spaces", false, "   ", "ĠĠĠ", {0, 3}, {3, 3}},
                                           TrimCase{
                                               "wide_spaces", false, "\u3000ab", "\u3000ab", {0, 5}, {3, 5}}),
                         [](const auto& row) { return std::string(row.param.name); });

struct RefusedCase {
  std::string_view name;
  std::string definition;
  Errc code;
  std::string_view message;
};

class PostProcessorRefusesTest : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(PostProcessorRefusesTest, WithAReason) {
  const auto loaded = PostProcessor::load(json::parse(GetParam().definition).value());
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, GetParam().code);
  EXPECT_THAT(loaded.error().message, ::testing::HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Definitions, PostProcessorRefusesTest,
    ::testing::Values(
        RefusedCase{"unknown", R"({"type": "Magic"})", Errc::unsupported, "post_processor.type \"Magic\""},
        RefusedCase{"not_an_object", "3", Errc::unsupported, "post_processor.type \"\""},
        RefusedCase{"byte_level", R"({"type": "ByteLevel", "trim_offsets": 1})", Errc::invalid,
                    "post_processor.trim_offsets"},
        RefusedCase{"bert", R"({"type": "BertProcessing", "sep": ["S"], "cls": ["C", 1]})", Errc::invalid,
                    "post_processor.sep"},
        RefusedCase{"bert_id", R"({"type": "BertProcessing", "sep": ["S", -1], "cls": ["C", 1]})",
                    Errc::invalid, "token ids from 0"},
        RefusedCase{"no_single", R"({"type": "TemplateProcessing"})", Errc::invalid, "post_processor.single"},
        RefusedCase{"bad_item", R"({"type": "TemplateProcessing", "single": [1], "pair": []})", Errc::invalid,
                    "items of a template"},
        RefusedCase{"b_alone",
                    R"({"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B", "type_id": 0}}]})",
                    Errc::invalid, "sequence B"},
        RefusedCase{
            "no_special",
            R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "X", "type_id": 0}}]})",
            Errc::invalid, "lacks \"X\""},
        RefusedCase{"two_templates", in_sequence(kTemplate, in_sequence(kTemplate, kTemplate)),
                    Errc::unsupported, "a template behind another"},
        RefusedCase{"null_inside", in_sequence(kBert, "null"), Errc::invalid, "must not hold null"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::tokens
