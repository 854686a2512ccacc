#include "worker/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "discovery/memory_discovery.h"
#include "net/http_client.h"
#include "net/test_support.h"
#include "openai/event_stream.h"

namespace dynamo::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

/// An engine that a test holds in its hands.
class FakeEngine final : public engine::Engine {
 public:
  class FakeAnswer final : public engine::Answer {
   public:
    FakeAnswer(FakeEngine& engine, std::stop_token stop) : engine_(engine), stop_(std::move(stop)) {}
    ~FakeAnswer() override { ++engine_.left; }
    int status() const noexcept override { return engine_.status; }
    std::string_view content_type() const noexcept override { return engine_.content_type; }
    net::Task<Result<std::string_view>> next() override {
      if (at_ < engine_.pieces.size()) co_return std::string_view(engine_.pieces[at_++]);
      if (engine_.hang) {
        const bool released = co_await engine_.release.wait(stop_);
        if (!released) co_return fail(Errc::cancelled, "cancelled");
      }
      if (engine_.breaks) co_return fail(Errc::unavailable, "broke off");
      co_return std::string_view{};
    }

   private:
    FakeEngine& engine_;
    std::stop_token stop_;
    std::size_t at_ = 0;
  };

  explicit FakeEngine(net::Loop& loop) : release(loop) {}
  net::Task<Result<void>> start(std::stop_token) override { co_return start_result; }
  const engine::EngineInfo& info() const noexcept override { return its_info; }
  net::Task<Result<std::unique_ptr<engine::Answer>>> generate(engine::Generate request) override {
    last = request.body;
    if (refuses) co_return fail(Errc::invalid, "prompt too long");
    std::unique_ptr<engine::Answer> answer = std::make_unique<FakeAnswer>(*this, request.stop);
    co_return answer;
  }
  net::Task<Result<void>> check() override { co_return healthy; }
  std::optional<engine::EngineLoad> load() const override { return engine::EngineLoad{5, 10}; }
  net::Task<std::string> metrics() override { co_return std::string("vllm:x{model_name=\"own\"} 1\n"); }
  net::Task<void> stop() override {
    stopped = true;
    co_return;
  }
  void die() { tell_ended(Error{Errc::unavailable, "the engine ended with signal 9", nullptr}); }

  Result<void> start_result;
  Result<void> healthy;
  engine::EngineInfo its_info{.kind = "fake", .models = {"own-name"}, .block_size = 16};
  std::vector<std::string> pieces;
  std::string content_type{openai::kEventStreamType};
  int status = 200;
  bool hang = false, breaks = false, refuses = false, stopped = false;
  int left = 0;
  std::string last;
  net::Event release;
};

struct Reply {
  int status = 0;
  net::Headers headers;
  std::string body;
  bool broken = false;
};

net::Task<Reply> call(net::HttpClient& client, std::uint16_t port, std::string method, std::string path,
                      std::string body) {
  net::HttpClientRequest request;
  request.method = std::move(method);
  request.url = net::Url{.host = "127.0.0.1", .port = port, .target = std::move(path)};
  request.body = std::move(body);
  auto response = co_await client.send(std::move(request));
  Reply out;
  if (!response) {
    out.broken = true;
    co_return out;
  }
  out.status = (*response)->status();
  out.headers = (*response)->headers();
  for (;;) {
    const auto piece = co_await (*response)->read();
    out.broken = !piece.has_value();
    if (!piece || piece->empty()) co_return out;
    out.body += *piece;
  }
}

constexpr const char* kChat = R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true})";

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() : client_(loop_), discovery_(loop_, discovery::InstanceId(7)), group_(loop_) {
    options_.name = {"ns-1", "backend", "generate"};
    options_.model = "m";
    options_.types = {discovery::ModelType::chat};
    options_.listen = {"127.0.0.1", 0};
    options_.advertise_host = "127.0.0.1";
    options_.grace_period = 20ms;
    options_.drain_timeout = net::testing::kPatience;
    options_.health_interval = 10ms;
    auto engine = std::make_unique<FakeEngine>(loop_);
    engine_ = engine.get();
    owned_ = std::move(engine);
    watch_ =
        discovery_.watch([this](const discovery::Diff& change) { discovery::apply_diff(known_, change); });
  }
  ~WorkerTest() override {
    stop_.request_stop();
    hurry_.request_stop();
    if (engine_ != nullptr) engine_->release.set();
    net::run(loop_, join(group_));
  }
  static net::Task<void> join(net::TaskGroup& group) { co_await group.join(); }

  void start() {
    worker_ =
        std::make_unique<Worker>(loop_, options_, std::move(owned_), discovery_, telemetry::Logger::silent());
    port_ = worker_->listen()->port;
    group_.spawn(run());
    ASSERT_TRUE(eventually([this] { return registered() || ended_.has_value(); }));
  }
  net::Task<void> run() {
    const auto done = co_await worker_->run(stop_.get_token(), hurry_.get_token());
    ended_ = done;
  }
  Reply get(std::string path) { return net::run(loop_, call(client_, port_, "GET", std::move(path), "")); }
  Reply post(std::string path, std::string body) {
    return net::run(loop_, call(client_, port_, "POST", std::move(path), std::move(body)));
  }
  bool eventually(const std::function<bool()>& holds) { return net::testing::run_until(loop_, holds); }
  bool registered() const { return known_.size() == 2; }
  bool asked() const { return !engine_->last.empty(); }

  net::Loop loop_;
  net::HttpClient client_;
  discovery::MemoryDiscovery discovery_;
  net::TaskGroup group_;
  WorkerOptions options_;
  std::unique_ptr<engine::Engine> owned_;
  FakeEngine* engine_ = nullptr;
  std::unique_ptr<Worker> worker_;
  discovery::Snapshot known_;
  std::unique_ptr<discovery::Discovery::Subscription> watch_;
  std::stop_source stop_, hurry_;
  std::optional<Result<void>> ended_;
  std::uint16_t port_ = 0;
};

TEST_F(WorkerTest, RegistersWhenTheEngineIsReady) {
  start();
  EXPECT_EQ(get("/health").status, 200);
  ASSERT_EQ(known_.size(), 2u);
  const auto& instance = std::get<discovery::Instance>(known_.at("v1/instances/ns-1/backend/generate/7"));
  EXPECT_EQ(instance.address, fmt::format("http://127.0.0.1:{}", port_));
  const auto& model = std::get<discovery::ModelRecord>(known_.at("v1/mdc/ns-1/backend/generate/7"));
  EXPECT_EQ(model.card.display_name, "m");
  EXPECT_EQ(model.card.kv_cache_block_size, 16u);
  EXPECT_THAT(get("/metadata").body, HasSubstr(R"("model_cards":{"ns-1/backend/generate/7")"));
  EXPECT_THAT(get("/v1/models").body, HasSubstr(R"("id":"m")"));
}

TEST_F(WorkerTest, RelaysAStreamAsItComes) {
  engine_->pieces = {"data: {\"a\":1}\n\n", "data: [DONE]\n\n"};
  start();
  const auto reply = post("/v1/chat/completions", kChat);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.get("Content-Type"), "text/event-stream");
  EXPECT_EQ(reply.body, "data: {\"a\":1}\n\ndata: [DONE]\n\n");
  EXPECT_FALSE(reply.broken);
  EXPECT_EQ(engine_->last, kChat);
  EXPECT_EQ(engine_->left, 1);
}

TEST_F(WorkerTest, ABrokenStreamIsSeenAsBroken) {
  engine_->pieces = {"data: {\"a\":1}\n\n"};
  engine_->breaks = true;
  start();
  const auto reply = post("/v1/chat/completions", kChat);
  EXPECT_THAT(reply.body, HasSubstr("event: error\n: broke off\ndata: {"));
  EXPECT_THAT(reply.body, Not(HasSubstr("[DONE]")));
  EXPECT_TRUE(reply.broken);
  EXPECT_THAT(get("/metrics").body, HasSubstr(R"(error_type="response_stream"} 1)"));
}

TEST_F(WorkerTest, AFailureBeforeTheFirstPieceHasItsOwnStatus) {
  engine_->breaks = true;
  start();
  const auto reply = post("/v1/chat/completions", kChat);
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers.get("Retry-After"), "1");
}

TEST_F(WorkerTest, PassesStatusAndBodyOfAnEngineThatRefuses) {
  engine_->status = 422;
  engine_->content_type = "application/json";
  engine_->pieces = {"{\"error\":", "{}}"};
  start();
  const auto reply = post("/v1/chat/completions", kChat);
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(reply.body, R"({"error":{}})");
}

struct RefusedCase {
  std::string_view name;
  std::string_view path;
  std::string_view body;
  int status;
  std::string_view message;
};

class RefusedRequestTest : public WorkerTest, public ::testing::WithParamInterface<RefusedCase> {};

TEST_P(RefusedRequestTest, HasAStatusAndAText) {
  start();
  const auto reply = post(std::string(GetParam().path), std::string(GetParam().body));
  EXPECT_EQ(reply.status, GetParam().status);
  EXPECT_THAT(reply.body, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Requests, RefusedRequestTest,
    ::testing::Values(
        RefusedCase{"bad_json", "/v1/chat/completions", "{", 400, "not valid JSON"},
        RefusedCase{"unknown_model", "/v1/chat/completions",
                    R"({"model":"x","messages":[{"role":"user","content":"hi"}]})", 404, "model_not_found"},
        RefusedCase{"other_type", "/v1/completions", R"({"model":"m","prompt":"x"})", 404, "does not serve"},
        RefusedCase{"method", "/v1/models", "", 405, "takes GET only"},
        RefusedCase{"route", "/v1/embeddings", "{}", 404, "Route not found"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(WorkerTest, ErrorsOfTheEngineAreAnswers) {
  engine_->refuses = true;
  start();
  const auto reply = post("/v1/chat/completions", kChat);
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("prompt too long"));
}

net::Task<void> keep_call(net::HttpClient& client, std::uint16_t port, std::optional<Reply>& into) {
  into = co_await call(client, port, "POST", "/v1/chat/completions", kChat);
}

TEST_F(WorkerTest, TakesNoMoreThanItMay) {
  options_.max_requests = 1;
  engine_->pieces = {"data: [DONE]\n\n"};
  engine_->hang = true;
  start();
  std::optional<Reply> first;
  group_.spawn(keep_call(client_, port_, first));
  ASSERT_TRUE(eventually([this] { return asked(); }));
  const auto second = post("/v1/chat/completions", kChat);
  EXPECT_EQ(second.status, 503);
  EXPECT_EQ(second.headers.get("Retry-After"), "1");
  EXPECT_THAT(
      get("/metrics").body,
      HasSubstr(
          R"(tasks_rejected_total{dynamo_namespace="ns_1",dynamo_component="backend",dynamo_endpoint="generate"} 1)"));
  engine_->release.set();
  ASSERT_TRUE(eventually([&] { return first.has_value(); }));
  EXPECT_EQ(first->status, 200);
}

TEST_F(WorkerTest, TellsItsMetricsAndTheEngines) {
  engine_->pieces = {"data: [DONE]\n\n"};
  start();
  post("/v1/chat/completions", kChat);
  const auto text = get("/metrics").body;
  const std::string labels =
      R"(dynamo_namespace="ns_1",dynamo_component="backend",dynamo_endpoint="generate")";
  EXPECT_THAT(text, HasSubstr("dynamo_component_requests_total{" + labels + ",model=\"m\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("dynamo_component_inflight_requests{" + labels + "} 0\n"));
  EXPECT_THAT(text, HasSubstr("dynamo_component_request_duration_seconds_count{" + labels + "} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("dynamo_component_total_blocks{" + labels + ",model=\"m\",dp_rank=\"0\"} 10\n"));
  EXPECT_THAT(text, HasSubstr("dynamo_component_gpu_cache_usage_percent{" + labels +
                              ",model=\"m\",dp_rank=\"0\"} 0.5\n"));
  EXPECT_THAT(text, HasSubstr("vllm:x{model_name=\"own\"," + labels + ",model=\"m\"} 1\n"));
}

TEST_F(WorkerTest, LeavesServiceWhileTheEngineIsIll) {
  start();
  engine_->healthy = fail(Errc::unavailable, "no answer");
  EXPECT_TRUE(eventually([this] { return known_.empty(); }));
  EXPECT_EQ(get("/health").status, 503);
  engine_->healthy = Result<void>{};
  EXPECT_TRUE(eventually([this] { return registered(); }));
  EXPECT_EQ(get("/live").status, 200);
}

TEST(LeavesService, IsPatientWithSlowness) {
  const Error slow{Errc::timeout, "slow", nullptr};
  EXPECT_FALSE(leaves_service(slow, 1));
  EXPECT_FALSE(leaves_service(slow, 2));
  EXPECT_TRUE(leaves_service(slow, 3));
  EXPECT_TRUE(leaves_service(Error{Errc::unavailable, "refused", nullptr}, 1));
}

TEST_F(WorkerTest, ACanaryThatGetsNoAnswerTurnsItNotReady) {
  options_.canary = CanaryOptions{.idle = 1ms, .timeout = 10ms};
  engine_->hang = true;
  start();
  EXPECT_TRUE(eventually([this] { return get("/health").status == 503; }));
  EXPECT_THAT(engine_->last, HasSubstr(R"("max_tokens":1)"));
  engine_->release.set();
  EXPECT_TRUE(eventually([this] { return get("/health").status == 200; }));
}

TEST_F(WorkerTest, LeavingIsToldBeforeItIsDone) {
  options_.grace_period = 1h;
  start();
  stop_.request_stop();
  EXPECT_TRUE(eventually([this] { return known_.empty(); }));
  EXPECT_EQ(get("/health").status, 200) << "still there for those who have not noticed";
  EXPECT_FALSE(ended_.has_value());
  hurry_.request_stop();
  EXPECT_TRUE(eventually([this] { return ended_.has_value(); }));
}

TEST_F(WorkerTest, LeavingFinishesOpenStreams) {
  engine_->pieces = {"data: 1\n\n"};
  engine_->hang = true;
  start();
  std::optional<Reply> open;
  group_.spawn(keep_call(client_, port_, open));
  ASSERT_TRUE(eventually([this] { return asked(); }));
  stop_.request_stop();
  EXPECT_TRUE(eventually([this] { return get("/health").broken; }));  // takes nothing new
  EXPECT_FALSE(ended_.has_value());
  engine_->release.set();
  ASSERT_TRUE(eventually([&] { return open.has_value() && ended_.has_value(); }));
  EXPECT_EQ(open->body, "data: 1\n\n");
  EXPECT_FALSE(open->broken);
  EXPECT_TRUE(ended_->has_value());
  EXPECT_TRUE(engine_->stopped);
}

TEST_F(WorkerTest, AnEngineThatDiesTakesTheWorkerWithIt) {
  options_.grace_period = 1h;
  start();
  engine_->die();
  ASSERT_TRUE(eventually([this] { return ended_.has_value(); }));
  ASSERT_FALSE(ended_->has_value());
  EXPECT_THAT(ended_->error().message, HasSubstr("signal 9"));
  EXPECT_TRUE(known_.empty());
}

TEST_F(WorkerTest, AnEngineThatCannotStartIsAnError) {
  engine_->start_result = fail(Errc::not_found, "no such command");
  start();
  ASSERT_TRUE(ended_.has_value());
  EXPECT_EQ(ended_->error().code, Errc::not_found);
  EXPECT_TRUE(known_.empty());
}

TEST_F(WorkerTest, AClientThatLeavesStopsTheEngine) {
  engine_->pieces = {"data: 1\n\n"};
  engine_->hang = true;
  start();
  net::HttpClientRequest request;
  request.method = "POST";
  request.url = net::Url{.host = "127.0.0.1", .port = port_, .target = "/v1/chat/completions"};
  request.body = kChat;
  auto response = net::run(loop_, client_.send(std::move(request)));
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(engine_->left, 0);
  response->reset();
  EXPECT_TRUE(eventually([this] { return engine_->left == 1; }));
  EXPECT_THAT(
      get("/metrics").body,
      HasSubstr(
          R"(tasks_cancelled_total{dynamo_namespace="ns_1",dynamo_component="backend",dynamo_endpoint="generate"} 1)"));
}

}  // namespace
}  // namespace dynamo::worker
