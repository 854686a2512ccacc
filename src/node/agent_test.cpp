#include "node/agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apiserver/server.h"
#include "base/test_folder.h"
#include "kube/kubeconfig.h"
#include "net/test_support.h"
#include "node/files.h"

namespace dynamo::node {
namespace {

namespace res = kube::resources;

/// A node on an API server in memory. Processes are real; the reaper is this program (pod_worker_test.cpp).
class AgentTest : public testing::Test {
 protected:
  net::Task<void> start() {
    server_ = std::move(*apiserver::Server::open(loop_, {}));
    const auto endpoint = co_await server_->start();
    const auto parsed = kube::parse_kubeconfig(server_->kubeconfig(), "kubeconfig");
    client_ =
        std::move(*kube::Client::make(loop_, *kube::resolve_kubeconfig(*parsed, "", kube::read_text_file)));
    AgentOptions options;
    options.node_name = "laptop";
    options.state_folder = root_;
    options.dynamo = "/opt/dynamo";
    options.reaper = {"/proc/self/exe", "pod-reaper"};
    options.environment = {{"PATH", "/usr/bin:/bin"}};
    options.address_block = 98;
    options.server = "https://" + endpoint->to_string();
    options.ca_pem = server_->authority_pem();
    options.version = "1.2.3";
    agent_ = std::make_unique<Agent>(*client_, std::move(options));
    const auto registered = co_await agent_->register_node({});
    EXPECT_TRUE(registered) << registered.error().message;
    kube::NamespacedName account_key{"default", "default"};
    kube::Object account = kube::make_object(res::kServiceAccounts, account_key);
    co_await client_->create(res::kServiceAccounts, std::move(account));
  }

  net::Task<void> create_pod(std::string name, std::string script, int gpus = 0) {
    kube::NamespacedName key{"default", std::move(name)};
    kube::Object pod = kube::make_object(res::kPods, key);
    json::object main{{"name", "main"}, {"image", "i"}, {"command", {"sh", "-c", script}}};
    if (gpus > 0)
      main["resources"] = json::parse(fmt::format(R"({{"limits": {{"nvidia.com/gpu": {}}}}})", gpus)).value();
    pod["spec"] = json::object{{"nodeName", "laptop"},
                               {"terminationGracePeriodSeconds", 0},
                               {"containers", json::array{std::move(main)}}};
    const auto created = co_await client_->create(res::kPods, std::move(pod));
    EXPECT_TRUE(created) << created.error().message;
  }

  /// Waits until the pod is so; `holds` is given null once it has gone.
  net::Task<void> until(std::string name, std::function<bool(const kube::Object*)> holds) {
    const kube::NamespacedName key{"default", std::move(name)};
    const TimePoint deadline = loop_.now() + net::testing::kPatience;
    while (loop_.now() < deadline) {
      const auto pod = co_await client_->get(res::kPods, key);
      const bool there = pod.has_value();
      if (holds(there ? &*pod : nullptr)) co_return;
      co_await loop_.sleep_for(std::chrono::milliseconds{10});
    }
    ADD_FAILURE() << "the pod " << key.name << " is not as it should be";
  }

  /// Runs the agent beside `body`.
  void run(net::Task<void> body) { net::run(loop_, beside(std::move(body))); }
  net::Task<void> beside(net::Task<void> body) {
    co_await start();
    net::TaskGroup group(loop_);
    group.spawn(agent_->run(group.stop_token()));
    co_await std::move(body);
    group.request_stop();
    co_await group.join();
    co_await server_->stop(loop_.now());
  }

  net::Loop loop_;
  const TestFolder test_folder_;
  const std::string root_ = test_folder_.path();
  std::unique_ptr<apiserver::Server> server_;
  std::unique_ptr<kube::Client> client_;
  std::unique_ptr<Agent> agent_;

 public:
  static bool is_running(const kube::Object* pod) {
    return pod != nullptr && json::string_at(*pod, {"status", "phase"}) == "Running";
  }
  static bool is_gone(const kube::Object* pod) { return pod == nullptr; }

  net::Task<void> from_creation_to_deletion() {
    co_await create_pod("web", "exec sleep 1000", 1);
    co_await until("web", is_running);
    const kube::NamespacedName key{"default", "web"};
    const auto pod = co_await client_->get(res::kPods, key);
    EXPECT_EQ(json::string_at(*pod, {"status", "podIP"}), "127.98.0.1");
    EXPECT_TRUE(exists(root_ + "/pods/" + std::string(kube::uid_of(*pod))));
    co_await client_->remove(res::kPods, key);
    co_await until("web", is_gone);
  }

  net::Task<void> too_many_gpus() {
    co_await create_pod("greedy", "true", agent_->capacity().gpus + 1);
    co_await until("greedy", [](const kube::Object* pod) {
      return pod != nullptr && json::string_at(*pod, {"status", "reason"}) == "OutOfnvidia.com/gpu";
    });
  }

  net::Task<void> node_says_what_it_is() {
    const kube::NamespacedName key{"", "laptop"};
    const auto node = co_await client_->get(res::kNodes, key);
    if (!node) co_return ADD_FAILURE() << node.error().message;
    const bool simulated = kube::label(*node, "nvidia.com/gpu.simulated") == "true";
    EXPECT_EQ(simulated, agent_->capacity().gpus_simulated);
    EXPECT_EQ(kube::annotation(*node, "dynamo.nvidia.com/gpus").starts_with("simulated"), simulated);
    EXPECT_EQ(json::string_at(*node, {"status", "allocatable", "nvidia.com/gpu"}),
              std::to_string(agent_->capacity().gpus));
  }

  net::Task<void> leftovers_go() {
    co_await create_pod("web", "exec sleep 1000");
    co_await until("web", is_running);
  }
};

TEST_F(AgentTest, RunsAPodFromCreationToDeletion) { run(from_creation_to_deletion()); }

TEST_F(AgentTest, RejectsWhatTheMachineHasNoRoomFor) { run(too_many_gpus()); }

TEST_F(AgentTest, TheNodeSaysWhatItIs) { run(node_says_what_it_is()); }

TEST_F(AgentTest, RemovesWhatPodsOfAnEarlierRunLeft) {
  ASSERT_TRUE(make_folders(root_ + "/pods/old/volumes"));
  ASSERT_TRUE(make_folders(root_ + "/tmp/old"));
  ASSERT_TRUE(make_folders(root_ + "/logs/old/main"));
  run(leftovers_go());
  EXPECT_FALSE(exists(root_ + "/pods/old"));
  EXPECT_FALSE(exists(root_ + "/tmp/old"));
  EXPECT_FALSE(exists(root_ + "/logs/old"));
}

}  // namespace
}  // namespace dynamo::node
