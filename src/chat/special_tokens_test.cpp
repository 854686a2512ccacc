#include "chat/special_tokens.h"

#include <gtest/gtest.h>

namespace dynamo::chat {
namespace {

struct TokensCase {
  std::string_view name;
  std::string_view config;
  std::string_view map;
  std::string_view tokens;
};

class SpecialTokensTest : public ::testing::TestWithParam<TokensCase> {};

TEST_P(SpecialTokensTest, AreReadFromBothFiles) {
  const auto& row = GetParam();
  EXPECT_EQ(json::value(special_tokens(json::parse(row.config).value().get_object(),
                                       json::parse(row.map).value().get_object())),
            json::parse(row.tokens).value());
}

INSTANTIATE_TEST_SUITE_P(
    Files, SpecialTokensTest,
    ::testing::Values(
        TokensCase{"texts", R"({"bos_token": "<s>", "eos_token": "</s>"})", "{}",
                   R"({"bos_token": "<s>", "eos_token": "</s>"})"},
        TokensCase{"objects", R"({"bos_token": {"__type": "AddedToken", "content": "<s>", "lstrip": false}})",
                   "{}", R"({"bos_token": "<s>"})"},
        TokensCase{"null_is_none", R"({"bos_token": null, "pad_token": "<p>"})", "{}",
                   R"({"pad_token": "<p>"})"},
        TokensCase{"other_members",
                   R"({"add_bos_token": true, "image_token": "<i>", "tokenizer_class": "x"})", "{}",
                   R"({"image_token": "<i>"})"},
        TokensCase{"extra_named", R"({"extra_special_tokens": {"vision": "<v>"}})", "{}",
                   R"({"vision": "<v>"})"},
        TokensCase{"extra_list", R"({"extra_special_tokens": ["<v>"]})", "{}", "{}"},
        TokensCase{"map_wins", R"({"bos_token": "<s>", "eos_token": "</s>"})",
                   R"({"bos_token": {"content": "<m>"}})", R"({"bos_token": "<m>", "eos_token": "</s>"})"},
        TokensCase{"map_unread", R"({"bos_token": "<s>", "added_tokens_decoder": {}})",
                   R"({"bos_token": "<m>"})", R"({"bos_token": "<s>"})"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::chat
