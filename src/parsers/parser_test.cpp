#include "parsers/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsers/formats.h"
#include "parsers/test_marks.h"
#include "parsers/test_support.h"

namespace dynamo::parsers::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ParserNames, AreListedWhenOneIsUnknown) {
  const auto tool = Parser::make({.tool_parser = "hermess"});
  ASSERT_FALSE(tool.has_value());
  EXPECT_EQ(tool.error().code, Errc::invalid);
  EXPECT_THAT(tool.error().message,
              AllOf(HasSubstr("hermess"), HasSubstr("hermes, jamba"), HasSubstr("qwen25")));
  const auto reasoning = Parser::make({.reasoning_parser = "think"});
  ASSERT_FALSE(reasoning.has_value());
  EXPECT_THAT(reasoning.error().message, AllOf(HasSubstr("basic, deepseek_r1"), HasSubstr("gpt_oss")));
}

TEST(ParserNames, ThatAreUnknownAreSaid) {
  EXPECT_TRUE(unread_parsers("", "").empty());
  EXPECT_TRUE(unread_parsers("qwen3", "Hermes").empty());
  const auto said = unread_parsers("think", "tools");
  ASSERT_EQ(said.size(), 2U);
  EXPECT_THAT(said[0], HasSubstr("no reasoning parser \"think\""));
  EXPECT_THAT(said[1], HasSubstr("no tool call parser \"tools\""));
}

TEST(ParserNames, AreThoseThatDynamoTakes) {
  for (const auto* name : {"hermes",      "nemotron_deci", "llama3_json",   "mistral",       "phi4",
                           "pythonic",    "harmony",       "deepseek_v3",   "deepseek_v3_1", "qwen3_coder",
                           "jamba",       "default",       "nemotron_nano", "qwen25",        "deepseek_v3_2",
                           "deepseek_v4", "deepseek-v4",   "deepseekv4",    "minimax_m2",    "kimi_k2"}) {
    EXPECT_TRUE(find_tool_format(name).has_value()) << name;
  }
  for (const auto* name :
       {"deepseek_r1", "basic", "gpt_oss", "qwen3", "nemotron_deci", "kimi", "kimi_k25", "step3", "mistral",
        "granite", "nemotron_nano", "nemotron3", "glm45", "minimax_append_think", "gemma4"}) {
    EXPECT_TRUE(find_reasoning_format(name).has_value()) << name;
  }
}

struct ReasonCase {
  std::string_view name;
  std::string_view text;
  std::string_view engine;
  std::string_view told;
};
class FinishReasonTest : public ::testing::TestWithParam<ReasonCase> {};
TEST_P(FinishReasonTest, SaysWhyTheAnswerEnded) {
  auto parser = Parser::make(options_of({.tool = "hermes"})).value();
  read_pieces(parser, {GetParam().text});
  EXPECT_EQ(parser.finish_reason(GetParam().engine), GetParam().told);
}
INSTANTIATE_TEST_SUITE_P(
    Reasons, FinishReasonTest,
    ::testing::Values(
        ReasonCase{"text", "Hi.", "stop", "stop"},
        ReasonCase{"call", R"(<tool_call>{"name":"f","arguments":{}}</tool_call>)", "stop", "tool_calls"},
        ReasonCase{"call_and_text", R"(<tool_call>{"name":"f","arguments":{}}</tool_call> so)", "stop",
                   "tool_calls"},
        ReasonCase{"length", R"(<tool_call>{"name":"f","arguments":{}}</tool_call>)", "length", "length"},
        ReasonCase{"broken", R"(<tool_call>{"name":"f","arguments":{)", "stop", "stop"},
        ReasonCase{"other", "Hi.", "content_filter", "content_filter"}),
    [](const auto& row) { return std::string(row.param.name); });

/// What each single byte of a text makes the parser tell.
std::vector<std::string> told_by_byte(const FormatCase& row) {
  auto parser = Parser::make(options_of(row)).value();
  std::vector<std::string> out;
  for (const auto piece : single_bytes(row.text)) out.push_back(shown(parser.feed(piece)));
  return out;
}

TEST(Streaming, TellsTextAtOnceWhereNoMarkerCanBegin) {
  const std::string_view text = "no marks here";
  for (const auto& format : tool_formats()) {
    const auto steps = told_by_byte({.text = text, .tool = format.names[0]});
    std::size_t told_bytes = 0;
    for (const auto& step : steps) told_bytes += step.empty() ? 0 : step.size() - 3;
    const auto& last = steps.back();
    EXPECT_EQ(last, "C'e'") << format.names[0];
    EXPECT_EQ(told_bytes, text.size()) << format.names[0];
  }
}

TEST(Streaming, HoldsBackNoMoreThanTheBeginningOfAMarker) {
  EXPECT_EQ(told_by_byte({.text = "a<b<tool<", .tool = "hermes"}),
            (std::vector<std::string>{"C'a'", "", "C'<b'", "", "", "", "", "", "C'<tool'"}));
}

TEST(Streaming, TellsArgumentsAsTheyCome) {
  auto parser = Parser::make(options_of({.tool = "hermes"})).value();
  EXPECT_EQ(shown(parser.feed(R"(<tool_call>{"name": "f", "arguments": {"city": "Par)")),
            R"(f{"city": "Par)");
  EXPECT_EQ(shown(parser.feed("is")), "…is");
  EXPECT_EQ(shown(parser.feed("\"}")), "…\"}");
  EXPECT_EQ(shown(parser.feed("}</tool_call>")), "");
}

Parser one_call_of_hermes(Arguments arguments) {
  auto options = options_of({.tool = "hermes"});
  options.writer.one_call = true;
  options.writer.arguments = arguments;
  return Parser::make(std::move(options)).value();
}

TEST(OneCall, IsAllThatIsTold) {
  constexpr std::string_view kText =
      "Two: <tool_call>{\"name\": \"f\", \"arguments\": {}}</tool_call>"
      "<tool_call>{\"name\": \"g\", \"arguments\": {\"x\": 1}}</tool_call> done";
  for (const auto arguments : {Arguments::streamed, Arguments::whole}) {
    auto parser = one_call_of_hermes(arguments);
    EXPECT_EQ(shown(read_pieces(parser, {kText})), "C'Two: ' f{} C'done'");
    EXPECT_EQ(parser.finish_reason("stop"), "tool_calls");
  }
}

TEST(OneCall, IsNotSpoiltByOneThatBreaksOff) {
  constexpr std::string_view kBroken = "<tool_call>{\"name\": \"g\", \"arguments\": {\"x\":}}</tool_call>";
  auto parser = one_call_of_hermes(Arguments::streamed);
  const std::string text =
      fmt::format("<tool_call>{{\"name\": \"f\", \"arguments\": {{}}}}</tool_call>{}", kBroken);
  EXPECT_EQ(shown(read_pieces(parser, single_bytes(text))), fmt::format("f{{}} C'{}'", kBroken));
  EXPECT_EQ(parser.finish_reason("stop"), "tool_calls");
}

TEST(WholeArguments, AreToldWhenTheCallIsComplete) {
  auto options = options_of({.tool = "hermes"});
  options.writer.arguments = Arguments::whole;
  auto parser = Parser::make(std::move(options)).value();
  EXPECT_EQ(shown(parser.feed(R"(<tool_call>{"name": "f", "arguments": {"a": 1})")), "");
  EXPECT_EQ(shown(parser.feed("}")), R"(f{"a": 1})");
}

TEST(WholeArguments, LeaveABrokenCallAsItWasWritten) {
  for (const FormatCase& row :
       {FormatCase{.text = R"(a <tool_call>{"name": "f", "arguments": {"a": oops}})", .tool = "hermes"},
        FormatCase{.text = R"(a [TOOL_CALLS]f{"a": oops}})", .tool = "mistral"},
        FormatCase{.text = R"(a <｜tool▁call▁begin｜>f<｜tool▁sep｜>{"a": oops}})", .tool = "deepseek_v3_1"},
        FormatCase{.text = R"(a <|channel|>commentary to=functions.f<|message|>{"a": oops}})",
                   .tool = "harmony"}}) {
    EXPECT_EQ(told(row, {row.text}, Arguments::whole), fmt::format("C'{}'", row.text));
  }
}

TEST(ToolList, IsRefusedByEntry) {
  EXPECT_THAT(Tools::parse(json::parse("{}").value()).error().message, HasSubstr("must be a list"));
  EXPECT_THAT(Tools::parse(json::parse(R"([{"name":"f"},{"function":{}}])").value()).error().message,
              HasSubstr("tools[1]"));
  EXPECT_THAT(Tools::parse(json::parse(R"([{"name":"f","parameters":3}])").value()).error().message,
              HasSubstr("parameters"));
}

/// Random texts from the words that formats are made of, and words that none of them takes.
std::string random_text(std::mt19937& random, std::string_view own) {
  static const std::vector<std::string_view> kWords{"{",
                                                    "}",
                                                    "[",
                                                    "]",
                                                    "(",
                                                    ")",
                                                    "\"",
                                                    ":",
                                                    ",",
                                                    ";",
                                                    "=",
                                                    "\n",
                                                    " ",
                                                    "lorem",
                                                    "\"lorem\"",
                                                    "\"name\":\"f\"",
                                                    "\"arguments\":",
                                                    "{\"lorem\":1}",
                                                    "{}",
                                                    "f",
                                                    "f(",
                                                    "a=1",
                                                    "'lorem'",
                                                    "{\"name\":\"f\",\"arguments\":{\"a\":[1,\"lorem\"]}}",
                                                    "\\",
                                                    "日本",
                                                    "🎉"};
  std::vector<std::string_view> words = kWords;
  for (std::size_t at = 0; at < own.size();) {
    const auto end = std::min(own.find('\n', at), own.size());
    for (int weight = 0; weight < 4; ++weight) words.push_back(own.substr(at, end - at));
    at = end + 1;
  }
  std::string text;
  const int count = std::uniform_int_distribution<int>(1, 14)(random);
  for (int i = 0; i < count; ++i) {
    const auto word = words[std::uniform_int_distribution<std::size_t>(0, words.size() - 1)(random)];
    const bool cut = std::uniform_int_distribution<int>(0, 9)(random) == 0;
    text += cut ? word.substr(0, word.size() / 2) : word;
  }
  return text;
}

std::size_t count_of(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

TEST(RandomTexts, AreOfEveryFormat) {
  for (const auto& format : tool_formats()) {
    EXPECT_EQ(
        std::ranges::count(kMarks, format.names[0], &std::pair<std::string_view, std::string_view>::first), 1)
        << format.names[0];
  }
}

class RandomTextTest : public ::testing::TestWithParam<std::pair<std::string_view, std::string_view>> {};

TEST_P(RandomTextTest, IsTheSameInAnyPiecesAndLosesNothing) {
  std::mt19937 random(3);
  const auto& [tool, marks] = GetParam();
  for (int round = 0; round < 300; ++round) {
    const std::string text = random_text(random, marks);
    const FormatCase row{.text = text, .tool = tool, .reasoning = round % 3 == 0 ? "basic" : ""};
    for (const Arguments mode : {Arguments::streamed, Arguments::whole}) {
      const std::string want = told(row, {text}, mode);
      ASSERT_EQ(told(row, single_bytes(text), mode), want) << text;
      ASSERT_EQ(told(row, random_pieces(text, random), mode), want) << text;
    }
    auto parser = Parser::make(options_of(row)).value();
    const auto deltas = read_pieces(parser, {text});
    // The header of a harmony message is not told, whatever stands in it.
    const bool has_header = text.find("<|message|>") != std::string::npos;
    if (!has_header && parser.complete_calls() + parser.broken_calls() == 0) {
      ASSERT_EQ(count_of(shown(deltas), "lorem"), count_of(text, "lorem")) << text;
    }
  }
}

TEST_P(RandomTextTest, GivesValidArgumentsToEveryCompleteCall) {
  std::mt19937 random(5);
  const auto& [tool, marks] = GetParam();
  for (int round = 0; round < 300; ++round) {
    const std::string text = random_text(random, marks);
    auto parser = Parser::make(options_of({.text = text, .tool = tool})).value();
    const auto message = message_of(read_pieces(parser, {text}));
    std::size_t valid = 0;
    if (const auto* calls = json::find(message, {"tool_calls"}); calls != nullptr) {
      for (const auto& call : calls->get_array()) {
        const auto arguments = json::parse(json::string_at(call, {"function", "arguments"}));
        valid += arguments && arguments->is_object() ? 1 : 0;
      }
    }
    ASSERT_EQ(valid, parser.complete_calls()) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, RandomTextTest, ::testing::ValuesIn(kMarks),
                         [](const auto& row) { return std::string(row.param.first); });

TEST(RandomReasoning, IsTheSameInAnyPiecesAndLosesNothing) {
  std::mt19937 random(9);
  for (const auto& format : reasoning_formats()) {
    for (int round = 0; round < 150; ++round) {
      const std::string text = random_text(random, kReasoningMarks);
      const FormatCase row{
          .text = text, .tool = round % 2 == 0 ? "hermes" : "", .reasoning = format.names[0]};
      const std::string want = told(row, {text});
      ASSERT_EQ(told(row, single_bytes(text)), want) << format.names[0] << text;
      ASSERT_EQ(told(row, random_pieces(text, random)), want) << format.names[0] << text;
      const bool has_header = text.find("<|message|>") != std::string::npos;
      if (!has_header && row.tool.empty()) {
        ASSERT_EQ(count_of(want, "lorem"), count_of(text, "lorem")) << format.names[0] << text;
      }
    }
  }
}

/// Texts that would take a parser that looks back, or that starts anew, for ever. Without bounds on what is
/// held and looked at again, this test would run into its time limit.
TEST_P(RandomTextTest, TakesLinearTimeForBadTexts) {
  constexpr std::size_t kBytes = std::size_t{1} << 14;
  const auto& [tool, marks] = GetParam();
  const std::string_view first_mark = marks.substr(0, marks.find('\n'));
  std::string all_marks(marks);
  std::erase(all_marks, '\n');
  for (const std::string& unit :
       {std::string(first_mark), std::string(first_mark) + "{\"a\":\"", all_marks, std::string("<"),
        std::string("["), std::string("{\"a\":"), std::string("\\\"")}) {
    std::string text;
    while (text.size() < kBytes) text += unit;
    for (const std::size_t piece : {std::size_t{1}, kBytes}) {
      auto parser = Parser::make(options_of({.tool = tool})).value();
      std::size_t told_bytes = 0;
      const auto count = [&told_bytes](const std::vector<Delta>& deltas) {
        for (const auto& delta : deltas) told_bytes += delta.text.size();
      };
      for (std::size_t at = 0; at < text.size(); at += piece)
        count(parser.feed(std::string_view(text).substr(at, piece)));
      count(parser.finish());
      EXPECT_LE(told_bytes, text.size() + 64) << unit;
    }
  }
}

TEST(HeldText, IsBounded) {
  for (const auto& [tool, text] :
       {std::pair<std::string_view, std::string>{"qwen3_coder",
                                                 "<function=f><parameter=a>" + std::string(5000, 'x')},
        {"pythonic", "[f(a='" + std::string(5000, 'x')},
        {"hermes", R"(<tool_call>{"arguments":{"a":")" + std::string(5000, 'x')}}) {
    auto options = options_of({.tool = tool});
    options.writer.max_held_bytes = 1000;
    auto parser = Parser::make(std::move(options)).value();
    EXPECT_EQ(shown(parser.feed(text)), fmt::format("C'{}'", text)) << tool;
  }
}

TEST(HeldText, IsBoundedAtTheSameByteForAllPieces) {
  const std::string text =
      R"(<tool_call>{"arguments":{"a":"ääääääääääääääääääää"},"name":"f"}</tool_call><tool_call>{"name":"f"}</tool_call>)";
  for (std::size_t bound = 20; bound < 90; ++bound) {
    std::string want;
    for (const auto& pieces : {std::vector<std::string_view>{text}, single_bytes(text)}) {
      auto options = options_of({.tool = "hermes"});
      options.writer.max_held_bytes = bound;
      auto parser = Parser::make(std::move(options)).value();
      const std::string got = shown(read_pieces(parser, pieces));
      if (want.empty()) want = got;
      EXPECT_EQ(got, want) << bound;
    }
  }
}

TEST(DeltaJson, IsWhatClientsExpect) {
  EXPECT_EQ(json::dump(to_json({.kind = Delta::Kind::content, .text = "a"})), R"({"content":"a"})");
  EXPECT_EQ(json::dump(to_json({.kind = Delta::Kind::reasoning, .text = "a"})),
            R"({"reasoning_content":"a"})");
  EXPECT_EQ(
      json::dump(to_json({.kind = Delta::Kind::call, .text = "{", .index = 1, .id = "call_1", .name = "f"})),
      R"({"tool_calls":[{"index":1,"id":"call_1","type":"function","function":{"name":"f","arguments":"{"}}]})");
  EXPECT_EQ(json::dump(to_json({.kind = Delta::Kind::arguments, .text = "}", .index = 1})),
            R"({"tool_calls":[{"index":1,"function":{"arguments":"}"}}]})");
}

TEST(DeltaJson, AddsUpToAMessage) {
  auto parser = Parser::make(options_of({.tool = "hermes", .reasoning = "basic"})).value();
  const auto deltas = read_pieces(
      parser, {"<think>Hm.</think>Ok.<tool_call>", R"({"name":"f","arguments":{"a":)", "1}}</tool_call>"});
  EXPECT_EQ(
      json::dump(message_of(deltas)),
      R"({"role":"assistant","content":"Ok.","reasoning_content":"Hm.","tool_calls":[{"id":"call_0123456789ABCDEFGHIJKLMN",)"
      R"("type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]})");
  EXPECT_EQ(json::dump(message_of({})), R"({"role":"assistant","content":null})");
}

}  // namespace
}  // namespace dynamo::parsers::test
