#include "kube/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/fake_api_server.h"

namespace dynamo::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Object config_map(std::string name, std::string value = "1") {
  Object made = make_object(resources::kConfigMaps, {"ns", std::move(name)});
  made["data"] = Object{{"key", value}};
  return made;
}

/// A client and a fake server on one loop; `run` drives one coroutine to its end, then stops both.
class ClientTest : public ::testing::Test {
 protected:
  ClientTest() : client_(Client::make(loop_, server_.config()).value()) {}
  ~ClientTest() override { net::run(loop_, server_.stop()); }

  template <class T>
  T run(net::Task<T> task) {
    return net::run(loop_, std::move(task));
  }

  net::Loop loop_;
  FakeApiServer server_{loop_};
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, CreatesReadsUpdatesAndDeletes) {
  const auto created = run(client_->create(resources::kConfigMaps, config_map("a")));
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_FALSE(uid_of(*created).empty());
  Object changed = run(client_->get(resources::kConfigMaps, {"ns", "a"})).value();
  changed["data"].as_object()["key"] = "2";
  const auto updated = run(client_->update(resources::kConfigMaps, changed));
  ASSERT_TRUE(updated);
  const auto stale = run(client_->update(resources::kConfigMaps, changed));
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, Errc::conflict);
  ASSERT_TRUE(run(client_->remove(resources::kConfigMaps, {"ns", "a"})));
  EXPECT_EQ(run(client_->get(resources::kConfigMaps, {"ns", "a"})).error().code, Errc::not_found);
}

TEST_F(ClientTest, ErrorsSayWhatWasAskedAndKeepTheStatus) {
  server_.put(resources::kConfigMaps, config_map("b"));
  const auto missing = run(client_->get(resources::kConfigMaps, {"ns", "a"}));
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, ::testing::StartsWith("get configmaps ns/a: "));
  ASSERT_NE(missing.error().details, nullptr);
  EXPECT_EQ(json::string_at(*missing.error().details, {"reason"}), "NotFound");
}

TEST_F(ClientTest, ListsInPages) {
  for (int i = 0; i < 7; ++i) server_.put(resources::kConfigMaps, config_map(fmt::format("m{}", i)));
  ListOptions options;
  options.limit = 3;
  const auto all = run(client_->list_all(resources::kConfigMaps, "ns", options));
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(all->items.size(), 7U);
  EXPECT_EQ(json::string_at(all->items[0], {"kind"}), "ConfigMap");
  EXPECT_EQ(server_.count("limit=3"), 3);
}

TEST_F(ClientTest, AnExpiredPageStartsOver) {
  for (int i = 0; i < 7; ++i) server_.put(resources::kConfigMaps, config_map(fmt::format("m{}", i)));
  server_.answer_next("continue=", {410, {}, R"({"kind":"Status","reason":"Expired","message":"old"})"});
  ListOptions options;
  options.limit = 3;
  const auto all = run(client_->list_all(resources::kConfigMaps, "", options));
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(all->items.size(), 7U);
}

TEST_F(ClientTest, PatchesSayTheirKind) {
  server_.put(resources::kConfigMaps, config_map("a"));
  const json::value patch{{"data", {{"other", "x"}}}};
  ASSERT_TRUE(run(client_->patch(resources::kConfigMaps, {"ns", "a"}, PatchKind::merge, patch)));
  EXPECT_EQ(server_.last_header("Content-Type"), "application/merge-patch+json");
  ApplyOptions options;
  options.field_manager = "me";
  options.force = true;
  ASSERT_TRUE(run(client_->apply(resources::kConfigMaps, config_map("b"), options)));
  EXPECT_EQ(server_.last_header("Content-Type"), "application/apply-patch+yaml");
  EXPECT_THAT(server_.requests().back(),
              "PATCH /api/v1/namespaces/ns/configmaps/b?fieldManager=me&force=true");
}

TEST_F(ClientTest, ScalesThroughTheSubresource) {
  Object deployment = make_object(resources::kDeployments, {"ns", "web"});
  server_.put(resources::kDeployments, deployment);
  ASSERT_TRUE(run(client_->scale(resources::kDeployments, {"ns", "web"}, 3)));
  EXPECT_EQ(server_.requests().back(), "PATCH /apis/apps/v1/namespaces/ns/deployments/web/scale");
}

TEST_F(ClientTest, ComesBackWhenAskedTo) {
  server_.put(resources::kConfigMaps, config_map("a"));
  server_.answer_next("configmaps/a", {429, {{"Retry-After", "1"}}, "slow down"});
  const auto found = run(client_->get(resources::kConfigMaps, {"ns", "a"}));
  EXPECT_TRUE(found);
  EXPECT_EQ(server_.count("configmaps/a"), 2);
}

TEST_F(ClientTest, DoesNotComeBackAfterTheDeadline) {
  server_.answer_next("configmaps/a", {429, {{"Retry-After", "60"}}, "slow down"});
  const auto refused = run(client_->get(resources::kConfigMaps, {"ns", "a"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_many);
  EXPECT_THAT(refused.error().message, HasSubstr("slow down"));
  EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(ClientTest, SaysWhenNobodyListens) {
  ClientConfig config;
  config.server = net::Url::parse("http://127.0.0.1:1").value();
  const auto client = Client::make(loop_, std::move(config)).value();
  const auto refused = run(client->get(resources::kConfigMaps, {"ns", "a"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
}

TEST_F(ClientTest, GivesUpAtItsDeadline) {
  const auto silent = net::Listener::open(loop_, {"127.0.0.1", 0}).value();
  ClientConfig config;
  config.server = net::Url::parse("http://" + silent->endpoint().to_string()).value();
  const auto client = Client::make(loop_, std::move(config)).value();
  CallOptions call;
  call.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{50};
  const auto late = run(client->get(resources::kConfigMaps, {"ns", "a"}, call));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::timeout);
}

TEST_F(ClientTest, AStoppedCallIsCancelled) {
  std::stop_source stop;
  stop.request_stop();
  CallOptions call;
  call.stop = stop.get_token();
  EXPECT_EQ(run(client_->get(resources::kConfigMaps, {"ns", "a"}, call)).error().code, Errc::cancelled);
}

net::Task<std::vector<std::string>> read_watch(Client* client, std::size_t events) {
  std::vector<std::string> seen;
  WatchOptions options;
  options.resource_version = "1";
  auto watch = co_await client->watch(resources::kConfigMaps, "ns", options, {});
  if (!watch) co_return seen;
  while (seen.size() < events) {
    const auto event = co_await (*watch)->next();
    if (!event || !*event) break;
    seen.emplace_back(name_of((*event)->object));
  }
  co_return seen;
}

TEST_F(ClientTest, WatchesFromAVersionOn) {
  server_.put(resources::kConfigMaps, config_map("a"));
  server_.put(resources::kConfigMaps, config_map("b"));
  server_.erase(resources::kConfigMaps, {"ns", "a"});
  EXPECT_THAT(run(read_watch(client_.get(), 3)), ElementsAre("a", "b", "a"));
}

net::Task<Errc> stop_watch(Client* client, std::stop_source stop) {
  auto watch = co_await client->watch(resources::kConfigMaps, "ns", {}, stop.get_token());
  if (!watch) co_return watch.error().code;
  stop.request_stop();
  const auto event = co_await (*watch)->next();
  co_return event ? Errc::internal : event.error().code;
}

TEST_F(ClientTest, AStoppedWatchIsCancelled) {
  EXPECT_EQ(run(stop_watch(client_.get(), std::stop_source{})), Errc::cancelled);
}

net::Task<std::string> read_log(Client* client) {
  auto log = co_await client->logs({"ns", "p"}, {.container = "main"}, {});
  std::string text;
  for (;;) {
    const auto piece = co_await (*log)->read();
    if (!piece || piece->empty()) co_return text;
    text += *piece;
  }
}

TEST_F(ClientTest, ReadsLogs) {
  EXPECT_EQ(run(read_log(client_.get())), "line 1\nline 2\n");
  EXPECT_EQ(server_.requests().back(), "GET /api/v1/namespaces/ns/pods/p/log?container=main");
}

TEST_F(ClientTest, SendsItsToken) {
  net::run(loop_, server_.stop());
  FakeApiServer server(loop_);
  ClientConfig config = server.config();
  config.token = TokenSource::fixed("secret");
  const auto client = Client::make(loop_, std::move(config)).value();
  run(client->list(resources::kPods, ""));
  EXPECT_EQ(server.last_header("Authorization"), "Bearer secret");
  run(server.stop());
}

net::Task<void> answer_with_peer_name(net::HttpRequest& request, net::HttpResponder& responder) {
  const Object answer{{"kind", "Peer"}, {"name", request.client_certificate_name}};
  net::HttpResponse response{.status = 200, .headers = {}, .body = json::dump(answer)};
  co_await responder.send(std::move(response));
}

/// An HTTPS server that asks for client certificates of its own authority.
class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    const auto certificate = net::make_certificate(authority_, "server", {"127.0.0.1"}).value();
    net::HttpServerOptions options;
    options.tls = net::TlsContext::server({.certificate_pem = certificate.certificate_pem,
                                           .key_pem = certificate.key_pem,
                                           .ca_pem = authority_.certificate_pem})
                      .value();
    server_ = std::make_unique<net::HttpServer>(loop_, answer_with_peer_name, options);
    config_.server = net::Url::parse("https://" + server_->listen({"127.0.0.1", 0})->to_string()).value();
  }
  ~TlsTest() override { net::run(loop_, server_->stop(loop_.now() + std::chrono::seconds{1})); }
  Result<Object> get() {
    const auto client = Client::make(loop_, config_).value();
    return net::run(loop_, client->get(resources::kPods, {"ns", "p"}));
  }

  net::Loop loop_;
  net::KeyPair authority_ = net::make_certificate_authority("authority").value();
  std::unique_ptr<net::HttpServer> server_;
  ClientConfig config_;
};

TEST_F(TlsTest, ShowsItsCertificate) {
  const auto me = net::make_certificate(authority_, "me", {}).value();
  config_.tls = {
      .certificate_pem = me.certificate_pem, .key_pem = me.key_pem, .ca_pem = authority_.certificate_pem};
  const auto answer = get();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(json::string_at(*answer, {"name"}), "me");
}

TEST_F(TlsTest, RefusesAServerThatItDoesNotTrust) {
  config_.tls.ca_pem = net::make_certificate_authority("somebody else").value().certificate_pem;
  const auto refused = get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unauthorized);
  EXPECT_THAT(refused.error().message, HasSubstr("get pods ns/p"));
}

TEST_F(TlsTest, SaysWhichCertificateCannotBeRead) {
  config_.tls.ca_pem = "not PEM";
  EXPECT_EQ(Client::make(loop_, config_).error().code, Errc::invalid);
}

}  // namespace
}  // namespace dynamo::kube
