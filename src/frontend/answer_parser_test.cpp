#include "frontend/answer_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::frontend {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

openai::Request request_with(std::string_view members, openai::Endpoint endpoint = openai::Endpoint::chat) {
  openai::Request request{.endpoint = endpoint};
  request.body = json::parse(fmt::format("{{{}}}", members)).value().get_object();
  return request;
}

constexpr std::string_view kTools = R"("tools":[{"type":"function","function":{"name":"f"}}])";

std::unique_ptr<AnswerParser> answer_parser(std::string_view reasoning, std::string_view tool) {
  discovery::RuntimeConfig config{.tool_call_parser = std::string(tool),
                                  .reasoning_parser = std::string(reasoning)};
  auto options = parser_options(config, request_with(kTools), "");
  options.writer.random = [next = std::uint64_t{0}]() mutable { return next++; };
  return AnswerParser::make(std::move(options));
}

std::string chunk(std::string_view delta, std::string_view more = {}) {
  return fmt::format(R"({{"id":"c","choices":[{{"index":0,"delta":{}{}}}]}})", delta, more);
}

TEST(AnswerParser, TellsReasoningContentAndCalls) {
  auto parser = answer_parser("qwen3", "hermes");
  EXPECT_THAT(
      parser->rewrite(chunk(R"({"role":"assistant","content":""})")),
      ElementsAre(
          R"({"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})"));
  EXPECT_THAT(parser->rewrite(chunk(R"({"content":"<thi"})")), IsEmpty());
  EXPECT_THAT(
      parser->rewrite(chunk(R"({"content":"nk>Hm.</think>Ok."})", R"(,"finish_reason":null)")),
      ElementsAre(
          R"({"id":"c","choices":[{"index":0,"delta":{"reasoning_content":"Hm."},"finish_reason":null}]})",
          R"({"id":"c","choices":[{"index":0,"delta":{"content":"Ok."},"finish_reason":null}]})"));
  EXPECT_THAT(
      parser->rewrite(chunk(R"({"content":"<tool_call>{\"name\":\"f\",\"arguments\":{}}"})")),
      ElementsAre(
          R"({"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_0123456789ABCDEFGHIJKLMN",)"
          R"("type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":null}]})"));
  EXPECT_THAT(parser->rewrite(chunk("{}", R"(,"finish_reason":"stop")")),
              ElementsAre(R"({"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})"));
}

TEST(AnswerParser, TellsWhatWasHeldBackWithTheEnd) {
  auto parser = answer_parser("", "hermes");
  EXPECT_THAT(
      parser->rewrite(chunk(R"({"content":"a <tool"})")),
      ElementsAre(R"({"id":"c","choices":[{"index":0,"delta":{"content":"a "},"finish_reason":null}]})"));
  EXPECT_THAT(
      parser->rewrite(chunk("{}", R"(,"finish_reason":"length")")),
      ElementsAre(
          R"({"id":"c","choices":[{"index":0,"delta":{"content":"<tool"},"finish_reason":"length"}]})"));
}

TEST(AnswerParser, TellsWhatWasHeldBackWhereNoReasonCame) {
  auto parser = answer_parser("", "hermes");
  EXPECT_THAT(parser->rewrite(chunk(R"({"content":"<tool"})")), IsEmpty());
  EXPECT_THAT(
      parser->finish(),
      ElementsAre(R"({"id":"c","choices":[{"index":0,"delta":{"content":"<tool"},"finish_reason":null}]})"));
  EXPECT_THAT(parser->finish(), IsEmpty());
}

TEST(AnswerParser, MakesNoCallOfHalfAText) {
  auto parser = answer_parser("", "qwen3_coder");
  EXPECT_THAT(parser->rewrite(chunk(R"({"content":"<function=f><parameter=a>1</par"})")), IsEmpty());
  EXPECT_THAT(
      parser->finish(),
      ElementsAre(
          R"({"id":"c","choices":[{"index":0,"delta":{"content":"<function=f><parameter=a>1</par"},"finish_reason":null}]})"));
}

TEST(AnswerParser, TellsWhatWasHeldBackBeforeAnErrorOfTheEngine) {
  auto parser = answer_parser("", "hermes");
  constexpr std::string_view kError = R"({"error":{"message":"out of memory"}})";
  EXPECT_THAT(parser->rewrite(chunk(R"({"content":"<tool"})")), IsEmpty());
  EXPECT_THAT(
      parser->rewrite(kError),
      ElementsAre(R"({"id":"c","choices":[{"index":0,"delta":{"content":"<tool"},"finish_reason":null}]})",
                  std::string(kError)));
  EXPECT_THAT(parser->finish(), IsEmpty());
}

TEST(AnswerParser, ReadsOnWhereAChunkHasNoError) {
  auto parser = answer_parser("", "hermes");
  constexpr std::string_view kChunk =
      R"({"id":"c","choices":[{"index":0,"delta":{"content":"a <tool"}}],"error":null})";
  EXPECT_THAT(
      parser->rewrite(kChunk),
      ElementsAre(
          R"({"id":"c","choices":[{"index":0,"delta":{"content":"a "},"finish_reason":null}],"error":null})"));
}

TEST(AnswerParser, ReadsNoReasoningBehindTheEnginesOwn) {
  for (const std::string_view member : {"reasoning_content", "reasoning"}) {
    auto parser = answer_parser("deepseek_r1", "hermes");
    const std::string own = chunk(fmt::format(R"({{"{}":"Hm."}})", member), R"(,"finish_reason":null)");
    EXPECT_THAT(parser->rewrite(chunk(R"({"role":"assistant","content":""})")), SizeIs(1));
    EXPECT_THAT(parser->rewrite(own), ElementsAre(own));
    EXPECT_THAT(
        parser->rewrite(chunk(R"({"content":"Yes."})")),
        ElementsAre(R"({"id":"c","choices":[{"index":0,"delta":{"content":"Yes."},"finish_reason":null}]})"));
    EXPECT_THAT(parser->rewrite(chunk(R"({"content":"<tool_call>{\"name\":\"f\",\"arguments\":{}}"})")),
                ElementsAre(HasSubstr("tool_calls")));
  }
}

TEST(AnswerParser, PassesOnWhatComesBehindTheEnd) {
  auto parser = answer_parser("qwen3", "");
  const std::string late = chunk(R"({"content":"<think>late"})");
  EXPECT_THAT(parser->rewrite(chunk(R"({"content":"a"})", R"(,"finish_reason":"stop")")), SizeIs(1));
  EXPECT_THAT(parser->rewrite(late), ElementsAre(late));
}

TEST(AnswerParser, KeepsWhatElseAChunkSays) {
  auto parser = answer_parser("", "hermes");
  EXPECT_THAT(
      parser->rewrite(chunk(R"({"content":"<"})", R"(,"logprobs":{"content":[1]})")),
      ElementsAre(
          R"({"id":"c","choices":[{"index":0,"delta":{},"logprobs":{"content":[1]},"finish_reason":null}]})"));
}

TEST(AnswerParser, ReadsEachChoiceForItself) {
  auto parser = answer_parser("qwen3", "");
  EXPECT_THAT(
      parser->rewrite(
          R"({"choices":[{"index":0,"delta":{"content":"<think>a"}},{"index":1,"delta":{"content":"b"}}]})"),
      ElementsAre(R"({"choices":[{"index":0,"delta":{"reasoning_content":"a"},"finish_reason":null}]})",
                  R"({"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":null}]})"));
}

TEST(AnswerParser, LeavesOtherChunksAlone) {
  auto parser = answer_parser("qwen3", "hermes");
  for (const std::string_view data :
       {R"({"choices":[],"usage":{"prompt_tokens":1}})", R"({"error":{"message":"no"}})", "no json",
        R"({"choices":[{"index":500,"delta":{"content":"<think>"}}]})", R"({"choices":[7]})"}) {
    EXPECT_THAT(parser->rewrite(data), ElementsAre(std::string(data)));
  }
}

struct ChoiceCase {
  std::string_view name;
  std::string_view members;
  std::string_view tool_parser;
  std::string_view forced_tool;
  bool calls_required = false;
  bool one_call = false;
};
class ParserOptionsTest : public ::testing::TestWithParam<ChoiceCase> {};

TEST_P(ParserOptionsTest, FollowTheRequest) {
  const discovery::RuntimeConfig config{.tool_call_parser = "hermes", .reasoning_parser = "deepseek_r1"};
  const auto options = parser_options(config, request_with(GetParam().members), "");
  EXPECT_EQ(options.reasoning_parser, "deepseek_r1");
  EXPECT_EQ(options.tool_parser, GetParam().tool_parser);
  EXPECT_EQ(options.forced_tool, GetParam().forced_tool);
  EXPECT_EQ(options.calls_required, GetParam().calls_required);
  EXPECT_EQ(options.writer.one_call, GetParam().one_call);
}

INSTANTIATE_TEST_SUITE_P(
    Choices, ParserOptionsTest,
    ::testing::Values(
        ChoiceCase{"no_tools", "", ""}, ChoiceCase{"empty_tools", R"("tools":[])", ""},
        ChoiceCase{"tools", R"("tools":[{"type":"function","function":{"name":"f"}}])", "hermes"},
        ChoiceCase{"none", R"("tools":[{"function":{"name":"f"}}],"tool_choice":"none")", ""},
        ChoiceCase{"required", R"("tools":[{"function":{"name":"f"}}],"tool_choice":"required")", "hermes",
                   "", true},
        ChoiceCase{"one_call", R"("tools":[{"function":{"name":"f"}}],"parallel_tool_calls":false)", "hermes",
                   "", false, true},
        ChoiceCase{
            "forced",
            R"("tools":[{"function":{"name":"f"}}],"tool_choice":{"type":"function","function":{"name":"f"}})",
            "hermes", "f"},
        ChoiceCase{"forced_unknown",
                   R"("tools":[{"function":{"name":"f"}}],"tool_choice":{"function":{"name":"g"}})",
                   "hermes"},
        ChoiceCase{"other_tools", R"("tools":[{"type":"web_search"}])", "hermes"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ParserOptions, AreEmptyWhereNothingIsToBeRead) {
  const discovery::RuntimeConfig config{.tool_call_parser = "hermes", .reasoning_parser = "qwen3"};
  EXPECT_EQ(AnswerParser::make(parser_options(config, request_with("", openai::Endpoint::completions), "")),
            nullptr);
  EXPECT_EQ(AnswerParser::make(parser_options({}, request_with(kTools), "")), nullptr);
  const discovery::RuntimeConfig unknown{.tool_call_parser = "x", .reasoning_parser = "y"};
  EXPECT_EQ(AnswerParser::make(parser_options(unknown, request_with(kTools), "")), nullptr);
}

TEST(ParserOptions, KnowWhetherTheAnswerBeginsWithReasoning) {
  const auto begins = [](std::string_view parser, std::string_view members, std::string_view prompt_end) {
    const discovery::RuntimeConfig config{.reasoning_parser = std::string(parser)};
    return parser_options(config, request_with(members), prompt_end).begins_with_reasoning;
  };
  constexpr std::string_view kOff = R"("chat_template_kwargs":{"thinking":false})";
  EXPECT_EQ(begins("deepseek_r1", "", ""), std::nullopt);
  EXPECT_EQ(begins("deepseek_r1", kOff, ""), false);
  EXPECT_EQ(begins("deepseek_r1", kOff, "<|Assistant|><think>\n"), true);
  EXPECT_EQ(begins("qwen3", "", "<|im_start|>assistant\n<think>\n"), true);
  EXPECT_EQ(begins("deepseek_r1", "", "<|im_start|>assistant\n<think>\n\n</think>\n\n"), false);
  EXPECT_EQ(begins("qwen3", "", "<|im_start|>assistant\n"), std::nullopt);
}

}  // namespace
}  // namespace dynamo::frontend
