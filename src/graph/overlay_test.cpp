#include "graph/overlay.h"

#include <gtest/gtest.h>

#include "graph/test_support.h"

namespace dynamo::graph {
namespace {

struct OverlayCase {
  std::string_view name;
  std::string_view base;
  std::string_view over;
  std::string_view result;
};
class OverlayTest : public ::testing::TestWithParam<OverlayCase> {};
TEST_P(OverlayTest, TheUpperSaysMore) {
  json::object base = test::yaml(GetParam().base).as_object();
  overlay(base, test::yaml(GetParam().over).as_object());
  EXPECT_EQ(json::value(base), test::yaml(GetParam().result)) << json::dump(base);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, OverlayTest,
    ::testing::Values(OverlayCase{"adds", "{a: 1}", "{b: 2}", "{a: 1, b: 2}"},
                      OverlayCase{"replaces", "{a: 1}", "{a: 2}", "{a: 2}"},
                      OverlayCase{"goes_deep", "{a: {b: 1, c: 2}}", "{a: {b: 3}}", "{a: {b: 3, c: 2}}"},
                      OverlayCase{"lists_are_replaced", "{a: [1, 2]}", "{a: [3]}", "{a: [3]}"},
                      OverlayCase{"nothing_said", "{a: x, b: [1], c: {d: 1}, e: 1}",
                                  "{a: '', b: [], c: {}, e: null}", "{a: x, b: [1], c: {d: 1}, e: 1}"},
                      OverlayCase{"zero_and_false_say_something", "{a: 60, b: true}", "{a: 0, b: false}",
                                  "{a: 0, b: false}"},
                      OverlayCase{
                          "probe_is_adjusted", "{httpGet: {path: /live, port: http}, periodSeconds: 10}",
                          "{periodSeconds: 30}", "{httpGet: {path: /live, port: http}, periodSeconds: 30}"},
                      OverlayCase{"probe_path_is_adjusted", "{httpGet: {path: /live, port: http}}",
                                  "{httpGet: {path: /other}}", "{httpGet: {path: /other, port: http}}"},
                      OverlayCase{"other_handler", "{httpGet: {path: /live, port: http}, periodSeconds: 10}",
                                  "{exec: {command: [a]}}", "{exec: {command: [a]}, periodSeconds: 10}"}),
    [](const auto& row) { return std::string(row.param.name); });

class OverlayContainerTest : public ::testing::TestWithParam<OverlayCase> {};
TEST_P(OverlayContainerTest, TheUpperSaysMore) {
  json::object base = test::yaml(GetParam().base).as_object();
  overlay_container(base, test::yaml(GetParam().over).as_object());
  EXPECT_EQ(json::value(base), test::yaml(GetParam().result)) << json::dump(base);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, OverlayContainerTest,
    ::testing::Values(
        OverlayCase{"env_by_name", "{env: [{name: A, value: '1'}, {name: B, value: '1'}]}",
                    "{env: [{name: B, value: '2'}]}",
                    "{env: [{name: A, value: '1'}, {name: B, value: '2'}]}"},
        OverlayCase{"args_alone_keep_the_command", "{command: [sh, -c]}", "{args: [run]}",
                    "{command: [sh, -c], args: [run]}"},
        OverlayCase{"command_alone_drops_the_args", "{command: [python3], args: [-m, dynamo.frontend]}",
                    "{command: [python3, -m, dynamo.frontend]}", "{command: [python3, -m, dynamo.frontend]}"},
        OverlayCase{"command_and_args", "{command: [a], args: [b]}", "{command: [c], args: [d]}",
                    "{command: [c], args: [d]}"},
        OverlayCase{"empty_command_says_nothing", "{command: [a], args: [b]}", "{command: []}",
                    "{command: [a], args: [b]}"},
        OverlayCase{"startup_probe_as_a_whole",
                    "{startupProbe: {httpGet: {path: /live}, failureThreshold: 720}}",
                    "{startupProbe: {httpGet: {path: /x}}}", "{startupProbe: {httpGet: {path: /x}}}"},
        OverlayCase{"as_written_back_by_an_operator", "{command: [a]}", "{name: '', resources: {}, image: i}",
                    "{command: [a], image: i}"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::graph
