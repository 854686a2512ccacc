#include "controllers/replica_set_controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controllers/test_objects.h"
#include "kube/fake_api_server.h"
#include "net/test_support.h"

namespace dynamo::controllers {
namespace {

namespace res = kube::resources;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// The controller before a server whose watches can be held back.
class ReplicaSetControllerTest : public ::testing::Test {
 protected:
  ReplicaSetControllerTest() : client_(kube::Client::make(loop_, server_.config()).value()) {}
  ~ReplicaSetControllerTest() override {
    group_.request_stop();
    net::run(loop_, group_.join());
    net::run(loop_, server_.stop());
  }
  void start() {
    group_.spawn(sets_.run(group_.stop_token()));
    group_.spawn(pods_.run(group_.stop_token()));
    ASSERT_TRUE(net::run(loop_, sets_.wait_synced({})));
    ASSERT_TRUE(net::run(loop_, pods_.wait_synced({})));
    group_.spawn(controller_.run(group_.stop_token()));
  }
  bool eventually(const std::function<bool()>& done) { return net::testing::run_until(loop_, done); }
  int created() const { return server_.count("POST /api/v1/namespaces/ns/pods"); }
  int deleted() const { return server_.count("DELETE /api/v1/namespaces/ns/pods"); }
  int status_writes() const { return server_.count("replicasets/rs/status"); }

  net::Loop loop_;
  kube::FakeApiServer server_{loop_};
  std::unique_ptr<kube::Client> client_;
  kube::EventRecorder events_{*client_, "test"};
  Context context_{*client_, events_};
  kube::Cache sets_{*client_, res::kReplicaSets};
  kube::Cache pods_{*client_, res::kPods};
  ReplicaSetController controller_{context_, sets_, pods_};
  net::TaskGroup group_{loop_};
};

TEST_F(ReplicaSetControllerTest, AStaleCacheMakesNoTwins) {
  server_.put(res::kReplicaSets, testing::make_workload(res::kReplicaSets, "rs", 3));
  start();
  server_.hold_watches("/pods");
  ASSERT_TRUE(eventually([&] { return created() == 3; }));
  for (int i = 0; i < 5; ++i) {
    Object touched = *server_.get(res::kReplicaSets, {"ns", "rs"});
    kube::set_annotation(touched, "touched", std::to_string(i));
    kube::metadata(touched)["generation"] = 2 + i;
    const int before = status_writes();
    server_.put(res::kReplicaSets, touched);
    ASSERT_TRUE(eventually([&] { return status_writes() > before; }));  // it was looked at
  }
  EXPECT_EQ(created(), 3);
  server_.release_watches();
  EXPECT_TRUE(eventually([&] {
    const Object* set = server_.get(res::kReplicaSets, {"ns", "rs"});
    return kube::int_at(*set, {"status", "replicas"}) == 3;
  }));
  EXPECT_EQ(created(), 3);
}

TEST_F(ReplicaSetControllerTest, AStaleCacheDeletesNothingTwice) {
  for (const char* name : {"p0", "p1", "p2"}) {
    Object pod = testing::make_pod({.name = name});
    ASSERT_TRUE(kube::set_owner(pod, {"apps/v1", "ReplicaSet", "rs", "uid-rs", true, true}));
    server_.put(res::kPods, std::move(pod));
  }
  server_.put(res::kReplicaSets, testing::make_workload(res::kReplicaSets, "rs", 2));
  start();
  server_.hold_watches("/pods");
  ASSERT_TRUE(eventually([&] { return deleted() == 1; }));
  Object touched = *server_.get(res::kReplicaSets, {"ns", "rs"});
  kube::metadata(touched)["generation"] = 2;
  const int before = status_writes();
  server_.put(res::kReplicaSets, touched);
  ASSERT_TRUE(eventually([&] { return status_writes() > before; }));
  EXPECT_EQ(deleted(), 1);
}

TEST_F(ReplicaSetControllerTest, SaysWhyAPodIsRefusedAndTriesAgain) {
  server_.answer_next("POST /api/v1/namespaces/ns/pods",
                      {403, {}, R"({"kind":"Status","reason":"Forbidden","message":"quota is used up"})"});
  server_.put(res::kReplicaSets, testing::make_workload(res::kReplicaSets, "rs", 1));
  start();
  EXPECT_TRUE(eventually([&] { return created() == 2; }));
  EXPECT_GE(status_writes(), 1);
  EXPECT_TRUE(eventually([&] {
    const Object* set = server_.get(res::kReplicaSets, {"ns", "rs"});
    return kube::int_at(*set, {"status", "replicas"}) == 1 &&
           kube::array_at(*set, {"status", "conditions"}).empty();
  }));
}

}  // namespace
}  // namespace dynamo::controllers
