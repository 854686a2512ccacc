#include "graph/restart.h"

#include <gtest/gtest.h>

#include "graph/test_support.h"

namespace dynamo::graph {
namespace {

using api::RestartStatus;
using Names = std::vector<std::string>;

/// What a component says of itself: the restart id that it carries, and whether it is through with it.
struct Seen {
  std::string service;
  std::string stamp;
  bool ready = true;
};

Components components_of(const std::vector<Seen>& seen) {
  Components components;
  for (const Seen& one : seen) {
    api::DynamoComponentDeployment dcd;
    dcd.metadata.generation = 1;
    dcd.status.observed_generation = 1;
    if (!one.stamp.empty()) dcd.spec.annotations["nvidia.com/restartAt"] = one.stamp;
    dcd.status.conditions.push_back({.type = "Available", .status = one.ready ? "True" : "False"});
    components[one.service] = dcd;
  }
  return components;
}

struct RestartCase {
  std::string name;
  std::string restart;  // spec.restart, YAML; empty = none
  std::optional<RestartStatus> last;
  std::vector<Seen> seen;
  std::optional<RestartStatus> next;
  std::map<std::string, std::string> stamps;  // those that are not empty
};

api::DynamoGraphDeployment graph_of(const RestartCase& row) {
  auto dgd = test::make_graph("{services: {A: {}, B: {}, C: {}}" +
                              (row.restart.empty() ? std::string{} : ", restart: " + row.restart) + "}");
  dgd.status.restart = row.last;
  return dgd;
}

RestartStatus restarting(std::string id, Names in_progress) {
  return {std::move(id), "Restarting", std::move(in_progress)};
}
RestartStatus completed(std::string id) { return {std::move(id), "Completed", {}}; }

class RestartTest : public ::testing::TestWithParam<RestartCase> {};
TEST_P(RestartTest, GoesOn) {
  const RestartCase& row = GetParam();
  const auto dgd = graph_of(row);
  const Components components = components_of(row.seen);
  const auto next = advance_restart(dgd, components);
  EXPECT_EQ(next, row.next);
  auto stamps = restart_stamps(dgd, next, components);
  std::erase_if(stamps, [](const auto& entry) { return entry.second.empty(); });
  EXPECT_EQ(stamps, row.stamps);
}

const std::vector<Seen> kPlain{{"A", ""}, {"B", ""}, {"C", ""}};

INSTANTIATE_TEST_SUITE_P(Rows, RestartTest,
                         ::testing::Values(RestartCase{"none", "", std::nullopt, kPlain, std::nullopt, {}},
                                           RestartCase{"gone_but_completed",
                                                       "",
                                                       completed("1"),
                                                       kPlain,
                                                       completed("1"),
                                                       {{"A", "1"}, {"B", "1"}, {"C", "1"}}},
                                           RestartCase{"gone_midway",
                                                       "",
                                                       restarting("1", {"B"}),
                                                       {{"A", "1"}, {"B", "1"}, {"C", ""}},
                                                       std::nullopt,
                                                       {{"A", "1"}, {"B", "1"}}},
                                           RestartCase{"of_a_new_graph",
                                                       "{id: '1'}",
                                                       std::nullopt,
                                                       {},
                                                       completed("1"),
                                                       {{"A", "1"}, {"B", "1"}, {"C", "1"}}},
                                           RestartCase{"processed",
                                                       "{id: '1'}",
                                                       completed("1"),
                                                       kPlain,
                                                       completed("1"),
                                                       {{"A", "1"}, {"B", "1"}, {"C", "1"}}},
                                           RestartCase{"sequential_begins",
                                                       "{id: '1'}",
                                                       std::nullopt,
                                                       kPlain,
                                                       restarting("1", {"A"}),
                                                       {{"A", "1"}}},
                                           RestartCase{"new_id",
                                                       "{id: '2'}",
                                                       completed("1"),
                                                       {{"A", "1"}, {"B", "1"}, {"C", "1"}},
                                                       restarting("2", {"A"}),
                                                       {{"A", "2"}, {"B", "1"}, {"C", "1"}}},
                                           RestartCase{"not_stamped_yet",
                                                       "{id: '1'}",
                                                       restarting("1", {"A"}),
                                                       kPlain,
                                                       restarting("1", {"A"}),
                                                       {{"A", "1"}}},
                                           RestartCase{"stamped_but_not_ready",
                                                       "{id: '1'}",
                                                       restarting("1", {"A"}),
                                                       {{"A", "1", false}, {"B", ""}, {"C", ""}},
                                                       restarting("1", {"A"}),
                                                       {{"A", "1"}}},
                                           RestartCase{"next_turn",
                                                       "{id: '1'}",
                                                       restarting("1", {"A"}),
                                                       {{"A", "1"}, {"B", ""}, {"C", ""}},
                                                       restarting("1", {"B"}),
                                                       {{"A", "1"}, {"B", "1"}}},
                                           RestartCase{"last_turn",
                                                       "{id: '1'}",
                                                       restarting("1", {"C"}),
                                                       {{"A", "1"}, {"B", "1"}, {"C", "1"}},
                                                       completed("1"),
                                                       {{"A", "1"}, {"B", "1"}, {"C", "1"}}},
                                           RestartCase{"given_order",
                                                       "{id: '1', strategy: {order: [C, A, B]}}",
                                                       restarting("1", {"C"}),
                                                       {{"A", ""}, {"B", ""}, {"C", "1"}},
                                                       restarting("1", {"A"}),
                                                       {{"A", "1"}, {"C", "1"}}},
                                           RestartCase{"parallel_begins",
                                                       "{id: '1', strategy: {type: Parallel}}",
                                                       std::nullopt,
                                                       kPlain,
                                                       restarting("1", {"A", "B", "C"}),
                                                       {{"A", "1"}, {"B", "1"}, {"C", "1"}}},
                                           RestartCase{"parallel_goes_on",
                                                       "{id: '1', strategy: {type: Parallel}}",
                                                       restarting("1", {"A", "B", "C"}),
                                                       {{"A", "1"}, {"B", "1", false}, {"C", "1"}},
                                                       restarting("1", {"B"}),
                                                       {{"A", "1"}, {"B", "1"}, {"C", "1"}}},
                                           RestartCase{"parallel_ends",
                                                       "{id: '1', strategy: {type: Parallel}}",
                                                       restarting("1", {"B"}),
                                                       {{"A", "1"}, {"B", "1"}, {"C", "1"}},
                                                       completed("1"),
                                                       {{"A", "1"}, {"B", "1"}, {"C", "1"}}}),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace dynamo::graph
