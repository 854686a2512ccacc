#include "frontend/discovered.h"

#include <gtest/gtest.h>

namespace dynamo::frontend {
namespace {

using discovery::EndpointName;
using discovery::Instance;
using discovery::InstanceId;
using discovery::ModelRecord;
using discovery::ModelType;

struct Pod {
  std::uint64_t id;
  std::string ns = "ns";
  std::string model = "m";
  std::set<ModelType> type{ModelType::chat, ModelType::completions};
  bool has_instance = true;
  std::uint64_t context_length = 100;
  std::string address = "http://127.0.0.1:9090";
};

discovery::Snapshot snapshot_of(const std::vector<Pod>& pods) {
  discovery::Snapshot out;
  const auto put = [&](discovery::Record record) { out.emplace(discovery::key_of(record), record); };
  for (const Pod& pod : pods) {
    const EndpointName name{pod.ns, "backend", "generate"};
    if (pod.has_instance) put(Instance{name, InstanceId(pod.id), pod.address});
    ModelRecord model{name, InstanceId(pod.id), {}};
    model.card.display_name = pod.model;
    model.card.model_type = pod.type;
    model.card.context_length = pod.context_length;
    put(model);
  }
  return out;
}

/// "id:model" of the workers, then "!id" of those refused.
std::string found(const std::vector<Pod>& pods, const std::string& only_namespace = "") {
  std::string out;
  const auto result = workers_from_snapshot(snapshot_of(pods), only_namespace);
  for (const auto& worker : result.workers) out += fmt::format("{}:{} ", worker.instance_id, worker.model);
  for (const auto& refused : result.refused) out += fmt::format("!{} ", refused.instance_id);
  return out;
}

TEST(Discovered, AWorkerNeedsBothItsRecords) {
  EXPECT_EQ(found({{.id = 2}, {.id = 1}, {.id = 3, .has_instance = false}}), "1:m 2:m ");
}
TEST(Discovered, OtherNamespacesAreLeftOutWhenOneIsAskedFor) {
  EXPECT_EQ(found({{.id = 1, .ns = "a"}, {.id = 2, .ns = "b"}}), "1:m 2:m ");
  EXPECT_EQ(found({{.id = 1, .ns = "a"}, {.id = 2, .ns = "b"}}, "b"), "2:m ");
}
TEST(Discovered, PrefillWorkersTakeNoRequests) {
  EXPECT_EQ(found({{.id = 1, .type = {ModelType::prefill}}, {.id = 2, .type = {ModelType::completions}}}),
            "2:m ");
}
TEST(Discovered, AWorkerWithAnotherCardIsRefused) {
  EXPECT_EQ(found({{.id = 1}, {.id = 2, .context_length = 50}, {.id = 3}}), "1:m 3:m !2 ");
  EXPECT_EQ(found({{.id = 1}, {.id = 2, .model = "n", .context_length = 50}}), "1:m 2:n ");
}
TEST(Discovered, AnAddressThatIsNoUrlIsRefused) { EXPECT_EQ(found({{.id = 1, .address = "tcp!"}}), "!1 "); }

}  // namespace
}  // namespace dynamo::frontend
