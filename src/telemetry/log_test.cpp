#include "telemetry/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace dynamo::telemetry {
namespace {

using ::testing::HasSubstr;

struct Lines {
  std::string text;
  FakeClock clock;
  Logger logger(LogConfig config) {
    return Logger(std::move(config), [this](std::string_view line) { text += line; }, clock);
  }
};

TEST(Logger, WritesText) {
  Lines lines;
  lines.logger({}).with_target("worker").info(
      "engine is ready",
      {{"model", "tiny"}, {"port", 8000}, {"note", "two words"}, {"share", 0.5}, {"on", true}});
  EXPECT_EQ(lines.text,
            "2023-11-14T22:13:20.000000Z  INFO worker: engine is ready model=tiny port=8000 note=\"two "
            "words\" share=0.5 on=true\n");
}

TEST(Logger, WritesJsonLines) {
  Lines lines;
  LogConfig config;
  config.json_lines = true;
  const auto log = lines.logger(config).with_target("worker").with_fields({{"trace_id", "ab"}});
  log.warn("odd \"text\"\n", {{"count", std::uint64_t{7}}});
  const auto line = json::parse(lines.text);
  ASSERT_TRUE(line.has_value()) << lines.text;
  EXPECT_EQ(json::string_at(*line, {"time"}), "2023-11-14T22:13:20.000000Z");
  EXPECT_EQ(json::string_at(*line, {"level"}), "WARN");
  EXPECT_EQ(json::string_at(*line, {"target"}), "worker");
  EXPECT_EQ(json::string_at(*line, {"message"}), "odd \"text\"\n");
  EXPECT_EQ(json::string_at(*line, {"file"}), "telemetry/log_test.cpp");
  EXPECT_GT(json::int_at(*line, {"line"}).value_or(0), 0);
  EXPECT_EQ(json::string_at(*line, {"trace_id"}), "ab");
  EXPECT_EQ(json::int_at(*line, {"count"}), 7);
}

TEST(Logger, KeepsToItsLevel) {
  Lines lines;
  const auto log = lines.logger({.filter = *LogFilter::parse("warn,worker=debug")});
  log.info("hidden");
  log.with_target("worker").debug("shown");
  log.with_target("workers").debug("hidden");
  EXPECT_THAT(lines.text, HasSubstr("shown"));
  EXPECT_THAT(lines.text, ::testing::Not(HasSubstr("hidden")));
}

TEST(LogFilter, TheLongestPathWins) {
  const auto filter = LogFilter::parse(" info , net=error, net::http=TRACE,,x=off");
  ASSERT_TRUE(filter.has_value()) << filter.error().message;
  EXPECT_EQ(filter->level_of("worker"), LogLevel::info);
  EXPECT_EQ(filter->level_of("net"), LogLevel::error);
  EXPECT_EQ(filter->level_of("net::http::server"), LogLevel::trace);
  EXPECT_EQ(filter->level_of("network"), LogLevel::info);
  EXPECT_EQ(filter->level_of("x"), LogLevel::off);
}

TEST(LogConfig, ComesFromTheEnvironment) {
  const auto config = LogConfig::from_environment({{"DYN_LOG", "debug"}, {"DYN_LOGGING_JSONL", "true"}});
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->filter.level, LogLevel::debug);
  EXPECT_TRUE(config->json_lines);
  EXPECT_THAT(LogConfig::from_environment({{"DYN_LOG", "loud"}}).error().message,
              HasSubstr("DYN_LOG: \"loud\" is not a level"));
  EXPECT_THAT(LogConfig::from_environment({{"DYN_LOGGING_JSONL", "2"}}).error().message,
              HasSubstr("DYN_LOGGING_JSONL must be"));
}

}  // namespace
}  // namespace dynamo::telemetry
