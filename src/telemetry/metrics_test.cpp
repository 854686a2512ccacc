#include "telemetry/metrics.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <thread>

#include "telemetry/exposition.h"

namespace dynamo::telemetry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Registry, WritesTheTextFormat) {
  Registry registry({{"dynamo_component", "backend"}});
  registry.counters("b_total", "Counts\nb \\ c", {"model"}).with({"a\"\\\nz"}).add(3);
  registry.gauges("a_bytes", "A gauge").with().set(1.5);
  auto& seconds = registry.histograms("c_seconds", "A histogram", {0, 0.1, 1}).with();
  seconds.observe(0);
  seconds.observe(0.1);
  seconds.observe(0.5, 2);
  seconds.observe(7);
  EXPECT_EQ(registry.expose(), R"(# HELP a_bytes A gauge
# TYPE a_bytes gauge
a_bytes{dynamo_component="backend"} 1.5
# HELP b_total Counts\nb \\ c
# TYPE b_total counter
b_total{dynamo_component="backend",model="a\"\\\nz"} 3
# HELP c_seconds A histogram
# TYPE c_seconds histogram
c_seconds_bucket{dynamo_component="backend",le="0"} 1
c_seconds_bucket{dynamo_component="backend",le="0.1"} 2
c_seconds_bucket{dynamo_component="backend",le="1"} 4
c_seconds_bucket{dynamo_component="backend",le="+Inf"} 5
c_seconds_sum{dynamo_component="backend"} 8.1
c_seconds_count{dynamo_component="backend"} 5
)");
}

TEST(Registry, FamiliesWithoutSeriesAndLabelsAreWrittenRight) {
  Registry registry;
  registry.counters("unused_total", "Never", {"model"});
  registry.counters("x_total", "X").with().add();
  EXPECT_EQ(registry.expose(), "# HELP x_total X\n# TYPE x_total counter\nx_total 1\n");
}

TEST(Registry, BeyondTheLimitSeriesAreDroppedAndCounted) {
  Registry registry;
  auto& family = registry.counters("x_total", "X", {"user"}, 2);
  for (const auto* user : {"a", "b", "c", "d", "a"}) family.with({user}).add();
  const auto text = registry.expose();
  EXPECT_THAT(text, HasSubstr("x_total{user=\"a\"} 2\nx_total{user=\"b\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("user=\"c\"")));
  EXPECT_THAT(text, HasSubstr("dynamo_metrics_dropped_series_total{metric=\"x_total\"} 2\n"));
  family.remove({"a"});
  family.with({"c"}).add(7);
  EXPECT_THAT(registry.expose(), HasSubstr("x_total{user=\"c\"} 7\n"));
}

TEST(Registry, RefreshesBeforeExposition) {
  Registry registry;
  auto& gauge = registry.gauges("up_seconds", "Up").with();
  registry.before_exposition([&gauge] { gauge.add(1); });
  EXPECT_THAT(registry.expose(), HasSubstr("up_seconds 1\n"));
  EXPECT_THAT(registry.expose(), HasSubstr("up_seconds 2\n"));
}

TEST(Metrics, ManyThreadsLoseNothing) {
  Registry registry;
  auto& family = registry.counters("x_total", "X", {"k"});
  auto& histogram = registry.histograms("h", "H", {1, 2}).with();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      auto& counter = family.with({std::to_string(t % 2)});
      for (int i = 0; i < 5000; ++i) {
        counter.add();
        histogram.observe(1.5);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(family.with({"0"}).value() + family.with({"1"}).value(), 20'000u);
  EXPECT_EQ(histogram.count(), 20'000u);
  EXPECT_DOUBLE_EQ(histogram.sum(), 30'000);
}

TEST(FormatNumber, SpecialValues) {
  EXPECT_EQ(format_number(std::nan("")), "NaN");
  EXPECT_EQ(format_number(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(format_number(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(format_number(130000), "130000");
  EXPECT_EQ(format_number(0.0047), "0.0047");
}

struct InjectCase {
  std::string_view name;
  std::string_view text;
  std::string_view want;
};

class InjectTest : public ::testing::TestWithParam<InjectCase> {};

TEST_P(InjectTest, AddsLabels) {
  EXPECT_EQ(inject_labels(GetParam().text, {{"model", "m\"1"}, {"dp", "0"}}), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, InjectTest,
    ::testing::Values(
        InjectCase{"bare", "vllm:x 1\n", "vllm:x{model=\"m\\\"1\",dp=\"0\"} 1\n"},
        InjectCase{"labelled", "x{a=\"b\"} 1 1234\n", "x{a=\"b\",model=\"m\\\"1\",dp=\"0\"} 1 1234\n"},
        InjectCase{"existing_label_wins", "x{model=\"theirs\",} 1\n", "x{model=\"theirs\",dp=\"0\"} 1\n"},
        InjectCase{"braces_and_quotes_in_a_value", "x{a=\"}\\\" ,b=\\\"\"} 1\n",
                   "x{a=\"}\\\" ,b=\\\"\",model=\"m\\\"1\",dp=\"0\"} 1\n"},
        InjectCase{"comments_stay", "# HELP x y\n# TYPE x gauge\n\n", "# HELP x y\n# TYPE x gauge\n\n"},
        InjectCase{"carriage_returns_go", "x 1\r\n", "x{model=\"m\\\"1\",dp=\"0\"} 1\n"},
        InjectCase{"no_last_line_feed", "x 1", "x{model=\"m\\\"1\",dp=\"0\"} 1\n"},
        InjectCase{"numbers", "x +Inf\nx NaN\nx -1.5e-3 7\n",
                   "x{model=\"m\\\"1\",dp=\"0\"} +Inf\nx{model=\"m\\\"1\",dp=\"0\"} NaN\n"
                   "x{model=\"m\\\"1\",dp=\"0\"} -1.5e-3 7\n"},
        InjectCase{"unreadable_lines_are_dropped", "x{a=\"b 1\n<html>\nx\nx 'one'\ny 2\n",
                   "y{model=\"m\\\"1\",dp=\"0\"} 2\n"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::telemetry
