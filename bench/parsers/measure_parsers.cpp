// measure_parsers SECONDS: how fast each parser reads an answer that comes token by token, and whether its
// time grows with the text alone. A token is 4 bytes.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <map>
#include <string>

#include "parsers/formats.h"

namespace {

using dynamo::parsers::Parser;
using dynamo::parsers::ParserOptions;

constexpr std::size_t kTokenBytes = 4;
constexpr std::string_view kSentence =
    "The weather in the city is fair; I will look it up, and say what I found. ";
constexpr std::string_view kArguments =
    R"({"city": "Zürich", "days": [1, 2, 3], "units": {"degrees": "celsius"}, "note": "a \"quoted\" word, then some more"})";

std::string repeated(std::string_view unit, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += unit;
  out.resize(bytes);
  return out;
}

/// How a model writes a call in each format.
std::map<std::string_view, std::string> calls() {
  const auto json = [](std::string_view pattern) { return fmt::format(fmt::runtime(pattern), kArguments); };
  const auto parameters = [](std::string_view pattern) {
    std::string out;
    for (const auto* value : {"Zürich", "[1, 2, 3]", "a \"quoted\" word, then some more"}) {
      out += fmt::format(fmt::runtime(pattern), value);
    }
    return out;
  };
  const std::string dsml =
      "<｜DSML｜invoke name=\"f\">" +
      parameters("<｜DSML｜parameter name=\"a\" string=\"true\">{}</｜DSML｜parameter>") +
      "</｜DSML｜invoke>";
  return {
      {"hermes", json(R"(<tool_call>{{"name": "f", "arguments": {}}}</tool_call>)")},
      {"llama3_json", json(R"(<|python_tag|>{{"name": "f", "parameters": {}}})")},
      {"mistral", json("[TOOL_CALLS]f[ARGS]{}")},
      {"nemotron_deci", json(R"(<TOOLCALL>[{{"name": "f", "arguments": {}}}]</TOOLCALL>)")},
      {"jamba", json(R"(<tool_calls>[{{"name": "f", "arguments": {}}}]</tool_calls>)")},
      {"phi4", json(R"(functools[{{"name": "f", "arguments": {}}}])")},
      {"default", json(R"(<TOOLCALL>[{{"name": "f", "arguments": {}}}]</TOOLCALL>)")},
      {"deepseek_v3", json("<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{}"
                           "\n```<｜tool▁call▁end｜>"
                           "<｜tool▁calls▁end｜>")},
      {"deepseek_v3_1", json("<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{}<｜tool▁call▁end｜>"
                             "<｜tool▁calls▁end｜>")},
      {"deepseek_v3_2", "<｜DSML｜function_calls>" + dsml + "</｜DSML｜function_calls>"},
      {"deepseek_v4", "<｜DSML｜tool_calls>" + dsml + "</｜DSML｜tool_calls>"},
      {"kimi_k2",
       json("<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{}"
            "<|tool_call_end|><|tool_calls_section_end|>")},
      {"qwen3_coder",
       "<tool_call><function=f>" + parameters("<parameter=a>\n{}\n</parameter>") + "</function></tool_call>"},
      {"minimax_m2", "<minimax:tool_call><invoke name=\"f\">" +
                         parameters("<parameter name=\"a\">{}</parameter>") +
                         "</invoke></minimax:tool_call>"},
      {"glm47",
       "<tool_call>f" + parameters("<arg_key>a</arg_key><arg_value>{}</arg_value>") + "</tool_call>"},
      {"gemma4",
       R"(<|tool_call>call:f{a:<|"|>Zürich<|"|>,b:[1,2,3],c:<|"|>a "quoted" word<|"|>}<tool_call|>)"},
      {"pythonic", R"([f(a='Zürich', b=[1, 2, 3], c={'degrees': 'celsius'}, d="a 'quoted' word")])"},
      {"harmony", json("<|start|>assistant<|channel|>commentary to=functions.f<|message|>{}<|call|>")},
  };
}

/// What opens and closes reasoning in each format.
std::map<std::string_view, std::pair<std::string_view, std::string_view>> reasoning_marks() {
  return {
      {"kimi", {"◁think▷", "◁/think▷"}},
      {"mistral", {"[THINK]", "[/THINK]"}},
      {"granite", {"Here is my thought process:", "Here is my response:"}},
      {"gemma4", {"<|channel>thought\n", "<channel|>"}},
      {"gpt_oss", {"<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"}},
  };
}

Parser make_parser(std::string_view reasoning, std::string_view tool) {
  ParserOptions options{.reasoning_parser = std::string(reasoning), .tool_parser = std::string(tool)};
  options.writer.random = [next = std::uint64_t{0}]() mutable { return next++; };
  return Parser::make(std::move(options)).value();
}

/// Reads `text` token by token; gives the number of deltas, so that nothing is left out.
std::size_t read(Parser parser, std::string_view text) {
  std::size_t deltas = 0;
  for (std::size_t at = 0; at < text.size(); at += kTokenBytes) {
    deltas += parser.feed(text.substr(at, kTokenBytes)).size();
  }
  return deltas + parser.finish().size();
}

/// CPU time of this process.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double seconds_to_read(Parser parser, std::string_view text) {
  const double begin = cpu_seconds();
  if (read(std::move(parser), text) == 0) std::abort();
  return cpu_seconds() - begin;
}

double fastest(double seconds, std::string_view reasoning, std::string_view tool, std::string_view text) {
  double best = 1e18;
  const double end = cpu_seconds() + seconds;
  do {
    best = std::min(best, seconds_to_read(make_parser(reasoning, tool), text));
  } while (cpu_seconds() < end);
  return best;
}

void print_speed(double seconds, std::string_view kind, std::string_view name, std::string_view reasoning,
                 std::string_view tool, std::string_view text) {
  const double took = fastest(seconds, reasoning, tool, text);
  const auto bytes = static_cast<double>(text.size());
  fmt::print(
      "{{\"kind\": \"{}\", \"parser\": \"{}\", \"bytes\": {}, \"mb_s\": {:.1f}, \"mtokens_s\": {:.2f}}}\n",
      kind, name, text.size(), bytes / took / 1e6, bytes / kTokenBytes / took / 1e6);
}

/// The time per byte of the worst of three bad texts, short and long.
void print_growth(double seconds, std::string_view tool, const std::string& call) {
  const std::string half = call.substr(0, call.find("quoted"));
  double worst_short = 0;
  double worst_long = 0;
  for (const std::string& unit : {half, call.substr(0, 1), std::string("x")}) {
    const auto per_byte = [&](std::size_t bytes) {
      const std::string text =
          unit == "x" ? half + repeated(unit, bytes - half.size()) : repeated(unit, bytes);
      return fastest(seconds, "qwen3", tool, text) * 1e9 / static_cast<double>(bytes);
    };
    worst_short = std::max(worst_short, per_byte(std::size_t{64} << 10));
    worst_long = std::max(worst_long, per_byte(std::size_t{1} << 20));
  }
  fmt::print(
      "{{\"kind\": \"growth\", \"parser\": \"{}\", \"ns_per_byte_64k\": {:.2f}, \"ns_per_byte_1m\": "
      "{:.2f}}}\n",
      tool, worst_short, worst_long);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: measure_parsers SECONDS\n", stderr), 2;
  const double seconds = std::stod(argv[1]);
  const std::string prose = repeated(kSentence, 1024);
  const auto marks = reasoning_marks();
  for (const auto& format : dynamo::parsers::reasoning_formats()) {
    const auto name = format.names[0];
    const auto found = marks.find(name);
    const auto [open, close] = found == marks.end()
                                   ? std::pair<std::string_view, std::string_view>("<think>", "</think>")
                                   : found->second;
    print_speed(seconds, "reasoning", name, name, "", fmt::format("{}{}{}{}", open, prose, close, prose));
  }
  const auto written = calls();
  for (const auto& format : dynamo::parsers::tool_formats()) {
    const auto name = format.names[0];
    const std::string& call = written.at(name);
    print_speed(seconds, "tool", name, "qwen3", name,
                fmt::format("<think>{}</think>{}{}", prose, prose, call));
    print_growth(seconds, name, call);
  }
  return 0;
}
