#include "node/python.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/engines.h"

namespace dynamo::node {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

struct ModuleCase {
  const char* name;
  Words argv;
  const char* module;  // "" = none
};
class ModuleTest : public testing::TestWithParam<ModuleCase> {};

TEST_P(ModuleTest, IsFound) { EXPECT_EQ(dynamo_module_of(GetParam().argv).value_or(""), GetParam().module); }

INSTANTIATE_TEST_SUITE_P(
    All, ModuleTest,
    testing::Values(
        ModuleCase{"plain", {"python3", "-m", "dynamo.vllm", "--model", "m"}, "dynamo.vllm"},
        ModuleCase{"script", {"sh", "-c", "set -e; python3 -m dynamo.sglang --x"}, "dynamo.sglang"},
        ModuleCase{"quoted", {"sh", "-c", "exec 'python3' -m dynamo.frontend;"}, "dynamo.frontend"},
        ModuleCase{"end_of_script", {"sh", "-c", "python3 -m dynamo.mocker"}, "dynamo.mocker"},
        ModuleCase{"another_module", {"python3", "-m", "http.server"}, ""},
        ModuleCase{"several", {"sh", "-c", "python3 -m dynamo.vllm & python3 -m dynamo.frontend"}, ""},
        ModuleCase{"none", {"vllm", "serve", "--max-model-len", "1"}, ""},
        ModuleCase{"at_the_end", {"python3", "-m"}, ""}),
    [](const auto& row) { return std::string(row.param.name); });

struct TranslateCase {
  const char* name;
  Words arguments;
  const char* engine;
  PythonCommand command;
};
class TranslateTest : public testing::TestWithParam<TranslateCase> {};

TEST_P(TranslateTest, Gives) {
  const auto command = translate_python(GetParam().arguments, GetParam().engine);
  ASSERT_TRUE(command) << command.error().message;
  EXPECT_EQ(command->ours, GetParam().command.ours);
  EXPECT_EQ(command->argv, GetParam().command.argv);
}

constexpr const char* kWithSettings =
    "trtllm-serve {path} --host {host} --port {port} '--block-size' '32' '--x' 'it'\\''s' "
    "'--y={\"a\": 1}'";

INSTANTIATE_TEST_SUITE_P(
    All, TranslateTest,
    testing::Values(
        TranslateCase{"frontend",
                      {"-m", "dynamo.frontend", "--http-port", "1"},
                      "",
                      {true, {"frontend", "--http-port", "1"}}},
        TranslateCase{
            "python_options_first", {"-u", "-X", "dev", "-m", "dynamo.frontend"}, "", {true, {"frontend"}}},
        TranslateCase{"substituted",
                      {"-m", "dynamo.vllm", "--model", "m"},
                      "mock",
                      {true, {"worker", "--engine", "mock", "--model", "m"}}},
        TranslateCase{"mocker", {"-m", "dynamo.mocker"}, "", {true, {"worker", "--engine", "mock"}}},
        TranslateCase{
            "real_engine",
            {"-m", "dynamo.vllm", "--model", "m"},
            "vllm",
            {true,
             {"worker", "--engine-command",
              "vllm serve {path} --served-model-name {model} --host {host} --port {port}", "--model", "m"}}},
        TranslateCase{"flags_of_the_engine_and_of_the_worker",
                      {"-m", "dynamo.trtllm", "--block-size", "32", "--model=m", "--is-decode-worker", "--x",
                       "it's", "--namespace", "n", "--y={\"a\": 1}"},
                      "trtllm",
                      {true,
                       {"worker", "--engine-command", kWithSettings, "--model=m", "--is-decode-worker",
                        "--namespace", "n"}}},
        TranslateCase{"flags_of_a_real_engine_are_the_mock_s",
                      {"-m", "dynamo.vllm", "--block-size", "32"},
                      "mock",
                      {true, {"worker", "--engine", "mock", "--block-size", "32"}}},
        TranslateCase{
            "other_module", {"-m", "http.server", "80"}, "mock", {false, {"-m", "http.server", "80"}}},
        TranslateCase{
            "file", {"main.py", "-m", "dynamo.vllm"}, "", {false, {"main.py", "-m", "dynamo.vllm"}}},
        TranslateCase{"code", {"-c", "print(1)"}, "", {false, {"-c", "print(1)"}}},
        TranslateCase{"interactive", {}, "", {false, {}}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(TranslatePython, RefusesModulesWithoutCounterpartByName) {
  const Words arguments{"-m", "dynamo.profiler"};
  const auto command = translate_python(arguments, "");
  ASSERT_FALSE(command);
  EXPECT_THAT(command.error().message, HasSubstr("the module dynamo.profiler has no counterpart here yet"));
}

struct EngineCase {
  const char* name;
  const char* wanted;
  EngineMode mode;
  bool installed;
  EngineChoice choice;
};
class ChooseEngineTest : public testing::TestWithParam<EngineCase> {};

TEST_P(ChooseEngineTest, Gives) {
  const auto& c = GetParam();
  std::set<std::string, std::less<>> installed;
  if (c.installed) installed.insert("vllm");
  EXPECT_EQ(choose_engine(c.wanted, c.mode, installed), c.choice);
}

INSTANTIATE_TEST_SUITE_P(
    All, ChooseEngineTest,
    testing::Values(EngineCase{"auto_installed", "vllm", EngineMode::automatic, true, {"vllm", false}},
                    EngineCase{"auto_missing", "vllm", EngineMode::automatic, false, {"mock", true}},
                    EngineCase{"mock_wins", "vllm", EngineMode::mock, true, {"mock", true}},
                    EngineCase{"echo", "vllm", EngineMode::echo, true, {"echo", true}},
                    EngineCase{"real", "vllm", EngineMode::real, true, {"vllm", false}},
                    EngineCase{
                        "mocker_is_real_everywhere", "mock", EngineMode::real, false, {"mock", false}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(EngineMode, ReadsItsNames) {
  for (const char* name : {"auto", "mock", "echo", "real"})
    EXPECT_EQ(to_string(*parse_engine_mode(name)), name);
  EXPECT_FALSE(parse_engine_mode("steam"));
}

}  // namespace
}  // namespace dynamo::node
