#include "chat/engine_messages.h"

#include <gtest/gtest.h>

#include "chat/engine_tools.h"

namespace dynamo::chat {
namespace {

constexpr TemplateTraits kText{.content = ContentFormat::text};
constexpr TemplateTraits kParts{.content = ContentFormat::parts};
constexpr TemplateTraits kDeveloper{.content = ContentFormat::text, .knows_developer = true};

json::array array(std::string_view text) { return json::parse(text).value().get_array(); }

struct MessageCase {
  std::string_view name;
  TemplateTraits traits;
  std::string_view sent;
  std::string_view prepared;  // compared as text: the order of members shows in prompts
};

class EngineMessagesTest : public ::testing::TestWithParam<MessageCase> {};

TEST_P(EngineMessagesTest, ArePreparedForTheTemplate) {
  const auto prepared = messages_for_engine(array(GetParam().sent), GetParam().traits);
  ASSERT_TRUE(prepared) << prepared.error().message;
  EXPECT_EQ(json::dump(json::value(*prepared)), json::dump(json::parse(GetParam().prepared).value()));
}

INSTANTIATE_TEST_SUITE_P(
    Messages, EngineMessagesTest,
    ::testing::Values(
        MessageCase{"text", kText, R"([{"content": "hi", "role": "user", "other": 1}])",
                    R"([{"role": "user", "content": "hi"}])"},
        MessageCase{"text_as_parts", kParts, R"([{"role": "user", "content": "hi"}])",
                    R"([{"role": "user", "content": [{"type": "text", "text": "hi"}]}])"},
        MessageCase{"parts_as_text", kText,
                    R"([{"role": "user", "content": [{"type": "text", "text": "a"}, "b",
                        {"type": "input_text", "text": "c"}, {"type": "refusal", "refusal": "d"}]}])",
                    R"([{"role": "user", "content": "a\nb\nc\nd"}])"},
        MessageCase{"empty_parts_as_text", kText,
                    R"([{"role": "user", "content": ["", "a", {"type": "text", "text": ""}, "b", ""]}])",
                    R"([{"role": "user", "content": "a\nb"}])"},
        MessageCase{"empty_parts_as_parts", kParts, R"([{"role": "user", "content": [""]}])",
                    R"([{"role": "user", "content": [{"type": "text", "text": ""}]}])"},
        MessageCase{
            "parts_as_parts", kParts,
            R"([{"role": "user", "content": [{"cache": 1, "type": "input_text", "text": "a", "name": "n"},
                        {"type": "image_url", "image_url": {"url": "u"}}, {"type": "input_audio", "input_audio": {}}]}])",
            R"([{"role": "user", "content": [{"type": "text", "text": "a", "cache": 1}, {"type": "image"},
                        {"type": "audio"}]}])"},
        MessageCase{"no_content", kText, R"([{"role": "assistant"}, {"role": "user", "content": null}])",
                    R"([{"role": "assistant", "content": ""}, {"role": "user", "content": ""}])"},
        MessageCase{"no_content_as_parts", kParts, R"([{"role": "assistant"}])",
                    R"([{"role": "assistant", "content": []}])"},
        MessageCase{"name", kText, R"([{"role": "user", "name": "Zoë", "content": "hi"}])",
                    R"([{"role": "user", "content": "hi", "name": "Zoë"}])"},
        MessageCase{"task", kText, R"([{"role": "user", "task": "rank", "content": "hi"}])",
                    R"([{"role": "user", "content": "hi", "task": "rank"}])"},
        MessageCase{"billing_line", kText,
                    R"([{"role": "system", "content": "x-anthropic-billing-header: cch=1;\nBe brief."},
                        {"role": "user", "content": "x-anthropic-billing-header: x\ny"}])",
                    R"([{"role": "system", "content": "Be brief."},
                        {"role": "user", "content": "x-anthropic-billing-header: x\ny"}])"},
        MessageCase{"nothing_but_a_billing_line", kParts,
                    R"([{"role": "system", "content": [{"type": "text", "text": "x-anthropic-billing-header"},
                        {"type": "text", "text": "Be brief."}]}])",
                    R"([{"role": "system", "content": [{"type": "text", "text": "Be brief."}]}])"},
        MessageCase{"tool_calls", kText,
                    R"([{"role": "assistant", "content": null, "tool_calls": [{"type": "function", "index": 0,
                        "id": "1", "function": {"name": "f", "arguments": "{\"b\": 1, \"a\": 2.50}"}}]}])",
                    R"([{"role": "assistant", "content": "", "tool_calls": [{"id": "1",
                        "function": {"arguments": {"b": 1, "a": 2.5}, "name": "f"}, "type": "function", "index": 0}]}])"},
        MessageCase{"broken_arguments", kText,
                    R"([{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{"}},
                        {"function": {"name": "g", "arguments": "[1]"}}, {"function": {"name": "h"}}]}])",
                    R"([{"role": "assistant", "content": "", "tool_calls": [
                        {"function": {"arguments": {}, "name": "f"}}, {"function": {"arguments": {}, "name": "g"}},
                        {"function": {"name": "h", "arguments": {}}}]}])"},
        MessageCase{"no_tool_calls", kText, R"([{"role": "assistant", "content": "x", "tool_calls": []}])",
                    R"([{"role": "assistant", "content": "x"}])"},
        MessageCase{
            "reasoning", kText, R"([{"role": "assistant", "content": "x", "reasoning_content": "hm"}])",
            R"([{"role": "assistant", "content": "x", "reasoning": "hm", "reasoning_content": "hm"}])"},
        MessageCase{"reasoning_of_users", kText, R"([{"role": "user", "content": "x", "reasoning": "hm"}])",
                    R"([{"role": "user", "content": "x"}])"},
        MessageCase{"tool_result", kParts,
                    R"([{"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "a"},
                        {"type": "text", "text": "b"}]}])",
                    R"([{"role": "tool", "content": "a\nb", "tool_call_id": "1"}])"},
        MessageCase{"tool_result_with_image", kParts,
                    R"([{"role": "tool", "content": [{"type": "text", "text": "a"}, {"type": "image"}]}])",
                    R"([{"role": "tool", "content": [{"type": "text", "text": "a"}, {"type": "image"}]}])"},
        MessageCase{"developer_known", kDeveloper, R"([{"role": "developer", "content": "x"}])",
                    R"([{"role": "developer", "content": "x", "tools": null}])"},
        MessageCase{"developer_unknown", kText, R"([{"role": "developer", "content": "x", "tools": []},
                        {"role": "user", "content": "y"}])",
                    R"([{"role": "system", "content": "x"}, {"role": "user", "content": "y"}])"},
        MessageCase{"developer_later", kText,
                    R"([{"role": "system", "content": "a"}, {"role": "user", "content": "y"},
                        {"role": "developer", "content": "b"}])",
                    R"([{"role": "system", "content": "a\n\nb"}, {"role": "user", "content": "y"}])"},
        MessageCase{"systems_stay_apart", kText,
                    R"([{"role": "system", "content": "a"}, {"role": "system", "content": "b"}])",
                    R"([{"role": "system", "content": "a"}, {"role": "system", "content": "b"}])"}),
    [](const auto& row) { return std::string(row.param.name); });

struct BadMessage {
  std::string_view name;
  Errc code;
  std::string_view sent;
  std::string_view says;
};

class BadMessageTest : public ::testing::TestWithParam<BadMessage> {};

TEST_P(BadMessageTest, IsRefusedByItsPlace) {
  const auto prepared = messages_for_engine(array(GetParam().sent), kText);
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, GetParam().code);
  EXPECT_NE(prepared.error().message.find(GetParam().says), std::string::npos) << prepared.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Messages, BadMessageTest,
    ::testing::Values(
        BadMessage{"no_role", Errc::invalid, R"([{"role": "user"}, {"content": "x"}])", "messages[1]: role"},
        BadMessage{"number", Errc::invalid, R"([{"role": "user", "content": 1}])", "content must be"},
        BadMessage{"part_type", Errc::invalid, R"([{"role": "user", "content": [{"type": "smell"}]}])",
                   "\"smell\""},
        BadMessage{"part_text", Errc::invalid,
                   R"([{"role": "user", "content": [{"type": "text", "text": 1}]}])",
                   "\"text\" must be a text"},
        BadMessage{"image_in_text", Errc::unsupported,
                   R"([{"role": "user", "content": [{"type": "image_url"}]}])", "plain text only"},
        BadMessage{"tool_calls", Errc::invalid, R"([{"role": "assistant", "tool_calls": {}}])",
                   "tool_calls must be an array"},
        BadMessage{"tool_call", Errc::invalid,
                   R"([{"role": "assistant", "tool_calls": [{"type": "custom"}]}])", "of type \"function\""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(EngineTools, HaveTheMembersOfTheApiInItsOrder) {
  const auto prepared = tools_for_engine(array(R"([
      {"function": {"strict": true, "parameters": {"b": 1, "a": 2}, "name": "f", "return": {}}, "type": "function"},
      {"type": "function", "function": {"name": "g"}}, {"custom": 1}])"));
  EXPECT_EQ(json::dump(json::value(prepared)), json::dump(json::parse(R"([
      {"type": "function", "function": {"name": "f", "description": null, "parameters": {"b": 1, "a": 2},
                                        "strict": true}},
      {"type": "function", "function": {"name": "g", "description": null, "parameters": null}}, {"custom": 1}])")
                                                              .value()));
}

}  // namespace
}  // namespace dynamo::chat
