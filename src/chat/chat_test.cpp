#include "chat/chat.h"

#include <gtest/gtest.h>

namespace dynamo::chat {
namespace {

json::object object(std::string_view text) { return json::parse(text).value().get_object(); }
json::value value(std::string_view text) { return json::parse(text).value(); }

TEST(Arguments, KnownMembersAreTakenAndTheOthersAreVariables) {
  const auto chat =
      read_arguments(object(R"({"messages": [{"role": "user"}], "tools": [{"a": 1}], "documents": null,
      "add_generation_prompt": true, "chat_template": "rag", "date_string": "today", "enable_thinking": true,
      "chat_template_kwargs": {"enable_thinking": false}})"));
  ASSERT_TRUE(chat) << chat.error().message;
  EXPECT_EQ(json::value(chat->messages), value(R"([{"role": "user"}])"));
  EXPECT_EQ(chat->tools, value(R"([{"a": 1}])"));
  EXPECT_TRUE(chat->documents.is_null());
  EXPECT_TRUE(chat->add_generation_prompt);
  EXPECT_EQ(chat->continued, "");
  EXPECT_EQ(chat->template_name, "rag");
  EXPECT_EQ(json::value(chat->variables), value(R"({"date_string": "today", "enable_thinking": false})"));
}

TEST(Arguments, AGenerationPromptHasToBeAskedFor) {
  EXPECT_FALSE(read_arguments(object(R"({"messages": [{}]})"))->add_generation_prompt);
  EXPECT_TRUE(read_request(object(R"({"messages": [{}]})"))->add_generation_prompt);
  EXPECT_FALSE(
      read_request(object(R"({"messages": [{}], "add_generation_prompt": false})"))->add_generation_prompt);
}

TEST(Arguments, AContinuationNamesItsMember) {
  EXPECT_EQ(read_arguments(object(R"({"messages": [{}], "continue_final_message": true})"))->continued,
            "content");
  EXPECT_EQ(read_arguments(object(R"({"messages": [{}], "continue_final_message": false})"))->continued, "");
  EXPECT_EQ(read_arguments(object(R"({"messages": [{}], "continue_final_message": "thinking"})"))->continued,
            "thinking");
}

TEST(Request, OnlyWhatIsMeantForTemplatesReachesThem) {
  const auto chat = read_request(object(R"({"model": "m", "messages": [{}], "temperature": 1, "stop": ["x"],
      "reasoning_effort": "none", "chat_template_kwargs": {"k": 1}})"));
  ASSERT_TRUE(chat) << chat.error().message;
  EXPECT_EQ(json::value(chat->variables),
            value(R"({"k": 1, "enable_thinking": false, "reasoning_effort": "none"})"));
}

TEST(Request, WhatTheClientSaysAboutThinkingStands) {
  const auto chat = read_request(object(
      R"({"messages": [{}], "reasoning_effort": "high", "chat_template_kwargs": {"enable_thinking": false}})"));
  EXPECT_EQ(json::value(chat->variables), value(R"({"enable_thinking": false, "reasoning_effort": "high"})"));
}

struct BadChat {
  std::string_view name;
  std::string_view text;
  std::string_view says;
};

class BadChatTest : public ::testing::TestWithParam<BadChat> {};

TEST_P(BadChatTest, IsRefusedInBothForms) {
  for (const auto& read : {read_arguments, read_request}) {
    const auto chat = read(object(GetParam().text));
    ASSERT_FALSE(chat);
    EXPECT_EQ(chat.error().code, Errc::invalid);
    EXPECT_NE(chat.error().message.find(GetParam().says), std::string::npos) << chat.error().message;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, BadChatTest,
    ::testing::Values(
        BadChat{"no_messages", "{}", "messages is missing"},
        BadChat{"empty", R"({"messages": []})", "at least one"},
        BadChat{"no_array", R"({"messages": "hi"})", "messages must be an array"},
        BadChat{"no_object", R"({"messages": [{}, "hi"]})", "messages[1] must be an object"},
        BadChat{"tools", R"({"messages": [{}], "tools": {}})", "tools must be an array"},
        BadChat{"tool", R"({"messages": [{}], "tools": [1]})", "tools[0] must be an object"},
        BadChat{"document", R"({"messages": [{}], "documents": ["text"]})", "documents[0] must be an object"},
        BadChat{"flag", R"({"messages": [{}], "add_generation_prompt": 1})", "must be true or false"},
        BadChat{"kwargs", R"({"messages": [{}], "chat_template_kwargs": []})",
                "chat_template_kwargs must be an object"},
        BadChat{"continue", R"({"messages": [{}], "continue_final_message": 1})",
                "continue_final_message must be"},
        BadChat{"both",
                R"({"messages": [{}], "continue_final_message": true, "add_generation_prompt": true})",
                "only one of them"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Request, CannotBringATemplate) {
  EXPECT_FALSE(read_request(object(R"({"messages": [{}], "chat_template": "{{ x }}"})")));
  EXPECT_FALSE(read_request(object(R"({"messages": [{}], "chat_template_kwargs": {"chat_template": "x"}})")));
}

}  // namespace
}  // namespace dynamo::chat
