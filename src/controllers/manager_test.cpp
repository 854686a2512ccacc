#include "controllers/manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apiserver/server.h"
#include "controllers/deployment_plan.h"
#include "controllers/pods.h"
#include "controllers/test_objects.h"
#include "kube/conditions.h"
#include "kube/kubeconfig.h"
#include "net/test_support.h"

namespace dynamo::controllers {
namespace {

namespace res = kube::resources;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Answers for the node: bound pods run and are ready at once, pods that are to go are gone at once.
class InstantKubelet {
 public:
  InstantKubelet(kube::Client& client) : client_(client), pods_(client, res::kPods) {
    pods_.on_change([this](const kube::Change& change) {
      if (change.after) pending_.push_back(change.after);
      wake_.set();
    });
  }
  net::Task<void> run(net::TaskGroup* group) {
    group->spawn(pods_.run(group->stop_token()));
    const std::stop_token stop = group->stop_token();
    while (!stop.stop_requested()) {
      wake_.reset();
      while (!pending_.empty()) {
        const ObjectPtr pod = pending_.back();
        pending_.pop_back();
        co_await serve(pod);
      }
      co_await wake_.wait(stop);
    }
  }

 private:
  net::Task<void> serve(ObjectPtr pod) {
    if (json::string_at(*pod, {"spec", "nodeName"}).empty()) co_return;
    const auto key = kube::key_of(*pod);
    if (kube::is_deleting(*pod)) {
      kube::DeleteOptions options;
      options.grace_period = seconds{0};
      (void)co_await client_.remove(res::kPods, key, options);
      co_return;
    }
    if (is_ready(*pod)) co_return;
    json::array conditions = kube::array_at(*pod, {"status", "conditions"});
    kube::set_condition(conditions, {"Ready", kube::ConditionStatus::yes, "Started", "", 0}, testing::kNow);
    const json::value patch =
        Object{{"status",
                Object{{"phase", "Running"}, {"podIP", "127.1.0.1"}, {"conditions", std::move(conditions)}}}};
    kube::WriteOptions options;
    options.subresource = "status";
    (void)co_await client_.patch(res::kPods, key, kube::PatchKind::merge, patch, options);
  }
  kube::Client& client_;
  kube::Cache pods_;
  net::Event wake_{client_.loop()};
  std::vector<ObjectPtr> pending_;
};

/// The controllers, an API server in memory and a node, all on one loop; parts talk over HTTPS.
class ManagerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = apiserver::Server::open(loop_, {}).value();
    const auto started = net::run(loop_, server_->start());
    ASSERT_TRUE(started) << started.error().message;
    client_ = connect("test");
    controller_client_ = connect("controllers");
    kubelet_client_ = connect("kubelet");
    create(res::kNodes, kube::make_object(res::kNodes, {"", "local"}));
    set_node_status("2");
    ManagerOptions options;
    options.failed = [this](std::string_view controller, const kube::NamespacedName& key, const Error& why) {
      failures_.push_back(fmt::format("{} {}: {}", controller, key.to_string(), why.message));
    };
    manager_ = std::make_unique<Manager>(*controller_client_, std::move(options));
    kubelet_ = std::make_unique<InstantKubelet>(*kubelet_client_);
    group_.spawn(manager_->run(group_.stop_token()));
    group_.spawn(kubelet_->run(&group_));
  }
  void TearDown() override {
    EXPECT_THAT(failures_, ::testing::IsEmpty());
    group_.request_stop();
    net::run(loop_, group_.join());
    net::run(loop_, server_->stop(loop_.now() + seconds{1}));
  }

  std::unique_ptr<kube::Client> connect(const std::string& user) {
    const auto file = kube::parse_kubeconfig(server_->kubeconfig(user), "kubeconfig").value();
    auto config = kube::resolve_kubeconfig(file, "", kube::read_text_file);
    return kube::Client::make(loop_, std::move(config.value())).value();
  }
  void set_node_status(std::string_view gpus) {
    const Object allocatable{{"cpu", "4"}, {"memory", "8Gi"}, {"nvidia.com/gpu", gpus}};
    const json::array conditions{Object{{"type", "Ready"}, {"status", "True"}}};
    const json::value change =
        Object{{"status", Object{{"allocatable", allocatable}, {"conditions", conditions}}}};
    kube::WriteOptions options;
    options.subresource = "status";
    ASSERT_TRUE(
        net::run(loop_, client_->patch(res::kNodes, {"", "local"}, kube::PatchKind::merge, change, options)));
  }
  void create(const kube::Resource& resource, Object object) {
    const auto created = net::run(loop_, client_->create(resource, std::move(object)));
    ASSERT_TRUE(created) << created.error().message;
  }
  void patch(const kube::Resource& resource, const std::string& name, std::string_view change) {
    const auto patched = net::run(loop_, client_->patch(resource, {"default", name}, kube::PatchKind::merge,
                                                        json::parse(change).value()));
    ASSERT_TRUE(patched) << patched.error().message;
  }
  void remove(const kube::Resource& resource, const std::string& name, kube::Propagation propagation) {
    kube::DeleteOptions options;
    options.propagation = propagation;
    ASSERT_TRUE(net::run(loop_, client_->remove(resource, {"default", name}, options)));
  }
  std::vector<Object> list(const kube::Resource& resource) {
    return net::run(loop_, client_->list(resource, resource.namespaced ? "default" : "")).value().items;
  }
  Object get(const kube::Resource& resource, const std::string& name) {
    return net::run(loop_, client_->get(resource, {"default", name})).value_or(Object{});
  }
  bool eventually(const std::function<bool()>& done) { return net::testing::run_until(loop_, done); }
  /// Waits until there are no more writes: nobody has anything left to do.
  bool comes_to_rest() {
    return net::testing::comes_to_rest(loop_, [this] { return writes(); }, 200);
  }

  static Object deployment(std::int64_t replicas, std::string_view image = "web:1") {
    Object made = testing::make_workload(res::kDeployments, "web", replicas);
    made["metadata"] = Object{{"name", "web"}, {"namespace", "default"}};
    made["spec"].at("template").at("spec").at("containers").as_array()[0].as_object()["image"] = image;
    return made;
  }
  bool is_rolled_out(std::int64_t replicas) {
    const Object web = get(res::kDeployments, "web");
    return kube::int_at(web, {"status", "availableReplicas"}).value_or(0) == replicas &&
           kube::int_at(web, {"status", "updatedReplicas"}).value_or(0) == replicas &&
           kube::int_at(web, {"status", "replicas"}).value_or(0) == replicas &&
           kube::int_at(web, {"status", "observedGeneration"}) == kube::generation_of(web);
  }
  /// Requests that change something, as the server counted them.
  std::uint64_t writes() {
    std::uint64_t sum = 0;
    const std::string text = server_->metrics();
    for (std::size_t at = 0; at < text.size();) {
      const std::string line = text.substr(at, text.find('\n', at) - at);
      at += line.size() + 1;
      const bool counts = line.starts_with("apiserver_request_total{");
      const bool reads = line.find("\"GET\"") != std::string::npos ||
                         line.find("\"LIST\"") != std::string::npos ||
                         line.find("\"WATCH\"") != std::string::npos;
      if (counts && !reads) sum += std::stoull(line.substr(line.rfind(' ') + 1));
    }
    return sum;
  }

  net::Loop loop_;
  std::unique_ptr<apiserver::Server> server_;
  std::unique_ptr<kube::Client> client_;
  std::unique_ptr<kube::Client> controller_client_;
  std::unique_ptr<kube::Client> kubelet_client_;
  std::unique_ptr<Manager> manager_;
  std::unique_ptr<InstantKubelet> kubelet_;
  net::TaskGroup group_{loop_};
  std::vector<std::string> failures_;
};

TEST_F(ManagerTest, ADeploymentBecomesReadyPodsBehindItsService) {
  create(
      res::kServices,
      testing::object(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"default"},
    "spec":{"selector":{"app":"web"},"ports":[{"port":80,"targetPort":8000}]}})"));
  create(res::kDeployments, deployment(3));
  EXPECT_TRUE(eventually([&] { return is_rolled_out(3); }));
  EXPECT_EQ(list(res::kPods).size(), 3U);
  EXPECT_EQ(list(res::kReplicaSets).size(), 1U);
  EXPECT_TRUE(eventually([&] {
    const auto slices = list(res::kEndpointSlices);
    return slices.size() == 1 && kube::array_at(slices[0], {"endpoints"}).size() == 3;
  }));
  const Object web = get(res::kDeployments, "web");
  EXPECT_TRUE(kube::is_condition_true(kube::array_at(web, {"status", "conditions"}), "Available"));
  EXPECT_EQ(kube::annotation(web, kRevision), "1");
}

TEST_F(ManagerTest, NothingIsWrittenInSteadyState) {
  create(res::kDeployments, deployment(2));
  ASSERT_TRUE(eventually([&] { return is_rolled_out(2); }));
  ASSERT_TRUE(comes_to_rest());
  const std::uint64_t before = writes();
  ASSERT_GT(before, 5U);  // they are counted
  // That nothing comes can only be seen by waiting; a controller that writes in vain does so at once.
  EXPECT_FALSE(net::testing::run_until(loop_, [&] { return writes() != before; }, milliseconds{500}));
}

TEST_F(ManagerTest, ANewTemplateReplacesAllPodsAndScalingFollows) {
  create(res::kDeployments, deployment(3));
  ASSERT_TRUE(eventually([&] { return is_rolled_out(3); }));
  patch(res::kDeployments, "web",
        R"({"spec":{"template":{"spec":{"containers":[{"name":"main","image":"web:2"}]}}}})");
  EXPECT_TRUE(eventually([&] { return is_rolled_out(3) && list(res::kPods).size() == 3; }));
  for (const Object& pod : list(res::kPods)) {
    EXPECT_EQ(json::string_at(pod.at("spec").at("containers").at(0), {"image"}), "web:2");
  }
  EXPECT_EQ(list(res::kReplicaSets).size(), 2U);
  patch(res::kDeployments, "web", R"({"spec":{"replicas":1}})");
  EXPECT_TRUE(eventually([&] { return is_rolled_out(1) && list(res::kPods).size() == 1; }));
}

TEST_F(ManagerTest, ALostPodIsReplacedOnce) {
  create(res::kDeployments, deployment(2));
  ASSERT_TRUE(eventually([&] { return is_rolled_out(2); }));
  const std::string lost(kube::name_of(list(res::kPods)[0]));
  remove(res::kPods, lost, kube::Propagation::background);
  EXPECT_TRUE(eventually([&] {
    const auto pods = list(res::kPods);
    return get(res::kPods, lost).empty() && pods.size() == 2 && std::ranges::all_of(pods, is_ready);
  }));
  ASSERT_TRUE(comes_to_rest());
  EXPECT_TRUE(is_rolled_out(2));
  EXPECT_EQ(list(res::kPods).size(), 2U);
}

TEST_F(ManagerTest, DeletionTakesDependentsAlong) {
  for (const auto propagation : {kube::Propagation::background, kube::Propagation::foreground}) {
    create(res::kDeployments, deployment(2));
    ASSERT_TRUE(eventually([&] { return is_rolled_out(2); }));
    remove(res::kDeployments, "web", propagation);
    EXPECT_TRUE(eventually([&] {
      return list(res::kDeployments).empty() && list(res::kReplicaSets).empty() && list(res::kPods).empty();
    }));
  }
}

TEST_F(ManagerTest, OrphansStayAndAreAdoptedAgain) {
  create(res::kDeployments, deployment(2));
  ASSERT_TRUE(eventually([&] { return is_rolled_out(2); }));
  const std::string set(kube::name_of(list(res::kReplicaSets)[0]));
  remove(res::kDeployments, "web", kube::Propagation::orphan);
  ASSERT_TRUE(eventually([&] { return list(res::kDeployments).empty(); }));
  EXPECT_EQ(list(res::kPods).size(), 2U);
  EXPECT_FALSE(kube::controller_of(get(res::kReplicaSets, set)));
  create(res::kDeployments, deployment(2));
  EXPECT_TRUE(eventually([&] { return is_rolled_out(2); }));
  EXPECT_EQ(list(res::kReplicaSets).size(), 1U);
  EXPECT_TRUE(kube::controller_of(get(res::kReplicaSets, set)));
}

TEST_F(ManagerTest, ANameTakenBySomebodyElseIsGoneAround) {
  create(res::kDeployments, deployment(1));
  ASSERT_TRUE(eventually([&] { return is_rolled_out(1); }));
  const std::string taken(kube::name_of(list(res::kReplicaSets)[0]));
  remove(res::kDeployments, "web", kube::Propagation::background);
  ASSERT_TRUE(eventually([&] { return list(res::kReplicaSets).empty() && list(res::kPods).empty(); }));
  Object foreign = testing::make_workload(res::kReplicaSets, taken, 0);
  foreign["metadata"] = Object{{"name", taken}, {"namespace", "default"}};
  foreign["spec"].at("selector").at("matchLabels").as_object()["app"] = "other";
  foreign["spec"].at("template").at("metadata").at("labels").as_object()["app"] = "other";
  create(res::kReplicaSets, std::move(foreign));
  create(res::kDeployments, deployment(1));
  EXPECT_TRUE(eventually([&] { return is_rolled_out(1); }));
  EXPECT_EQ(kube::int_at(get(res::kDeployments, "web"), {"status", "collisionCount"}), 1);
  EXPECT_EQ(list(res::kReplicaSets).size(), 2U);
}

TEST_F(ManagerTest, PodsWaitForGpusAndSayWhichAreMissing) {
  Object web = deployment(3);
  web["spec"].at("template").at("spec").at("containers").as_array()[0].as_object()["resources"] =
      testing::object(R"({"limits":{"nvidia.com/gpu":"1"}})");
  create(res::kDeployments, std::move(web));
  EXPECT_TRUE(eventually([&] {
    int ready = 0;
    int waiting = 0;
    for (const Object& pod : list(res::kPods)) {
      ready += is_ready(pod) ? 1 : 0;
      const Object* scheduled =
          kube::find_condition(kube::array_at(pod, {"status", "conditions"}), "PodScheduled");
      const bool waits = scheduled != nullptr && json::string_at(*scheduled, {"reason"}) == "Unschedulable";
      if (waits)
        EXPECT_EQ(json::string_at(*scheduled, {"message"}),
                  "needs 1 nvidia.com/gpu, 0 of 2 free on node local");
      waiting += waits ? 1 : 0;
    }
    return ready == 2 && waiting == 1;
  }));
  EXPECT_TRUE(eventually([&] {
    return std::ranges::any_of(list(res::kEvents), [](const Object& event) {
      return json::string_at(event, {"reason"}) == "FailedScheduling";
    });
  }));
  set_node_status("3");
  EXPECT_TRUE(eventually([&] { return is_rolled_out(3); }));
  for (const Object& pod : list(res::kPods)) {
    EXPECT_TRUE(kube::is_condition_true(kube::array_at(pod, {"status", "conditions"}), "PodScheduled"));
  }
}

TEST_F(ManagerTest, NamespacesGetAnAccountAndClaimsAVolume) {
  create(res::kNamespaces, kube::make_object(res::kNamespaces, {"", "team"}));
  EXPECT_TRUE(eventually(
      [&] { return net::run(loop_, client_->get(res::kServiceAccounts, {"team", "default"})).has_value(); }));
  create(
      res::kPersistentVolumeClaims,
      testing::object(
          R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"models","namespace":"default"},
    "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"5Gi"}}}})"));
  EXPECT_TRUE(eventually([&] {
    return json::string_at(get(res::kPersistentVolumeClaims, "models"), {"status", "phase"}) == "Bound";
  }));
  create(res::kSecrets,
         testing::object(R"({"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/service-account-token",
    "metadata":{"name":"t","namespace":"default","annotations":{"kubernetes.io/service-account.name":"default"}}})"));
  EXPECT_TRUE(
      eventually([&] { return !json::string_at(get(res::kSecrets, "t"), {"data", "token"}).empty(); }));
}

}  // namespace
}  // namespace dynamo::controllers
