#include <functional>
#include <gmock/gmock.h>
#include <map>

#include "parsers/formats.h"
#include "parsers/test_support.h"

/// The same calls in every format: whatever arguments a tool takes, they come back, in any pieces, and text
/// around them stays.
namespace dynamo::parsers::test {
namespace {

/// How a model writes a call of a function, with arguments that are a JSON object, and several of them.
struct Style {
  std::function<std::string(std::string_view name, const json::object& arguments)> call;
  std::string open{};  // before the first call, between two and behind the last
  std::string join{};
  std::string close{};
  bool text_between = true;  // calls may also stand apart, with text between
};

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::dump(value);
}

std::string xml(std::string_view name, const json::object& arguments) {
  std::string out = fmt::format("<function={}>\n", name);
  for (const auto& [key, value] : arguments) {
    out += fmt::format("<parameter={}>\n{}\n</parameter>\n", std::string_view(key), text_of(value));
  }
  return out + "</function>";
}

std::string invoke(std::string_view name, const json::object& arguments) {
  std::string out = fmt::format("<invoke name=\"{}\">", name);
  for (const auto& [key, value] : arguments) {
    out += fmt::format("<parameter name=\"{}\">{}</parameter>", std::string_view(key), text_of(value));
  }
  return out + "</invoke>";
}

std::string dsml(std::string_view name, const json::object& arguments) {
  std::string out = fmt::format("<｜DSML｜invoke name=\"{}\">\n", name);
  for (const auto& [key, value] : arguments) {
    out += fmt::format("<｜DSML｜parameter name=\"{}\" string=\"{}\">{}</｜DSML｜parameter>\n",
                       std::string_view(key), value.is_string(), text_of(value));
  }
  return out + "</｜DSML｜invoke>";
}

std::string glm(std::string_view name, const json::object& arguments) {
  std::string out = fmt::format("<tool_call>{}\n", name);
  for (const auto& [key, value] : arguments) {
    out += fmt::format("<arg_key>{}</arg_key>\n<arg_value>{}</arg_value>\n", std::string_view(key),
                       text_of(value));
  }
  return out + "</tool_call>";
}

std::string gemma_value(const json::value& value) {
  if (value.is_string()) return fmt::format("<|\"|>{}<|\"|>", text_of(value));
  if (!value.is_structured()) return json::dump(value);
  std::string out;
  const auto add = [&out](const std::string& part) { out += (out.empty() ? "" : ",") + part; };
  if (value.is_array()) {
    for (const auto& item : value.get_array()) add(gemma_value(item));
    return "[" + out + "]";
  }
  for (const auto& [key, member] : value.get_object()) add(std::string(key) + ":" + gemma_value(member));
  return "{" + out + "}";
}

std::string python(std::string_view name, const json::object& arguments) {
  std::string out;
  for (const auto& [key, value] : arguments) {
    out += fmt::format("{}{}={}", out.empty() ? "" : ", ", std::string_view(key), json::dump(value));
  }
  return fmt::format("{}({})", name, out);
}

auto json_call(std::string_view arguments_key) {
  return [arguments_key](std::string_view name, const json::object& arguments) {
    return fmt::format(R"({{"name": "{}", "{}": {}}})", name, arguments_key, json::dump(arguments));
  };
}

auto with_json(std::string_view pattern) {
  return [pattern](std::string_view name, const json::object& arguments) {
    return fmt::format(fmt::runtime(pattern), name, json::dump(arguments));
  };
}

const std::map<std::string_view, Style>& styles() {
  static const std::map<std::string_view, Style> kStyles{
      {"hermes",
       {.call = with_json("<tool_call>\n{{\"name\": \"{}\", \"arguments\": {}}}\n</tool_call>"),
        .join = "\n"}},
      {"llama3_json", {.call = json_call("parameters"), .join = "; ", .text_between = false}},
      {"mistral", {.call = with_json("[TOOL_CALLS]{}[ARGS]{}")}},
      {"nemotron_deci", {json_call("arguments"), "<TOOLCALL>[", ", ", "]</TOOLCALL>"}},
      {"jamba", {json_call("arguments"), "<tool_calls>[", ", ", "]</tool_calls>"}},
      {"phi4", {json_call("arguments"), "functools[", ", ", "]"}},
      {"default", {json_call("arguments"), "<TOOLCALL>[", ", ", "]</TOOLCALL>"}},
      {"deepseek_v3",
       {with_json("<｜tool▁call▁begin｜>function<｜tool▁sep｜>{}\n```json\n{}\n```<｜tool▁call▁end｜>"),
        "<｜tool▁calls▁begin｜>", "\n", "<｜tool▁calls▁end｜>"}},
      {"deepseek_v3_1",
       {with_json("<｜tool▁call▁begin｜>{}<｜tool▁sep｜>{}<｜tool▁call▁end｜>"), "<｜tool▁calls▁begin｜>", "",
        "<｜tool▁calls▁end｜>"}},
      {"deepseek_v3_2", {dsml, "<｜DSML｜function_calls>\n", "\n", "\n</｜DSML｜function_calls>"}},
      {"deepseek_v4", {dsml, "<｜DSML｜tool_calls>\n", "\n", "\n</｜DSML｜tool_calls>"}},
      {"kimi_k2",
       {with_json("<|tool_call_begin|>functions.{}:0<|tool_call_argument_begin|>{}<|tool_call_end|>"),
        "<|tool_calls_section_begin|>", "", "<|tool_calls_section_end|>"}},
      {"qwen3_coder", {xml, "<tool_call>\n", "\n</tool_call>\n<tool_call>\n", "\n</tool_call>"}},
      {"minimax_m2", {invoke, "<minimax:tool_call>\n", "\n", "\n</minimax:tool_call>"}},
      {"glm47", {.call = glm, .join = "\n"}},
      {"gemma4",
       {.call =
            [](std::string_view name, const json::object& arguments) {
              return fmt::format("<|tool_call>call:{}{}<tool_call|>", name, gemma_value(arguments));
            }}},
      {"pythonic", {python, "[", ", ", "]"}},
      {"harmony",
       {.call = with_json("<|start|>assistant<|channel|>commentary to=functions.{} "
                          "<|constrain|>json<|message|>{}<|call|>")}}};
  return kStyles;
}

constexpr std::string_view kTools =
    R"([{"name":"f","parameters":{"type":"object","properties":{
          "s":{"type":"string"},"n":{"type":"number"},"i":{"type":"integer"},"b":{"type":"boolean"},
          "o":{"type":"object"},"l":{"type":"array"},"z":{"type":"null"}}}},
        {"name":"get-weather_2","parameters":{"type":"object","properties":{"s":{"type":"string"}}}}])";

constexpr std::string_view kArguments[] = {
    R"({})",
    R"({"s":"Zürich"})",
    R"({"s":""})",
    R"({"s":"   "})",
    R"({"s":"{\"a\": [1}] }{"})",
    R"({"s":"he said \"hi\", it's C:\\dir\\ \\\"x\\\" \\n"})",
    R"({"s":"line\n\nline\ttab\r \u0001 end"})",
    R"({"s":"\u00fc \u65e5\u672c \ud83c\udf89 \u2028 \u0000 é"})",
    R"({"s":"5"})",
    R"({"s":"true"})",
    R"({"s":"null"})",
    R"({"s":"a, b: c; (d) = [e] 'f' `g` ```json #h <b>&lt;</b> <tool"})",
    R"({"s":"<think>no</think> <|python_tag|> functools[ ]</TOOLCALL> <tool_calls> [TOOL_CALLS]"})",
    R"({"n":-1.5e3,"i":123456789012345678,"b":false,"z":null})",
    R"({"o":{"a":{"b":[1,{"c":"}]"},[],{}]},"d":null,"e":"x"},"l":[1,[2,"]"],{"k":true}]})",
};

json::object object_of(std::string_view text) { return json::parse(text).value().get_object(); }

struct Call {
  std::string name;
  json::object arguments;
  friend bool operator==(const Call&, const Call&) = default;
  friend void PrintTo(const Call& call, std::ostream* out) {
    *out << call.name << json::dump(call.arguments);
  }
};

/// The calls of an answer in these pieces; `content` becomes the rest.
std::vector<Call> calls_of(std::string_view tool, const std::vector<std::string_view>& pieces,
                           Arguments arguments, std::string& content) {
  auto options = options_of({.tool = tool, .reasoning = "basic", .tools = kTools});
  options.writer.arguments = arguments;
  auto parser = Parser::make(std::move(options)).value();
  const auto message = message_of(read_pieces(parser, pieces));
  content = json::string_at(message, {"content"});
  std::vector<Call> out;
  const auto* list = json::find(message, {"tool_calls"});
  if (list == nullptr) return out;
  for (const auto& call : list->get_array()) {
    out.push_back({std::string(json::string_at(call, {"function", "name"})),
                   object_of(json::string_at(call, {"function", "arguments"}))});
  }
  return out;
}

void expect_calls(std::string_view tool, const std::string& text, const std::vector<Call>& calls,
                  std::string_view content) {
  std::mt19937 random(11);
  for (const Arguments arguments : {Arguments::streamed, Arguments::whole}) {
    for (const auto& pieces : {std::vector<std::string_view>{text}, single_bytes(text),
                               random_pieces(text, random), random_pieces(text, random)}) {
      std::string got;
      ASSERT_EQ(calls_of(tool, pieces, arguments, got), calls) << text;
      ASSERT_EQ(got, content) << text;
    }
  }
}

class EveryFormatTest : public ::testing::TestWithParam<std::string_view> {
 protected:
  /// The calls as one part of an answer.
  static std::string written(const std::vector<Call>& calls) {
    const Style& style = styles().at(GetParam());
    std::string out = style.open;
    for (const Call& call : calls) {
      out += &call == &calls.front() ? "" : style.join;
      out += style.call(call.name, call.arguments);
    }
    return out + style.close;
  }
};

TEST_P(EveryFormatTest, GivesBackTheArgumentsOfACall) {
  for (const std::string_view arguments : kArguments) {
    const Call call{"f", object_of(arguments)};
    expect_calls(GetParam(), written({call}), {call}, "");
  }
}

TEST_P(EveryFormatTest, GivesBackSeveralCallsAtOnce) {
  const std::vector<Call> calls{
      {"f", object_of(R"({"s":"a"})")}, {"f", {}}, {"f", object_of(R"({"s":"a"})")}};
  expect_calls(GetParam(), written(calls), calls, "");
}

TEST_P(EveryFormatTest, TakesNamesWithHyphens) {
  const Call call{"get-weather_2", object_of(R"({"s":"a"})")};
  if (GetParam() == "pythonic") return;  // such a name is none in Python
  expect_calls(GetParam(), written({call}), {call}, "");
}

TEST_P(EveryFormatTest, KeepsTheTextAroundCalls) {
  const Call call{"f", object_of(R"({"s":"a"})")};
  if (!styles().at(GetParam()).text_between) return;
  expect_calls(GetParam(),
               "<think>Hm.</think>Before. " + written({call}) + "Between. " + written({call}) + "After.",
               {call, call}, "Before. Between. After.");
}

TEST_P(EveryFormatTest, MakesNoCallOfHalfAText) {
  const Call call{"f", object_of(R"({"s":"a b"})")};
  const std::string text = written({call});
  const std::size_t end_of_arguments = text.rfind("a b");
  for (std::size_t size = 0; size <= end_of_arguments; ++size) {
    auto options = options_of({.tool = GetParam(), .tools = kTools});
    options.writer.arguments = Arguments::whole;
    auto parser = Parser::make(std::move(options)).value();
    const auto message = message_of(read_pieces(parser, {std::string_view(text).substr(0, size)}));
    ASSERT_EQ(json::find(message, {"tool_calls"}), nullptr) << size;
  }
}

TEST_P(EveryFormatTest, LeavesACallOfAnUnknownFunctionAsItIs) {
  const std::string text = written({{"h", object_of(R"({"s":"a b"})")}});
  expect_calls(GetParam(), text, {}, text);
}

TEST_P(EveryFormatTest, TakesBareJsonWhereACallIsDemanded) {
  for (const auto& [forced, text] : {std::pair{"", R"([{"name": "f", "parameters": {"s": "a"}}])"},
                                     {"", R"( {"name": "f", "arguments": {"s": "a"}})"},
                                     {"f", R"([{"name": "f", "parameters": {"s": "a"}}])"},
                                     {"f", R"({ "name" : "f", "arguments": {"s": "a"}})"},
                                     {"f", R"( {"s": "a"})"}}) {
    for (const auto* reasoning : {"", "deepseek_r1", "mistral", "basic", "gpt_oss"}) {
      auto options = options_of({.tool = GetParam(), .reasoning = reasoning, .tools = kTools});
      options.forced_tool = forced;
      options.calls_required = options.forced_tool.empty();
      auto parser = Parser::make(std::move(options)).value();
      const auto deltas = read_pieces(parser, single_bytes(text));
      EXPECT_EQ(shown(deltas), R"(f{"s": "a"})") << reasoning << text;
    }
  }
}

TEST_P(EveryFormatTest, TakesItsOwnCallsWhereACallIsDemanded) {
  const Call call{"f", object_of(R"({"s":"a"})")};
  for (const auto* forced : {"", "f"}) {
    auto options = options_of({.tool = GetParam(), .reasoning = "deepseek_r1", .tools = kTools});
    options.forced_tool = forced;
    options.calls_required = options.forced_tool.empty();
    auto parser = Parser::make(std::move(options)).value();
    const auto deltas = read_pieces(parser, single_bytes("Hm.</think>" + written({call})));
    ASSERT_EQ(deltas.size(), 2U) << shown(deltas);
    EXPECT_EQ(deltas[0].text, "Hm.");
    EXPECT_EQ(deltas[1].name, "f");
    EXPECT_EQ(object_of(deltas[1].text), call.arguments);
  }
}

std::vector<std::string_view> tool_format_names() {
  std::vector<std::string_view> names;
  for (const auto& format : tool_formats()) names.push_back(format.names[0]);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryFormatTest, ::testing::ValuesIn(tool_format_names()),
                         [](const auto& row) { return std::string(row.param); });

}  // namespace
}  // namespace dynamo::parsers::test
