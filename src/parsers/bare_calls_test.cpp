#include "parsers/bare_calls.h"

#include "parsers/test_support.h"

/// Requests that demand a call; what all formats take is in every_format_test.cpp.
namespace dynamo::parsers::test {
namespace {

struct DemandCase {
  std::string_view name;
  std::string_view text;
  std::string_view told;
  std::string_view forced{};  // empty: any call is required
  std::string_view tool = "hermes";
  std::string_view reasoning{};
};

std::string told_on_demand(const DemandCase& row, const std::vector<std::string_view>& pieces,
                           std::string_view engine_reason = {}) {
  auto options = options_of({.tool = row.tool, .reasoning = row.reasoning});
  options.forced_tool = row.forced;
  options.calls_required = row.forced.empty();
  auto parser = Parser::make(std::move(options)).value();
  const auto deltas = read_pieces(parser, pieces);
  return engine_reason.empty() ? shown(deltas) : std::string(parser.finish_reason(engine_reason));
}

class DemandTest : public ::testing::TestWithParam<DemandCase> {};
TEST_P(DemandTest, IsToldInAnyPieces) {
  const auto& row = GetParam();
  EXPECT_EQ(told_on_demand(row, {row.text}), row.told);
  EXPECT_EQ(told_on_demand(row, single_bytes(row.text)), row.told);
  for (std::size_t cut = 0; cut <= row.text.size(); ++cut) {
    ASSERT_EQ(told_on_demand(row, {row.text.substr(0, cut), row.text.substr(cut)}), row.told) << cut;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, DemandTest,
    ::testing::Values(
        DemandCase{"type_before_name", R"({"type":"function","name":"f","parameters":{"a":1}})",
                   R"(f{"a":1})", "f", "llama3_json"},
        DemandCase{"type_as_an_argument", R"({"type":"function","a":1})", R"(f{"type":"function","a":1})",
                   "f"},
        DemandCase{"arguments", R"( {"a": 1})", R"(f{"a": 1})", "f"},
        DemandCase{"own_format", R"(<tool_call>{"name":"f","arguments":{}}</tool_call>)", "f{}", "f"},
        DemandCase{"text", "no", "C'no'", "f"}, DemandCase{"white", " \n", "C' \n'", "f"},
        DemandCase{"cut_arguments", R"({"a":)", R"(f{"a":)", "f"},
        DemandCase{"broken_arguments", R"({"a": oops} <tool_call>{"name":"f"}</tool_call>)",
                   R"(f{"a":  C'oops} ' f{})", "f"},
        DemandCase{"text_first", R"(no <tool_call>{"name":"f","arguments":{"a":1})", R"(C'no ' f{"a":1})",
                   "f"},
        DemandCase{"two_lists", R"([{"name":"f","parameters":{"a":1}},{"name":"g","parameters":{}}])",
                   R"(f{"a":1} g{})"},
        DemandCase{"other_list", "[1, 2]", "C'[1, 2]'"}, DemandCase{"cut_list", "[ ", "C'[ '"},
        DemandCase{"other_object", R"({"a": 1})", R"(C'{"a": 1}')"},
        DemandCase{"arguments_with_a_name", R"({"name": "Bob"})", R"(f{"name": "Bob"})", "f"},
        DemandCase{"call_of_itself", R"({"name": "f", "parameters": {"a": 1}})", R"(f{"a": 1})", "f",
                   "llama3_json"},
        DemandCase{"cut_in_the_name", R"({"name": "f)", R"(f{"name": "f)", "f"},
        DemandCase{"python", "[f(a=1)]", R"(f{"a": 1})", "", "pythonic"},
        DemandCase{"closed_reasoning", R"(Hm.</think>{"a": 1})", R"(R'Hm.' f{"a": 1})", "f", "hermes",
                   "deepseek_r1"},
        DemandCase{"reasoning_with_its_marker", R"(<think>{Hm.}</think>{"a": 1})", R"(R'{Hm.}' f{"a": 1})",
                   "f", "hermes", "deepseek_r1"},
        DemandCase{"reasoning_marker_like_a_list", R"([THINK]Hm.[/THINK]{"a": 1})", R"(R'Hm.' f{"a": 1})",
                   "f", "mistral", "mistral"},
        DemandCase{
            "final_message",
            R"(<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>{"a": 1})",
            R"(R'Hm.' f{"a": 1})", "f", "harmony", "gpt_oss"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Demand, EndsAsOpenAiSays) {
  constexpr std::string_view kCall = R"([{"name":"f","parameters":{}}])";
  EXPECT_EQ(told_on_demand({.forced = "f"}, {kCall}, "stop"), "stop");
  EXPECT_EQ(told_on_demand({}, {kCall}, "stop"), "tool_calls");
  EXPECT_EQ(told_on_demand({}, {kCall}, "length"), "length");
}

TEST(Demand, NamesOneOfTheTools) {
  auto options = options_of({.tool = "hermes", .tools = R"([{"name":"g"}])"});
  options.forced_tool = "f";
  EXPECT_FALSE(Parser::make(std::move(options)).has_value());
}

}  // namespace
}  // namespace dynamo::parsers::test
