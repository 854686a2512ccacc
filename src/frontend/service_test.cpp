#include "frontend/service.h"

#include <gtest/gtest.h>

#include "net/stream.h"
#include "net/test_support.h"

namespace dynamo::frontend {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kRole =
    R"({"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})";
constexpr std::string_view kToken =
    R"({"id":"c","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]})";
constexpr std::string_view kFinish =
    R"({"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";
constexpr std::string_view kAbort =
    R"({"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"abort"}]})";
constexpr std::string_view kUsage =
    R"({"id":"c","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":1,"total_tokens":8}})";

std::string events(std::initializer_list<std::string_view> datas) {
  std::string out;
  for (const auto data : datas) out += fmt::format("data: {}\n\n", data);
  return out;
}

net::HttpClientRequest to(const net::Endpoint& at, std::string method, std::string target,
                          std::string body = {}) {
  net::HttpClientRequest out;
  out.method = std::move(method);
  out.url = {false, at.address, at.port, std::move(target)};
  out.body = std::move(body);
  return out;
}

struct Answer {
  int status = 0;
  std::string body;
  bool cut = false;
};

net::Task<Answer> ask(net::Loop& loop, net::HttpClientRequest request) {
  net::HttpClient client(loop);
  auto response = co_await client.send(std::move(request));
  if (!response) co_return Answer{0, response.error().message, true};
  Answer out;
  out.status = (*response)->status();
  for (;;) {
    auto piece = co_await (*response)->read();
    out.cut = !piece.has_value();
    if (!piece || piece->empty()) co_return out;
    out.body += *piece;
  }
}

/// An engine that does what the requested model's name says, and a frontend before it.
class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    engine_ = std::make_unique<net::HttpServer>(
        loop_, [this](net::HttpRequest& q, net::HttpResponder& r) { return play(&q, &r); },
        net::HttpServerOptions{});
    engine_at_ = engine_->listen({"127.0.0.1", 0}).value();
    Options options;
    options.http_host = "127.0.0.1";
    options.http_port = 0;
    options.body_limit = 10'000;
    options.max_requests = 2;
    service_ = Service::make(loop_, options, {}).value();
    at_ = service_->listen().value();
  }

  ~ServiceTest() override {
    net::run(loop_, service_->stop(std::chrono::steady_clock::now() + seconds{1}));
    net::run(loop_, engine_->stop(std::chrono::steady_clock::now() + seconds{1}));
  }

  net::Task<void> play(net::HttpRequest* request, net::HttpResponder* responder) {
    const std::string model(json::string_at(json::parse(request->body).value_or(json::value{}), {"model"}));
    last_body_ = request->body;
    if (model == "refuses") {
      net::HttpResponse refusal{400, {}, R"({"error":{"message":"too long for me","code":400}})"};
      co_await responder->send(std::move(refusal));
      co_return;
    }
    if (model == "overloaded") {
      net::HttpResponse refusal{503, {}, R"({"error":{"message":"full"}})"};
      co_await responder->send(std::move(refusal));
      co_return;
    }
    co_await responder->start(200, {{"Content-Type", "text/event-stream"}});
    if (model == "talks") {
      co_await responder->finish(events({kRole, kToken, kFinish, kUsage, "[DONE]"}));
    } else if (model == "breaks") {
      co_await responder->write(events({kRole, kToken}));
    } else if (model == "ends_early") {
      co_await responder->finish(events({kRole, kToken}));
    } else if (model == "aborts") {
      co_await responder->finish(events({kRole, kToken, kAbort, "[DONE]"}));
    } else if (model == "waits") {
      co_await responder->write(events({kRole}));
      const bool slept = co_await loop_.sleep_for(std::chrono::hours{1}, request->gone);
      aborted_ += slept ? 0 : 1;
    }
  }

  Worker worker(std::string model, std::uint64_t id = 1) const {
    Worker out;
    out.instance_id = id;
    out.url = {false, engine_at_.address, engine_at_.port, "/"};
    out.endpoint = "dyn://test.backend.generate";
    out.record = {{"instance_id", id}};
    out.model = std::move(model);
    return out;
  }

  static std::string chat(std::string_view model, std::string_view more = "") {
    return fmt::format(R"({{"model":"{}","messages":[{{"role":"user","content":"hello"}}]{}}})", model, more);
  }

  Answer post(std::string body, std::string path = "/v1/chat/completions") {
    return net::run(loop_, ask(loop_, to(at_, "POST", std::move(path), std::move(body))));
  }
  Answer get(std::string path) { return net::run(loop_, ask(loop_, to(at_, "GET", std::move(path)))); }

  net::Loop loop_;
  std::unique_ptr<net::HttpServer> engine_;
  net::Endpoint engine_at_;
  std::unique_ptr<Service> service_;
  net::Endpoint at_;
  std::string last_body_;
  int aborted_ = 0;
};

TEST_F(ServiceTest, AStreamKeepsTheEnginesBytesAndLosesTheUsageNobodyAskedFor) {
  service_->set_workers("test", {worker("talks")});
  const Answer plain = post(chat("talks", R"(,"stream":true)"));
  EXPECT_EQ(plain.status, 200);
  EXPECT_EQ(plain.body, events({kRole, kToken, kFinish, "[DONE]"}));
  EXPECT_NE(last_body_.find("include_usage"), std::string::npos);
  const Answer with_usage = post(chat("talks", R"(,"stream":true,"stream_options":{"include_usage":true})"));
  EXPECT_EQ(with_usage.body, events({kRole, kToken, kFinish, kUsage, "[DONE]"}));
}

TEST_F(ServiceTest, AUnaryAnswerIsFoldedFromTheStream) {
  service_->set_workers("test", {worker("talks")});
  const Answer answer = post(chat("talks"));
  EXPECT_EQ(answer.status, 200);
  const auto body = json::parse(answer.body).value();
  EXPECT_EQ(body.at("choices").at(0).at("message").at("content").as_string(), "hi");
  EXPECT_EQ(body.at("choices").at(0).at("finish_reason").as_string(), "stop");
  EXPECT_EQ(json::int_at(body, {"usage", "prompt_tokens"}), 7);
}

struct FailureCase {
  std::string_view model;
  int unary_status;
  std::string_view stream_says;  // in the error event, or in the body of an error answer
};
class FailureTest : public ServiceTest, public ::testing::WithParamInterface<FailureCase> {};

TEST_P(FailureTest, IsNeverMistakenForACompleteAnswer) {
  const std::string model(GetParam().model);
  service_->set_workers("test", {worker(model)});
  EXPECT_EQ(post(chat(model)).status, GetParam().unary_status);
  const Answer stream = post(chat(model, R"(,"stream":true)"));
  EXPECT_NE(stream.body.find(GetParam().stream_says), std::string::npos) << stream.body;
  EXPECT_EQ(stream.body.find("[DONE]"), std::string::npos);
  EXPECT_EQ(get("/metrics").body.find(R"(status="success")"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Engines, FailureTest,
                         ::testing::Values(FailureCase{"refuses", 400, "too long for me"},
                                           FailureCase{"overloaded", 503, "full"},
                                           FailureCase{"breaks", 503, "event: error"},
                                           FailureCase{"ends_early", 503, "event: error"},
                                           FailureCase{"aborts", 503, "event: error"}),
                         [](const auto& row) { return std::string(row.param.model); });

TEST_F(ServiceTest, AnotherWorkerTakesOverFromOneThatCannotBeReached) {
  const net::testing::RefusingPort port;
  Worker dead = worker("talks", 1);
  dead.url.port = port.number();
  service_->set_workers("test", {dead, worker("talks", 2)});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(post(chat("talks")).status, 200);
  service_->set_workers("test", {dead});
  const Answer alone = post(chat("talks"));
  EXPECT_EQ(alone.status, 503);
}

net::Task<void> leave_after_first_bytes(net::Loop& loop, net::HttpClientRequest request, const int& aborted) {
  net::HttpClient client(loop);
  {
    auto response = co_await client.send(std::move(request));
    co_await (*response)->read();
  }
  co_await net::testing::until(&loop, [&aborted] { return aborted > 0; });
}

TEST_F(ServiceTest, AClientThatLeavesStopsTheEngine) {
  service_->set_workers("test", {worker("waits")});
  net::run(loop_,
           leave_after_first_bytes(
               loop_, to(at_, "POST", "/v1/chat/completions", chat("waits", R"(,"stream":true)")), aborted_));
  EXPECT_EQ(aborted_, 1);
  const std::string metrics = get("/metrics").body;
  EXPECT_NE(metrics.find("dynamo_frontend_disconnected_clients 1"), std::string::npos);
  EXPECT_NE(metrics.find(R"(dynamo_frontend_inflight_requests{model="waits"} 0)"), std::string::npos);
}

TEST_F(ServiceTest, RoutesAreOffUntilAModelIsThere) {
  const Answer off = post(chat("talks"));
  EXPECT_EQ(off.status, 404);
  EXPECT_EQ(off.body, "");
  service_->set_workers("test", {worker("talks")});
  EXPECT_EQ(post(chat("other")).status, 404);
  EXPECT_NE(post(chat("other")).body.find("Model not found"), std::string::npos);
}

struct RefusalCase {
  std::string_view name, method, path, body;
  int status;
  std::string_view says;
};
class RefusalTest : public ServiceTest, public ::testing::WithParamInterface<RefusalCase> {};
TEST_P(RefusalTest, SaysWhatIsWrong) {
  const RefusalCase& c = GetParam();
  service_->set_workers("test", {worker("talks")});
  const Answer answer =
      net::run(loop_, ask(loop_, to(at_, std::string(c.method), std::string(c.path), std::string(c.body))));
  EXPECT_EQ(answer.status, c.status);
  EXPECT_NE(answer.body.find(c.says), std::string::npos) << answer.body;
}

const std::string kLargeBody(20'000, 'x');
INSTANTIATE_TEST_SUITE_P(
    Requests, RefusalTest,
    ::testing::Values(
        RefusalCase{"not_json", "POST", "/v1/chat/completions", "{", 400, "JSON"},
        RefusalCase{"no_messages", "POST", "/v1/chat/completions", R"({"model":"talks"})", 400, "messages"},
        RefusalCase{"functions", "POST", "/v1/chat/completions",
                    R"({"model":"talks","messages":[{"role":"user","content":"a"}],"functions":[]})", 501,
                    "functions"},
        RefusalCase{"too_large", "POST", "/v1/chat/completions", kLargeBody, 413, "larger"},
        RefusalCase{"wrong_method", "GET", "/v1/chat/completions", "", 405, "POST"},
        RefusalCase{"unknown_route", "GET", "/v2", "", 404, "/v2"},
        RefusalCase{"not_there_yet", "POST", "/v1/embeddings", "{}", 501, "/v1/embeddings"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(ServiceTest, HealthTurnsWithTheFirstWorkerAndLiveWithTheShutdown) {
  EXPECT_NE(get("/health").body.find(R"("status":"unhealthy")"), std::string::npos);
  service_->set_workers("test", {worker("talks")});
  const Answer healthy = get("/health");
  EXPECT_EQ(healthy.status, 200);
  EXPECT_NE(healthy.body.find(R"("status":"healthy")"), std::string::npos);
  EXPECT_NE(healthy.body.find("dyn://test.backend.generate"), std::string::npos);
  EXPECT_EQ(get("/live").status, 200);
  service_->begin_shutdown();
  EXPECT_EQ(get("/live").status, 503);
  EXPECT_EQ(get("/health").status, 503);
  EXPECT_EQ(post(chat("talks")).status, 200);
}

net::Task<void> hold(net::Loop& loop, net::HttpClientRequest request, std::stop_token stop) {
  request.stop = stop;
  net::HttpClient client(loop);
  auto response = co_await client.send(std::move(request));
  while (response) {
    auto piece = co_await (*response)->read();
    if (!piece || piece->empty()) co_return;
  }
}

net::Task<Answer> ask_beside(net::Loop& loop, Service& service, net::Endpoint at, std::string body) {
  net::TaskGroup group(loop);
  for (int i = 0; i < 2; ++i) {
    group.spawn(hold(loop, to(at, "POST", "/v1/chat/completions", body), group.stop_token()));
  }
  co_await net::testing::until(&loop, [&service] { return service.requests_in_flight() == 2; });
  Answer answer = co_await ask(loop, to(at, "POST", "/v1/chat/completions", body));
  group.request_stop();
  co_await group.join();
  co_return answer;
}

TEST_F(ServiceTest, MoreRequestsThanAllowedAreRefusedWithAHintToRetry) {
  service_->set_workers("test", {worker("waits")});
  const Answer answer =
      net::run(loop_, ask_beside(loop_, *service_, at_, chat("waits", R"(,"stream":true)")));
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("retry"), std::string::npos);
}

}  // namespace
}  // namespace dynamo::frontend
