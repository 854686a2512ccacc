#pragma once

#include <string_view>
#include <utility>

/// Words that random texts are made of, for tests and fuzzing.
namespace dynamo::parsers::test {

/// Marks of each format for random texts, one a line.
inline constexpr std::pair<std::string_view, std::string_view> kMarks[] = {
    {"hermes", "<tool_call>\n</tool_call>"},
    {"llama3_json", "<|python_tag|>"},
    {"mistral", "[TOOL_CALLS]\n[ARGS]\n[CALL_ID]\n[/TOOL_CALLS]"},
    {"default", "<TOOLCALL>\n</TOOLCALL>\n<|python_tag|>"},
    {"nemotron_deci", "<TOOLCALL>\n</TOOLCALL>"},
    {"jamba", "<tool_calls>\n</tool_calls>"},
    {"phi4", "functools"},
    {"deepseek_v3",
     "<｜tool▁calls▁begin｜>\n<｜tool▁call▁begin｜>\nfunction<｜tool▁sep｜>f\n```json\n```\n<"
     "｜tool▁call▁end｜>\n<｜tool▁calls▁end｜>"},
    {"deepseek_v3_1",
     "<｜tool▁calls▁begin｜>\n<｜tool▁call▁begin｜>\n<｜tool▁sep｜>\n<｜tool▁call▁end｜>\n<"
     "｜tool▁calls▁end｜>"},
    {"kimi_k2",
     "<|tool_calls_section_begin|>\n<|tool_call_begin|>\nfunctions.f:0\n<|tool_call_argument_begin|>\n<|tool_"
     "call_end|>\n"
     "<|tool_calls_section_end|>"},
    {"qwen3_coder",
     "<tool_call>\n</tool_call>\n<function=\n<function=f>\n</function>\n<parameter=\n<parameter=a>\n</"
     "parameter>"},
    {"glm47",
     "<tool_call>\n<tool_call>f\n</tool_call>\n<arg_key>a</arg_key>\n<arg_key>\n</arg_key>\n<arg_value>\n"
     "</arg_value>"},
    {"gemma4", "<|tool_call>\n<|tool_call>call:f{\n<tool_call|>\n<|\"|>\na:\n,"},
    {"minimax_m2",
     "<minimax:tool_call>\n</minimax:tool_call>\n<invoke name=\"f\">\n</invoke>\n<parameter name=\"a\">\n"
     "</parameter>"},
    {"deepseek_v3_2",
     "<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"f\">\n<｜DSML｜parameter name=\"a\" string=\"true\">\n"
     "</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>"},
    {"deepseek_v4",
     "<｜DSML｜tool_calls>\n<｜DSML｜invoke name=\"f\">\n<｜DSML｜parameter name=\"a\" string=\"false\">\n"
     "</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>"},
    {"pythonic", "[f(\n<|python_start|>\n<|python_end|>\n[f(a='lorem')]"},
    {"harmony",
     "<|start|>assistant\n<|channel|>\nanalysis\ncommentary\nto=functions.f\n<|message|>\n<|call|>\n<|end|>\n"
     "<|channel|>commentary to=functions.f<|message|>"},
};

/// All markers of the formats of reasoning, one a line.
inline constexpr std::string_view kReasoningMarks =
    "<think>\n</think>\n◁think▷\n◁/think▷\n[THINK]\n[/THINK]\nHere is my thought process:\n"
    "Here's my response:\n<|channel>thought\n<|channel>\n<channel|>\n<|tool_calls_section_begin|>\n"
    "<|channel|>analysis<|message|>\n<|end|>\n<tool_call>{\"name\":\"f\",\"arguments\":\n</tool_call>";

}  // namespace dynamo::parsers::test
