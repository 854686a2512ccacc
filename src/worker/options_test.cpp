#include "worker/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

WorkerFlags flags_of(void (*change)(WorkerFlags&) = [](WorkerFlags&) {}) {
  WorkerFlags flags;
  flags.model = "tiny";
  change(flags);
  return flags;
}

TEST(MakeWorkerOptions, DefaultsAreThoseOfTheReference) {
  const auto options = make_worker_options(flags_of(), {});
  ASSERT_TRUE(options.has_value()) << options.error().message;
  EXPECT_EQ(options->name.to_string(), "dyn://dynamo.backend.generate");
  EXPECT_EQ(options->model, "tiny");
  EXPECT_EQ(options->types, (std::set{discovery::ModelType::chat, discovery::ModelType::completions}));
  EXPECT_EQ(std::get<engine::MockOptions>(options->engine), engine::MockOptions{});
  EXPECT_EQ(options->advertise_host, "127.0.0.1");
  EXPECT_EQ(options->grace_period, 5s);
  EXPECT_FALSE(options->canary.has_value());
}

TEST(MakeWorkerOptions, TheEnvironmentSpeaksToo) {
  const auto options =
      make_worker_options(flags_of(), {{"DYN_NAMESPACE_WORKER_SUFFIX", "2"},
                                       {"POD_IP", "10.0.0.7"},
                                       {"DYN_GRACEFUL_SHUTDOWN_GRACE_PERIOD_SECS", "0.5"},
                                       {"DYN_WORKER_GRACEFUL_SHUTDOWN_TIMEOUT", "7"},
                                       {"DYN_HEALTH_CHECK_ENABLED", "true"},
                                       {"DYN_CANARY_WAIT_TIME", "4"},
                                       {"DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS", R"(["generate"])"}});
  ASSERT_TRUE(options.has_value()) << options.error().message;
  EXPECT_EQ(options->name.ns, "dynamo-2");
  EXPECT_EQ(options->advertise_host, "10.0.0.7");
  EXPECT_EQ(options->grace_period, 500ms);
  EXPECT_EQ(options->drain_timeout, 7s);
  EXPECT_EQ(options->canary, (CanaryOptions{.idle = 4s, .timeout = 3s}));
  EXPECT_THAT(options->status.gating_endpoints, ElementsAre("generate"));
}

TEST(MakeWorkerOptions, EndpointsAreWholeOrTheLastPart) {
  auto flags = flags_of();
  flags.endpoint = "dyn://a.b.c";
  EXPECT_EQ(make_worker_options(flags, {})->name.to_string(), "dyn://a.b.c");
  flags.endpoint = "other";
  EXPECT_EQ(make_worker_options(flags, {})->name.to_string(), "dyn://dynamo.backend.other");
}

TEST(MakeWorkerOptions, APrefillWorkerIsItsOwnComponent) {
  auto flags = flags_of();
  flags.is_prefill_worker = true;
  const auto options = make_worker_options(flags, {});
  EXPECT_EQ(options->name.component, "prefill");
  EXPECT_EQ(options->types, std::set{discovery::ModelType::prefill});
  EXPECT_EQ(std::get<engine::MockOptions>(options->engine).limits.role, engine::MockRole::prefill);
}

TEST(MakeWorkerOptions, ChoosesTheEngine) {
  auto flags = flags_of();
  flags.rest = {"--tensor-parallel-size", "2"};
  EXPECT_THAT(make_worker_options(flags, {})->ignored_arguments, ElementsAre("--tensor-parallel-size", "2"));
  flags.engine = "echo";
  EXPECT_TRUE(std::holds_alternative<engine::EchoOptions>(make_worker_options(flags, {})->engine));
  flags.engine_url = "http://localhost:8000/v1";
  EXPECT_EQ(std::get<engine::HttpEngineOptions>(make_worker_options(flags, {})->engine).url.authority(),
            "localhost:8000");
  flags.engine_url.clear();
  flags.engine_command = "serve 'my model' --port {port}";
  const auto supervised = make_worker_options(flags, {{"HOME", "/h"}});
  const auto& engine = std::get<engine::SupervisedEngineOptions>(supervised->engine);
  EXPECT_THAT(engine.command,
              ElementsAre("serve", "my model", "--port", "{port}", "--tensor-parallel-size", "2"));
  EXPECT_EQ(engine.environment.get("HOME"), "/h");
  EXPECT_EQ(engine.model_path, flags.model);
  EXPECT_TRUE(supervised->ignored_arguments.empty());
}

TEST(MakeWorkerOptions, ExtraArgumentsReplaceFlags) {
  auto flags = flags_of();
  flags.extra_engine_args =
      R"({"block_size":16,"speedup_ratio":0,"enable_prefix_caching":false,"startup_time":null})";
  const auto mock = std::get<engine::MockOptions>(make_worker_options(flags, {})->engine);
  EXPECT_EQ(mock.limits.block_size, 16u);
  EXPECT_EQ(mock.speedup, 0);
  EXPECT_FALSE(mock.limits.prefix_caching);
}

struct RefusalCase {
  std::string_view name;
  void (*change)(WorkerFlags&);
  std::string_view message;
};

class RefusalTest : public ::testing::TestWithParam<RefusalCase> {};

TEST_P(RefusalTest, SaysWhatIsAllowed) {
  const auto options = make_worker_options(flags_of(GetParam().change), {});
  ASSERT_FALSE(options.has_value());
  EXPECT_EQ(options.error().code, Errc::invalid);
  EXPECT_THAT(options.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Flags, RefusalTest,
    ::testing::Values(
        RefusalCase{"no_model", [](WorkerFlags& f) { f.model = ""; }, "--model is required"},
        RefusalCase{"engine", [](WorkerFlags& f) { f.engine = "gpu"; }, "--engine must be mock or echo"},
        RefusalCase{"url", [](WorkerFlags& f) { f.engine_url = "localhost"; }, "--engine-url"},
        RefusalCase{"command_without_port", [](WorkerFlags& f) { f.engine_command = "serve"; },
                    "must contain {port}"},
        RefusalCase{"command_quote", [](WorkerFlags& f) { f.engine_command = "serve 'x"; },
                    "--engine-command: a ' is not closed"},
        RefusalCase{"block_size", [](WorkerFlags& f) { f.block_size = 0; },
                    "--block-size must be 1 to 65536, got 0"},
        RefusalCase{"watermark", [](WorkerFlags& f) { f.watermark = 1; }, "--watermark"},
        RefusalCase{"speedup", [](WorkerFlags& f) { f.speedup_ratio = -1; }, "--speedup-ratio"},
        RefusalCase{"port", [](WorkerFlags& f) { f.system_port = 70000; }, "--system-port"},
        RefusalCase{"roles", [](WorkerFlags& f) { f.is_prefill_worker = f.is_decode_worker = true; },
                    "exclude each other"},
        RefusalCase{"types", [](WorkerFlags& f) { f.endpoint_types = "chat,song"; }, "got \"song\""},
        RefusalCase{"no_types", [](WorkerFlags& f) { f.endpoint_types = ""; }, "--endpoint-types"},
        RefusalCase{"namespace_", [](WorkerFlags& f) { f.dyn_namespace = "a/b"; }, "--namespace"},
        RefusalCase{"extra_json", [](WorkerFlags& f) { f.extra_engine_args = "{"; }, "--extra-engine-args"},
        RefusalCase{"extra_member", [](WorkerFlags& f) { f.extra_engine_args = R"({"x":1})"; },
                    "\"x\" is unknown"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(MakeWorkerOptions, WhatIsMissingIsRefusedByName) {
  for (const auto* argument :
       {"--num-workers", "--reasoning={}", "--planner-profile-data", "--bootstrap-ports"}) {
    auto flags = flags_of();
    flags.rest = {"--x", argument};
    const auto refused = make_worker_options(flags, {});
    ASSERT_FALSE(refused.has_value()) << argument;
    EXPECT_EQ(refused.error().code, Errc::unsupported);
    EXPECT_THAT(refused.error().message, HasSubstr("is not there yet"));
    flags.engine_url = "http://h:1";  // an engine of its own may have such a flag
    EXPECT_TRUE(make_worker_options(flags, {}).has_value());
  }
  auto flags = flags_of();
  flags.custom_jinja_template = "x.jinja";
  EXPECT_EQ(make_worker_options(flags, {}).error().code, Errc::unsupported);
}

TEST(MakeWorkerOptions, NamesWhatItIgnores) {
  auto flags = flags_of();
  flags.request_plane = "nats";
  flags.durable_kv_events = true;
  EXPECT_THAT(make_worker_options(flags, {})->ignored_arguments,
              ElementsAre("--request-plane nats", "--durable-kv-events"));
}

TEST(MakeWorkerOptions, NamesVariablesThatAreWrong) {
  for (const auto* name : {"DYN_GRACEFUL_SHUTDOWN_GRACE_PERIOD_SECS", "DYN_WORKER_GRACEFUL_SHUTDOWN_TIMEOUT",
                           "DYN_CANARY_WAIT_TIME", "DYN_HEALTH_CHECK_ENABLED"}) {
    Environment env;
    env.set(name, "soon");
    EXPECT_THAT(make_worker_options(flags_of(), env).error().message, HasSubstr(name));
  }
}

TEST(SplitCommand, FollowsTheShell) {
  EXPECT_THAT(*split_command("  a  'b c' \"d \\\" e\" f\\ g '' h'i'\"j\""),
              ElementsAre("a", "b c", "d \" e", "f g", "", "hij"));
  EXPECT_THAT(*split_command(""), ElementsAre());
}

}  // namespace
}  // namespace dynamo::worker
