#include "discovery/kubernetes_discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "discovery/kubernetes_view.h"
#include "kube/fake_api_server.h"
#include "kube/owner.h"
#include "net/test_support.h"

namespace dynamo::discovery {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::IsEmpty;

const kube::Resource kMetadata{"nvidia.com", "v1alpha1", "dynamoworkermetadatas", "DynamoWorkerMetadata",
                               true};

Instance instance(std::string address) {
  return {.name = {"ns-graph", "backend", "generate"},
          .id = instance_id_of_pod("pod-0"),
          .address = std::move(address)};
}

kube::Object metadata(const std::string& pod, const std::string& owner_uid, std::string address) {
  kube::Object made = kube::make_object(kMetadata, {"ns", pod});
  Instance record = instance(std::move(address));
  record.id = instance_id_of_pod(pod);
  made["spec"] = json::object{{"data", to_metadata({{key_of(record), record}})}};
  if (!owner_uid.empty()) (void)kube::set_owner(made, {"v1", "Pod", pod, owner_uid, true, false});
  return made;
}

kube::Object slice(const std::string& pod, const std::string& uid, const std::string& address, bool ready) {
  kube::Object made = kube::make_object(kube::resources::kEndpointSlices, {"ns", "slice-" + pod});
  made["endpoints"] =
      json::array{json::object{{"addresses", boost::json::value_from(std::vector<std::string>{address})},
                               {"conditions", json::object{{"ready", ready}}},
                               {"targetRef", json::object{{"kind", "Pod"}, {"name", pod}, {"uid", uid}}}}};
  return made;
}

std::vector<std::string> addresses(const Snapshot& snapshot) {
  std::vector<std::string> out;
  for (const auto& [key, record] : snapshot) {
    if (const auto* found = std::get_if<Instance>(&record)) out.push_back(found->address);
  }
  return out;
}

struct ViewCase {
  std::string_view name;
  kube::Object slice;
  kube::Object metadata;
  std::vector<std::string> addresses;
};
void PrintTo(const ViewCase& row, std::ostream* out) { *out << row.name; }

class KubernetesViewTest : public ::testing::TestWithParam<ViewCase> {};

TEST_P(KubernetesViewTest, ShowsWhatCanBeReached) {
  const auto& row = GetParam();
  const auto snapshot = snapshot_from_kubernetes({std::make_shared<const kube::Object>(row.slice)},
                                                 {std::make_shared<const kube::Object>(row.metadata)});
  EXPECT_EQ(addresses(snapshot), row.addresses);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, KubernetesViewTest,
    ::testing::Values(
        ViewCase{"host_of_slice_port_of_record",
                 slice("pod-0", "u", "10.0.0.7", true),
                 metadata("pod-0", "u", "http://0.0.0.0:9090"),
                 {"http://10.0.0.7:9090"}},
        ViewCase{"ipv6",
                 slice("pod-0", "u", "fd00::7", true),
                 metadata("pod-0", "u", "http://0.0.0.0:9090"),
                 {"http://[fd00::7]:9090"}},
        ViewCase{"path_stays",
                 slice("pod-0", "u", "10.0.0.7", true),
                 metadata("pod-0", "u", "http://x:1/base"),
                 {"http://10.0.0.7:1/base"}},
        ViewCase{
            "not_ready", slice("pod-0", "u", "10.0.0.7", false), metadata("pod-0", "u", "http://x:1"), {}},
        ViewCase{
            "no_metadata", slice("pod-1", "u", "10.0.0.7", true), metadata("pod-0", "u", "http://x:1"), {}},
        ViewCase{"metadata_of_an_earlier_pod",
                 slice("pod-0", "new", "10.0.0.7", true),
                 metadata("pod-0", "old", "http://x:1"),
                 {}},
        ViewCase{"metadata_without_owner",
                 slice("pod-0", "u", "10.0.0.7", true),
                 metadata("pod-0", "", "http://x:1"),
                 {"http://10.0.0.7:1"}},
        ViewCase{"no_address", slice("pod-0", "u", "10.0.0.7", true), metadata("pod-0", "u", "unix:/x"), {}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(KubernetesDiscoveryOptionsTest, NamesWhatIsMissing) {
  const auto made =
      KubernetesDiscoveryOptions::from_environment({{"POD_NAME", "p"}, {"POD_NAMESPACE", "ns"}});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, ::testing::StartsWith("POD_UID is not set"));
  EXPECT_TRUE(KubernetesDiscoveryOptions::from_environment(
      {{"POD_NAME", "p"}, {"POD_NAMESPACE", "n"}, {"POD_UID", "u"}}));
}

/// Discovery of pod-0 against a fake API server.
class KubernetesDiscoveryTest : public ::testing::Test {
 protected:
  KubernetesDiscoveryTest()
      : client_(kube::Client::make(loop_, server_.config()).value()),
        discovery_(*client_, {"pod-0", "uid-0", "ns", kDebounce}) {}
  ~KubernetesDiscoveryTest() override {
    net::run(loop_, discovery_.close());
    net::run(loop_, server_.stop());
  }
  void watch() {
    subscription_ = discovery_.watch([this](const Diff& change) {
      ++told_;
      told_at_.push_back(loop_.now());
      apply_diff(seen_, change);
    });
  }
  bool eventually(const std::function<bool()>& done) { return net::testing::run_until(loop_, done); }
  void put_pod(const std::string& pod, const std::string& address) {
    server_.put(kube::resources::kEndpointSlices, slice(pod, "u", address, true));
    server_.put(kMetadata, metadata(pod, "u", "http://0.0.0.0:9090"));
  }

  static constexpr Duration kDebounce = milliseconds{50};
  net::Loop loop_;
  kube::FakeApiServer server_{loop_};
  std::unique_ptr<kube::Client> client_;
  KubernetesDiscovery discovery_;
  std::unique_ptr<Discovery::Subscription> subscription_;
  Snapshot seen_;
  int told_ = 0;
  std::vector<TimePoint> told_at_;
};

TEST_F(KubernetesDiscoveryTest, PublishesOneObjectOwnedByThePod) {
  ASSERT_TRUE(net::run(loop_, discovery_.publish(instance("http://127.0.0.1:9090"))));
  const auto* object = server_.get(kMetadata, {"ns", "pod-0"});
  ASSERT_NE(object, nullptr);
  EXPECT_TRUE(kube::is_controlled_by(*object, "uid-0"));
  EXPECT_EQ(snapshot_from_metadata(object->at("spec").at("data")).size(), 1U);
  EXPECT_THAT(server_.requests().back(), ::testing::HasSubstr("fieldManager=dynamo-worker&force=true"));
}

TEST_F(KubernetesDiscoveryTest, WithdrawingTheLastRecordDeletesTheObject) {
  const Instance record = instance("http://127.0.0.1:9090");
  ASSERT_TRUE(net::run(loop_, discovery_.publish(record)));
  ASSERT_TRUE(net::run(loop_, discovery_.withdraw(key_of(record))));
  EXPECT_EQ(server_.get(kMetadata, {"ns", "pod-0"}), nullptr);
  EXPECT_TRUE(net::run(loop_, discovery_.withdraw(key_of(record))));
}

TEST_F(KubernetesDiscoveryTest, SaysWhyItCannotPublish) {
  server_.answer_next("PATCH", {403, {}, R"({"kind":"Status","reason":"Forbidden","message":"no"})"});
  const auto refused = net::run(loop_, discovery_.publish(instance("http://127.0.0.1:9090")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::forbidden);
  EXPECT_TRUE(net::run(loop_, discovery_.publish(instance("http://127.0.0.1:9091"))));
}

TEST_F(KubernetesDiscoveryTest, TellsAnEmptyStateToo) {
  watch();
  EXPECT_TRUE(eventually([&] { return told_ == 1; }));
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(KubernetesDiscoveryTest, TellsTheFirstChangeAtOnce) {
  KubernetesDiscovery patient(*client_, {"pod-0", "uid-0", "ns", std::chrono::hours{1}});
  server_.put(kMetadata, metadata("pod-1", "u", "http://0.0.0.0:9090"));
  Snapshot seen;
  int told = 0;
  const auto subscription = patient.watch([&](const Diff& change) {
    ++told;
    apply_diff(seen, change);
  });
  ASSERT_TRUE(eventually([&] { return told == 1; }));
  EXPECT_THAT(seen, IsEmpty());
  server_.put(kube::resources::kEndpointSlices, slice("pod-1", "u", "10.0.0.1", true));
  EXPECT_TRUE(eventually([&] { return seen.size() == 1; }));
  net::run(loop_, patient.close());
}

TEST_F(KubernetesDiscoveryTest, GathersLaterChanges) {
  watch();
  ASSERT_TRUE(eventually([&] { return told_ == 1; }));
  put_pod("pod-1", "10.0.0.1");
  ASSERT_TRUE(eventually([&] { return seen_.size() == 1; }));
  for (int i = 2; i < 12; ++i) put_pod(fmt::format("pod-{}", i), fmt::format("10.0.0.{}", i));
  ASSERT_TRUE(eventually([&] { return seen_.size() == 11; }));
  EXPECT_LE(told_, 5);
  for (std::size_t i = 2; i < told_at_.size(); ++i) EXPECT_GE(told_at_[i] - told_at_[i - 1], kDebounce);
  server_.erase(kube::resources::kEndpointSlices, {"ns", "slice-pod-2"});
  EXPECT_TRUE(eventually([&] { return seen_.size() == 10; }));
}

TEST_F(KubernetesDiscoveryTest, KeepsWhatItKnowsWhileTheServerIsAway) {
  put_pod("pod-1", "10.0.0.1");
  watch();
  ASSERT_TRUE(eventually([&] { return seen_.size() == 1; }));
  server_.answer_next("GET", {503, {}, ""}, 4);
  server_.end_watches();
  ASSERT_TRUE(eventually([&] { return server_.count("watch=true") >= 6; }));
  EXPECT_EQ(seen_.size(), 1U);
}

}  // namespace
}  // namespace dynamo::discovery
