#include "chat/chat_template.h"

#include <gtest/gtest.h>

namespace dynamo::chat {
namespace {

using Templates = std::map<std::string, std::string, std::less<>>;

std::shared_ptr<const ChatTemplates> compile(Templates templates, json::object special_tokens = {}) {
  return ChatTemplates::compile({std::move(templates), std::move(special_tokens)}).value();
}

std::shared_ptr<const ChatTemplates> compile(std::string source) {
  return compile({{"default", std::move(source)}});
}

json::object object(std::string_view text) { return json::parse(text).value().get_object(); }

Result<std::string> render(const ChatTemplates& templates, std::string_view arguments) {
  return templates.render(read_arguments(object(arguments)).value());
}

TEST(ChatTemplates, ToolsChooseTheTemplateForThem) {
  const auto templates = compile({{"default", "default"}, {"tool_use", "tool_use"}, {"rag", "rag"}});
  EXPECT_EQ(render(*templates, R"({"messages": [{}]})"), "default");
  EXPECT_EQ(render(*templates, R"({"messages": [{}], "tools": null})"), "default");
  EXPECT_EQ(render(*templates, R"({"messages": [{}], "tools": []})"), "tool_use");
  EXPECT_EQ(render(*templates, R"({"messages": [{}], "tools": [], "chat_template": "rag"})"), "rag");
  EXPECT_EQ(templates->names(), (std::vector<std::string>{"default", "rag", "tool_use"}));
}

TEST(ChatTemplates, UnknownNamesSayWhichThereAre) {
  const auto unknown =
      render(*compile({{"default", ""}, {"rag", ""}}), R"({"messages": [{}], "chat_template": "x"})");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::not_found);
  EXPECT_EQ(unknown.error().message, "there is no chat template \"x\"; this model has: default, rag");
  EXPECT_EQ(render(*compile({{"a", ""}, {"b", ""}}), R"({"messages": [{}]})").error().message,
            "none of this model's chat templates is the default; name one of: a, b");
}

TEST(ChatTemplates, VariablesOfTheCallWinOverSpecialTokens) {
  const auto templates = compile({{"default", "{{ bos_token }}{{ eos_token }}{{ other }}"}},
                                 {{"bos_token", "<s>"}, {"eos_token", "</s>"}});
  EXPECT_EQ(render(*templates, R"({"messages": [{}], "eos_token": "!", "other": 1})"), "<s>!1");
}

TEST(ChatTemplates, NullMembersOfMessagesAreAbsent) {
  EXPECT_EQ(
      render(*compile("{{ messages[0] }}"), R"({"messages": [{"a": null, "role": "x", "b": null, "c": 1}]})"),
      "{'role': 'x', 'c': 1}");
}

TEST(ChatTemplates, ReasoningIsReadableUnderAllItsNames) {
  const auto templates = compile("{{ messages[0] }}");
  EXPECT_EQ(render(*templates, R"({"messages": [{"role": "x", "reasoning": "hm"}]})"),
            "{'thinking': 'hm', 'role': 'x', 'reasoning': 'hm', 'reasoning_content': 'hm'}");
  EXPECT_EQ(render(*templates, R"({"messages": [{"reasoning_content": "a", "thinking": "b", "role": "x"}]})"),
            "{'thinking': 'b', 'reasoning_content': 'a', 'role': 'x'}");
}

TEST(ChatTemplates, TheTimeIsAnInput) {
  const auto templates = compile("{{ strftime_now('%Y-%m-%d %H:%M') }}");
  const auto chat = read_arguments(object(R"({"messages": [{}]})")).value();
  const auto now = parse_rfc3339("2026-02-03T23:05:06Z").value();
  EXPECT_EQ(templates->render(chat, {.now = now}), "2026-02-03 23:05");
  EXPECT_EQ(templates->render(chat, {.now = now, .utc_offset = std::chrono::hours{2}}), "2026-02-04 01:05");
}

TEST(ChatTemplates, WhatTheTemplateRaisesIsTheClientsFaultInItsOwnWords) {
  const auto refused =
      render(*compile("a\n{{ raise_exception('Only one <b>at</b> a time!') }}"), R"({"messages": [{}]})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid);
  EXPECT_EQ(words_for_client(refused.error()), "Only one <b>at</b> a time!");
  EXPECT_NE(refused.error().message.find("line 2"), std::string::npos) << refused.error().message;
}

TEST(ChatTemplates, OtherErrorsNameLineAndCause) {
  const auto refused = render(*compile("{{ 1 }}\n\n{{ 'a' + 1 }}"), R"({"messages": [{}]})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid);
  EXPECT_NE(words_for_client(refused.error()).find("line 3"), std::string::npos) << refused.error().message;
}

TEST(ChatTemplates, EndlessWorkIsBounded) {
  const auto templates =
      compile("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}");
  const auto chat = read_arguments(object(R"({"messages": [{}]})")).value();
  const auto refused = templates->render(chat, {.limits = {.steps = 100'000}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_large);
}

TEST(ChatTemplates, WhatOnlyTheEngineCanDoIsNobodysFault) {
  const auto templates = compile("{{ messages[0].content|pprint }}");
  const auto chat = read_arguments(object(R"({"messages": [{"content": "hi"}]})")).value();
  EXPECT_EQ(templates->render(chat).error().code, Errc::unsupported);
}

TEST(ChatTemplates, ATemplateThatCannotBeReadIsRefusedAtLoad) {
  EXPECT_FALSE(ChatTemplates::compile({.templates = {{"default", "{% if %}"}}}));
  const auto refused = ChatTemplates::compile({.templates = {{"default", ""}, {"rag", "\n{% endfor %}"}}});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.starts_with("template \"rag\": ")) << refused.error().message;
}

TEST(ChatTemplates, ContinuesTheLastMessage) {
  const auto templates =
      compile("{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}</>{% endfor %}");
  EXPECT_EQ(render(*templates, R"({"messages": [{"role": "user", "content": "hi"},
                                   {"role": "assistant", "content": " Well, "}], "continue_final_message": true})"),
            "<user>hi</><assistant>Well,");
}

TEST(ChatTemplates, SpansAreWhatGenerationBlocksWrote) {
  const auto templates = compile(
      "{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}{% generation %}{{ m.content }}"
      "{% endgeneration %}{% endif %}{% endfor %}");
  auto chat = read_arguments(object(R"({"messages": [{"role": "user", "content": "hi"},
      {"role": "assistant", "content": "sí"}, {"role": "assistant", "content": ""}]})"))
                  .value();
  const auto rendering = templates->render_with_spans(chat);
  ASSERT_TRUE(rendering) << rendering.error().message;
  EXPECT_EQ(rendering->text, "<user><assistant>sí<assistant>");
  EXPECT_EQ(rendering->generated, (std::vector<jinja::Span>{{17, 20}, {31, 31}}));
  chat.continued = "content";
  EXPECT_FALSE(templates->render_with_spans(chat));
}

TEST(ChatTemplates, SpansInsideOfCapturedTextBeginWhereTheTemplateItselfIs) {
  const auto templates = compile("ab{% set x %}cd{% generation %}ef{% endgeneration %}{% endset %}{{ x }}");
  const auto rendering =
      templates->render_with_spans(read_arguments(object(R"({"messages": [{}]})")).value());
  ASSERT_TRUE(rendering) << rendering.error().message;
  EXPECT_EQ(rendering->text, "abcdef");
  EXPECT_EQ(rendering->generated, (std::vector<jinja::Span>{{2, 4}}));
}

TEST(ChatTemplates, RequestsArePreparedForTheTemplate) {
  const auto text = compile("{{ messages }}{{ add_generation_prompt }}");
  const auto parts =
      compile("{% for m in messages %}{% for p in m.content %}{{ p }}{% endfor %}{% endfor %}");
  const auto request = object(R"({"model": "m", "messages": [{"role": "user", "content": "hi"}]})");
  EXPECT_EQ(text->render_request(request), "[{'role': 'user', 'content': 'hi'}]True");
  EXPECT_EQ(parts->render_request(request), "{'type': 'text', 'text': 'hi'}");
}

TEST(ChatTemplates, WhatEnginesHavePreparedIsRenderedAsItIs) {
  const auto request =
      object(R"({"messages": [{"role": "assistant", "content": "x", "reasoning_content": "hm"}]})");
  EXPECT_EQ(compile("{{ messages[0] }}")->render_request(request),
            "{'role': 'assistant', 'content': 'x', 'reasoning': 'hm', 'reasoning_content': 'hm'}");
}

}  // namespace
}  // namespace dynamo::chat
