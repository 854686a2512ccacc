#include "graph/role.h"

#include <gtest/gtest.h>

#include "graph/test_support.h"

namespace dynamo::graph {
namespace {

using api::BackendFramework;
using Engine = std::optional<BackendFramework>;

TEST(RoleTest, PrefillAndDecodeAreWorkers) {
  EXPECT_EQ(role_of("frontend"), Role::frontend);
  EXPECT_EQ(role_of("worker"), Role::worker);
  EXPECT_EQ(role_of("prefill"), Role::worker);
  EXPECT_EQ(role_of("decode"), Role::worker);
  EXPECT_EQ(role_of("default"), Role::generic);
  EXPECT_EQ(role_of(""), Role::generic);
  EXPECT_EQ(role_of("anything"), Role::generic);
}

struct DetectCase {
  std::string_view name;
  std::string_view container;
  Engine engine;
};
class DetectTest : public ::testing::TestWithParam<DetectCase> {};
TEST_P(DetectTest, FindsThePythonModule) {
  const auto found = detect_engine(test::yaml(GetParam().container).as_object());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, GetParam().engine);
}
INSTANTIATE_TEST_SUITE_P(
    Commands, DetectTest,
    ::testing::Values(
        DetectCase{"command", "command: [python3, -m, dynamo.vllm]", BackendFramework::vllm},
        DetectCase{"args", "{command: [python3], args: [-m, dynamo.sglang, --x]}", BackendFramework::sglang},
        DetectCase{"path_and_version", "command: [/usr/bin/python3.12, -m, dynamo.trtllm]",
                   BackendFramework::trtllm},
        DetectCase{"options_before", "command: [python, -u, -O, -m, dynamo.vllm]", BackendFramework::vllm},
        DetectCase{"submodule", "command: [python3, -m, dynamo.vllm.main]", BackendFramework::vllm},
        DetectCase{
            "shell",
            "{command: [/bin/sh, -c], args: ['cd /x && exec python3 -m dynamo.vllm --model m | tee l']}",
            BackendFramework::vllm},
        DetectCase{"twice_the_same", "args: ['python3 -m dynamo.vllm & python3 -m dynamo.vllm']",
                   BackendFramework::vllm},
        DetectCase{"mocker", "command: [python3, -m, dynamo.mocker]", std::nullopt},
        DetectCase{"other_module_of_like_name", "command: [python3, -m, dynamo.vllm_tools]", std::nullopt},
        DetectCase{"not_python", "command: [tool, -m, dynamo.vllm]", std::nullopt},
        DetectCase{"only_mentioned", "command: [echo, dynamo.vllm]", std::nullopt},
        DetectCase{"nothing", "{}", std::nullopt}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(EngineTest, RefusesTwoEnginesInOneCommand) {
  const auto found =
      detect_engine(test::yaml("args: ['python3 -m dynamo.vllm & python3 -m dynamo.sglang']").as_object());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::invalid);
}

struct AgreeCase {
  std::string_view name;
  Engine written;
  std::string_view command;
  bool good;
  Engine engine;
};
class AgreeTest : public ::testing::TestWithParam<AgreeCase> {};
TEST_P(AgreeTest, WrittenAndStartedMustAgree) {
  const AgreeCase& row = GetParam();
  const auto engine = engine_of(row.written, test::yaml(row.command).as_object());
  ASSERT_EQ(engine.has_value(), row.good);
  if (row.good) EXPECT_EQ(*engine, row.engine);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, AgreeTest,
    ::testing::Values(AgreeCase{"neither", std::nullopt, "{}", true, std::nullopt},
                      AgreeCase{"started", std::nullopt, "command: [python3, -m, dynamo.vllm]", true,
                                BackendFramework::vllm},
                      AgreeCase{"written", BackendFramework::sglang, "{}", true, BackendFramework::sglang},
                      AgreeCase{"same", BackendFramework::vllm, "command: [python3, -m, dynamo.vllm]", true,
                                BackendFramework::vllm},
                      AgreeCase{"different", BackendFramework::vllm, "command: [python3, -m, dynamo.trtllm]",
                                false, std::nullopt},
                      AgreeCase{"mocker", BackendFramework::vllm, "command: [python3, -m, dynamo.mocker]",
                                true, BackendFramework::vllm}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::graph
