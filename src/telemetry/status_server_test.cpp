#include "telemetry/status_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::telemetry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

net::Task<std::string> fixed_text() { co_return "text"; }
net::Task<net::HttpResponse> echo(std::string body) {
  co_return net::HttpResponse{.status = 200, .headers = {}, .body = body};
}

net::HttpResponse get(const StatusServer& server, std::string path, std::string method = "GET",
                      std::string body = {}) {
  net::HttpRequest request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.body = std::move(body);
  net::Loop loop;
  return net::run(loop, server.answer(request));
}

TEST(StatusServer, HealthTellsStateUptimeAndEndpoints) {
  FakeClock clock;
  StatusServer server({}, clock);
  clock.advance(std::chrono::milliseconds{2500});
  server.set_ready("generate", true);
  const auto health = get(server, "/health");
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(health.headers.get("Content-Type"), "text/plain");
  EXPECT_EQ(health.body,
            R"({"status":"ready","uptime":{"secs":2,"nanos":500000000},"endpoints":{"generate":"ready"}})");
  server.set_ready("generate", false);
  const auto live = get(server, "/live");
  EXPECT_EQ(live.status, 503);
  EXPECT_THAT(live.body, HasSubstr(R"("status":"notready")"));
}

struct ReadyCase {
  std::string_view name;
  StatusConfig config;
  std::vector<std::pair<std::string, bool>> endpoints;
  bool want;
};

class ReadyTest : public ::testing::TestWithParam<ReadyCase> {};

TEST_P(ReadyTest, FollowsTheRule) {
  StatusServer server(GetParam().config);
  for (const auto& [name, ready] : GetParam().endpoints) server.set_ready(name, ready);
  EXPECT_EQ(server.ready(), GetParam().want);
}

const StatusConfig kGated{.gating_endpoints = {"generate"}};

INSTANTIATE_TEST_SUITE_P(
    Rules, ReadyTest,
    ::testing::Values(ReadyCase{"nothing_registered", {}, {}, false},
                      ReadyCase{"starting_ready", {.starting_ready = true}, {}, true},
                      ReadyCase{"all_ready", {}, {{"a", true}, {"b", true}}, true},
                      ReadyCase{"one_not_ready", {}, {{"a", true}, {"b", false}}, false},
                      ReadyCase{"gate_absent", kGated, {{"a", true}}, false},
                      ReadyCase{"gate_ready", kGated, {{"generate", true}, {"b", false}}, true},
                      ReadyCase{"gate_not_ready", kGated, {{"generate", false}}, false}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(StatusServer, ServesItsSources) {
  StatusServer server({});
  EXPECT_EQ(get(server, "/metrics").status, 404);
  EXPECT_EQ(get(server, "/metadata").status, 404);
  server.serve_metrics(fixed_text);
  server.serve_metadata(fixed_text);
  server.serve_engine_route("start_profile", echo);
  EXPECT_EQ(get(server, "/metrics").headers.get("Content-Type"), kExpositionType);
  EXPECT_EQ(get(server, "/metadata").body, "text");
  EXPECT_EQ(get(server, "/engine/start_profile", "POST", "{}").body, "{}");
  EXPECT_EQ(get(server, "/engine/other", "POST").status, 404);
  EXPECT_EQ(get(server, "/nowhere").body, "Route not found");
}

TEST(StatusConfig, ComesFromTheEnvironment) {
  const auto config =
      StatusConfig::from_environment({{"DYN_SYSTEM_STARTING_HEALTH_STATUS", "ready"},
                                      {"DYN_SYSTEM_HEALTH_PATH", "/h"},
                                      {"DYN_SYSTEM_LIVE_PATH", "/l"},
                                      {"DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS", R"(["generate","x"])"}});
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_TRUE(config->starting_ready);
  EXPECT_EQ(config->health_path, "/h");
  EXPECT_EQ(config->live_path, "/l");
  EXPECT_THAT(config->gating_endpoints, ElementsAre("generate", "x"));
  EXPECT_THAT(
      StatusConfig::from_environment({{"DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS", "a,b"}})->gating_endpoints,
      ElementsAre("a", "b"));
}

TEST(StatusConfig, RefusesWrongValues) {
  EXPECT_THAT(StatusConfig::from_environment({{"DYN_SYSTEM_STARTING_HEALTH_STATUS", "up"}}).error().message,
              HasSubstr("must be ready or notready"));
  EXPECT_THAT(
      StatusConfig::from_environment({{"DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS", "[1"}}).error().message,
      HasSubstr("must be a JSON list"));
}

}  // namespace
}  // namespace dynamo::telemetry
