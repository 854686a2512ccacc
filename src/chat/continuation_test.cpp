#include "chat/continuation.h"

#include <gtest/gtest.h>

namespace dynamo::chat {
namespace {

constexpr std::string_view kSource = "{{ content }}{{ thinking }}";

json::array array(std::string_view text) { return json::parse(text).value().get_array(); }

/// What a template would write that puts `member` of the last message between brackets.
std::string between_brackets(const json::array& messages, std::string_view member) {
  return fmt::format("[{}]", std::string_view(messages.back().at(member).get_string()));
}

TEST(Continuation, EndsBehindTheTextOfTheLastMessage) {
  auto messages = array(R"([{"content": "first"}, {"content": "and  "}])");
  const auto marked = Continuation::mark(messages, "content", kSource);
  ASSERT_TRUE(marked);
  EXPECT_EQ(marked->cut(between_brackets(messages, "content")), "[and  ");
  EXPECT_EQ(messages.front().at("content"), "first");
}

TEST(Continuation, DropsTheSpaceThatTheTemplateDrops) {
  auto messages = array(R"([{"content": "and \n"}])");
  const auto marked = Continuation::mark(messages, "content", kSource);
  std::string trimmed = between_brackets(messages, "content");
  trimmed.erase(trimmed.size() - 2, 1);  // the blank before the bracket, as trim does
  EXPECT_EQ(marked->cut(trimmed), "[and");
}

TEST(Continuation, TakesTheLastPartWithText) {
  auto messages = array(R"([{"content": [{"text": "a"}, {"text": "b"}, {"type": "image"}]}])");
  const auto marked = Continuation::mark(messages, "content", kSource);
  ASSERT_TRUE(marked);
  EXPECT_EQ(messages.back().at("content").at(0).at("text"), "a");
  EXPECT_NE(messages.back().at("content").at(1).at("text"), "b");
}

TEST(Continuation, FindsReasoningUnderItsOtherNames) {
  auto messages = array(R"([{"thinking": "hm", "reasoning_content": "hm"}])");
  const auto marked = Continuation::mark(messages, "reasoning_content", kSource);
  ASSERT_TRUE(marked) << marked.error().message;
  EXPECT_EQ(marked->cut(between_brackets(messages, "thinking")), "[hm");
}

TEST(Continuation, NeedsSomethingToGoOnWith) {
  for (const std::string_view last : {R"([{"role": "user"}])", R"([{"content": 1}])", R"([{"content": []}])",
                                      R"([{"content": [{"text": 1}]}])"}) {
    auto messages = array(last);
    EXPECT_FALSE(Continuation::mark(messages, "content", kSource)) << last;
  }
  auto messages = array(R"([{"content": "x"}])");
  EXPECT_FALSE(Continuation::mark(messages, "content", "{{ nothing }}"));
}

/// Takes minutes where every place of the prompt is compared anew.
TEST(Continuation, FindsLongTextsInLinearTime) {
  const std::string many(1'000'000, 'a');
  json::array messages{json::object{{"content", many + "b"}}};
  const auto marked = Continuation::mark(messages, "content", kSource);
  EXPECT_EQ(marked->cut(many + many + between_brackets(messages, "content")).value().size(),
            3 * many.size() + 2);
}

TEST(Continuation, NeedsTheMessageInThePrompt) {
  auto messages = array(R"([{"content": "x"}])");
  const auto marked = Continuation::mark(messages, "content", kSource);
  EXPECT_FALSE(marked->cut("x without a mark"));
  EXPECT_FALSE(marked->cut(""));
}

}  // namespace
}  // namespace dynamo::chat
