#include "engine/http_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "base/file.h"
#include "base/test_folder.h"
#include "engine/stream_guard.h"
#include "engine/supervised_engine.h"
#include "net/http_server.h"
#include "net/test_support.h"

namespace dynamo::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::string_view kEvents =
    "data: {\"choices\":[{\"delta\":{\"content\":\"a \\\"abort\\\" b\"},\"finish_reason\":null}]}\n\n: "
    "keep\n\ndata: {\"x\":1}\r\n\r\ndata: [DONE]\n\n";

TEST(StreamGuard, AnySplitPassesTheSameBytesInWholeEvents) {
  std::mt19937 random(2);
  for (int round = 0; round < 200; ++round) {
    StreamGuard guard;
    std::string passed;
    for (std::size_t at = 0; at < kEvents.size();) {
      const auto take = std::uniform_int_distribution<std::size_t>(1, 40)(random);
      const std::string piece(kEvents.substr(at, take));
      const auto events = guard.pass(piece);
      ASSERT_TRUE(events.has_value());
      ASSERT_TRUE(events->empty() || events->ends_with("\n\n") || events->ends_with("\r\n\r\n"));
      passed += *events;
      at += take;
    }
    ASSERT_EQ(passed, kEvents);
    ASSERT_TRUE(guard.done());
  }
}

TEST(StreamGuard, TellsAbortedAnswers) {
  for (const std::string_view event :
       {"data: {\"finish_reason\":\"abort\"}\n\n", "data: {\"finish_reason\" : \"abort\"}\n\n"}) {
    StreamGuard guard;
    EXPECT_EQ(guard.pass(event).error().code, Errc::unavailable);
  }
  StreamGuard guard;
  EXPECT_TRUE(guard.pass("data: {\"stop_reason\":\"abort\",\"x\":[\"abort\"]}\n\n").has_value());
}

TEST(StreamGuard, IsBounded) {
  StreamGuard guard(10);
  EXPECT_EQ(guard.pass("data: 0123456789").error().code, Errc::too_large);
}

TEST(ParseEngineUrl, TakesTheVersionOff) {
  EXPECT_EQ(parse_engine_url("http://h:1/v1/")->target, "");
  EXPECT_EQ(parse_engine_url("http://h:1/base/v1")->target, "/base");
  EXPECT_EQ(parse_engine_url("http://h:1")->target, "");
  EXPECT_THAT(parse_engine_url("h:1").error().message, HasSubstr("the engine's URL"));
}

/// A server that says what the test tells it to.
struct FakeServer {
  explicit FakeServer(net::Loop& loop) : loop(loop), server(loop, handler(), {}) {
    port = server.listen({"127.0.0.1", 0})->port;
  }

  net::HttpHandler handler() {
    return [this](net::HttpRequest& request, net::HttpResponder& responder) {
      return answer(request, responder);
    };
  }

  net::Task<void> answer(net::HttpRequest& request, net::HttpResponder& responder) {
    last_path = request.path;
    last_body = request.body;
    last_request_id = request.headers.get("x-request-id");
    if (request.path == "/health" && health != 0) {
      net::HttpResponse response{.status = health, .headers = {}, .body = "ok"};
      co_await responder.send(std::move(response));
    } else if (request.path == "/v1/models") {
      net::HttpResponse response{
          .status = 200, .headers = {}, .body = R"({"data":[{"id":"tiny","max_model_len":2048}]})"};
      co_await responder.send(std::move(response));
    } else if (request.path == "/metrics") {
      net::HttpResponse response{.status = 200, .headers = {}, .body = "x 1\n"};
      co_await responder.send(std::move(response));
    } else if (request.path.starts_with("/v1/")) {
      co_await stream(request, responder);
    } else {
      net::HttpResponse response{.status = 404, .headers = {}, .body = ""};
      co_await responder.send(std::move(response));
    }
  }

  net::Task<void> stream(net::HttpRequest& request, net::HttpResponder& responder) {
    net::Headers headers{{"Content-Type", "text/event-stream"}};
    co_await responder.start(status, headers);
    for (const auto& piece : pieces) co_await responder.write(piece);
    if (hang) {
      co_await loop.sleep_for(1h, request.gone);
      ++left;
      co_return;
    }
    co_await responder.finish();
  }

  net::Loop& loop;
  net::HttpServer server;
  std::uint16_t port = 0;
  int health = 200;  // 0 = 404
  int status = 200;
  std::vector<std::string> pieces;
  bool hang = false;
  int left = 0;
  std::string last_path, last_body, last_request_id;
};

Generate generate_of(std::string_view body) {
  auto request = openai::parse_request(openai::Endpoint::chat, body);
  return {.request = std::move(*request),
          .body = std::string(body),
          .id = "r",
          .headers = {{"X-Request-Id", "abc"}},
          .stop = {}};
}

constexpr std::string_view kBody =
    R"({"model":"tiny","messages":[{"role":"user","content":"hi"}],"stream":true,"odd":[1]})";

struct Collected {
  std::string text;
  int status = 0;
  std::optional<Error> error;
};

net::Task<Collected> collect(Engine& engine, Generate request) {
  Collected out;
  auto answer = co_await engine.generate(std::move(request));
  if (!answer) {
    out.error = answer.error();
    co_return out;
  }
  out.status = (*answer)->status();
  for (;;) {
    const auto piece = co_await (*answer)->next();
    if (!piece) out.error = piece.error();
    if (!piece || piece->empty()) co_return out;
    out.text += *piece;
  }
}

class HttpEngineTest : public ::testing::Test {
 protected:
  ~HttpEngineTest() override { net::run(loop_, server_.server.stop(loop_.now())); }

  HttpEngineOptions options() {
    HttpEngineOptions out;
    out.url = *parse_engine_url(fmt::format("http://127.0.0.1:{}/v1", server_.port));
    out.ready_interval = 5ms;
    out.ready_timeout = 200ms;
    return out;
  }
  Collected ask(std::string_view body = kBody) {
    HttpEngine engine(loop_, options());
    EXPECT_TRUE(net::run(loop_, engine.start({})).has_value());
    return net::run(loop_, collect(engine, generate_of(body)));
  }

  net::Loop loop_;
  FakeServer server_{loop_};
};

TEST_F(HttpEngineTest, RelaysBytesAndSendsTheBodyAsItCame) {
  server_.pieces = {std::string(kEvents)};
  const auto got = ask();
  EXPECT_FALSE(got.error.has_value());
  EXPECT_EQ(got.text, kEvents);
  EXPECT_EQ(server_.last_body, kBody);
  EXPECT_EQ(server_.last_request_id, "abc");
  EXPECT_EQ(server_.last_path, "/v1/chat/completions");
}

TEST_F(HttpEngineTest, TellsTheEngineItsOwnModelName) {
  server_.pieces = {"data: [DONE]\n\n"};
  ask(R"({"model":"served","messages":[{"role":"user","content":"hi"}],"odd":[1]})");
  EXPECT_EQ(server_.last_body, R"({"model":"tiny","messages":[{"role":"user","content":"hi"}],"odd":[1]})");
}

TEST_F(HttpEngineTest, LearnsWhatTheServerTells) {
  HttpEngine engine(loop_, options());
  ASSERT_TRUE(net::run(loop_, engine.start({})).has_value());
  EXPECT_THAT(engine.info().models, ElementsAre("tiny"));
  EXPECT_EQ(engine.info().context_length, 2048u);
  EXPECT_EQ(net::run(loop_, engine.metrics()), "x 1\n");
}

TEST_F(HttpEngineTest, AServerWithoutHealthIsAskedForItsModels) {
  server_.health = 0;
  HttpEngine engine(loop_, options());
  EXPECT_TRUE(net::run(loop_, engine.start({})).has_value());
  EXPECT_TRUE(net::run(loop_, engine.check()).has_value());
}

TEST_F(HttpEngineTest, OneThatLoadsIsWaitedForUntilTheDeadline) {
  server_.health = 503;
  HttpEngine engine(loop_, options());
  const auto started = net::run(loop_, engine.start({}));
  ASSERT_FALSE(started.has_value());
  EXPECT_THAT(started.error().message, HasSubstr("did not become ready: /health answered 503"));
  EXPECT_FALSE(net::run(loop_, engine.check()).has_value());
}

TEST_F(HttpEngineTest, BrokenAndAbortedStreamsAreFailures) {
  server_.pieces = {"data: {\"a\":1}\n\n"};
  const auto broken = ask();
  EXPECT_EQ(broken.text, "data: {\"a\":1}\n\n");
  ASSERT_TRUE(broken.error.has_value());
  EXPECT_THAT(broken.error->message, HasSubstr("broke its answer off"));
  server_.pieces = {"data: {\"finish_reason\":\"abort\"}\n\ndata: [DONE]\n\n"};
  EXPECT_EQ(ask().error->code, Errc::unavailable);
}

TEST_F(HttpEngineTest, SilenceIsAFailure) {
  server_.pieces = {"data: {\"a\":1}\n\n"};
  server_.hang = true;
  HttpEngineOptions impatient = options();
  impatient.idle_timeout = 30ms;
  HttpEngine engine(loop_, impatient);
  ASSERT_TRUE(net::run(loop_, engine.start({})).has_value());
  EXPECT_EQ(net::run(loop_, collect(engine, generate_of(kBody))).error->code, Errc::timeout);
}

TEST_F(HttpEngineTest, ErrorsOfTheServerAreAnswers) {
  server_.status = 422;
  server_.pieces = {"not an event"};
  const auto got = ask();
  EXPECT_EQ(got.status, 422);
  EXPECT_EQ(got.text, "not an event");
  EXPECT_FALSE(got.error.has_value());
}

net::Task<void> take_one_and_leave(net::Loop& loop, Engine& engine, const int& left) {
  auto answer = co_await engine.generate(generate_of(kBody));
  const auto piece = co_await (*answer)->next();
  EXPECT_TRUE(piece.has_value());
  answer->reset();
  co_await net::testing::until(&loop, [&left] { return left > 0; });
}

TEST_F(HttpEngineTest, LeavingClosesTheConnection) {
  server_.pieces = {"data: {\"a\":1}\n\n"};
  server_.hang = true;
  HttpEngine engine(loop_, options());
  ASSERT_TRUE(net::run(loop_, engine.start({})).has_value());
  net::run(loop_, take_one_and_leave(loop_, engine, server_.left));
  EXPECT_EQ(server_.left, 1);
}

TEST(ExpandCommand, ReplacesPlaceholders) {
  SupervisedEngineOptions options;
  options.command = {"serve", "--port={port}", "{host}:{port}", "{model}", "{path}"};
  options.http.served_model = "m";
  options.model_path = "/models/m";
  EXPECT_THAT(*expand_command(options, 7), ElementsAre("serve", "--port=7", "127.0.0.1:7", "m", "/models/m"));
  options.command = {"serve"};
  EXPECT_THAT(expand_command(options, 7).error().message, HasSubstr("must contain {port}"));
  options.url = net::Url{.host = "h", .port = 1, .target = ""};
  EXPECT_TRUE(expand_command(options, 7).has_value());
  options.command = {};
  EXPECT_EQ(expand_command(options, 7).error().code, Errc::invalid);
}

class SupervisedEngineTest : public ::testing::Test {
 protected:
  std::unique_ptr<SupervisedEngine> make(std::vector<std::string> command) {
    SupervisedEngineOptions options;
    options.command = std::move(command);
    options.environment = Environment::of_process();
    options.stop_grace = 100ms;
    options.http.ready_interval = 5ms;
    return std::make_unique<SupervisedEngine>(loop_, std::move(options));
  }
  net::Loop loop_;
};

TEST_F(SupervisedEngineTest, ACommandThatIsNotThereIsAnError) {
  auto engine = make({"dynamo-no-such-engine", "{port}"});
  const auto started = net::run(loop_, engine->start({}));
  ASSERT_FALSE(started.has_value());
  EXPECT_EQ(started.error().code, Errc::not_found);
  EXPECT_THAT(started.error().message, HasSubstr("dynamo-no-such-engine"));
  net::run(loop_, engine->stop());
}

TEST_F(SupervisedEngineTest, OneThatExitsBeforeItIsReadyIsAnError) {
  auto engine = make({"sh", "-c", "exit 3", "{port}"});
  const auto started = net::run(loop_, engine->start({}));
  ASSERT_FALSE(started.has_value());
  EXPECT_THAT(started.error().message, HasSubstr("exit code 3 before it was ready"));
  net::run(loop_, engine->stop());
}

/// A server in a few lines of Python that answers every GET and says so once.
constexpr const char* kServer =
    "import http.server,sys\n"
    "class H(http.server.BaseHTTPRequestHandler):\n"
    "  def do_GET(self):\n"
    "    self.send_response(200); self.send_header('Content-Length','2'); self.end_headers(); "
    "self.wfile.write(b'{}')\n"
    "  def log_message(self, *a): pass\n"
    "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), H).serve_forever()\n";

TEST_F(SupervisedEngineTest, StartsServesAndEndsWithItsProcess) {
  auto engine = make({"python3", "-c", kServer, "{port}"});
  bool ended = false;
  std::string why;
  engine->on_ended([&](Error error) {
    ended = true;
    why = error.message;
  });
  const auto started = net::run(loop_, engine->start({}));
  ASSERT_TRUE(started.has_value()) << started.error().message;
  EXPECT_TRUE(net::run(loop_, engine->check()).has_value());
  ::kill(engine->pid(), SIGKILL);
  EXPECT_TRUE(net::testing::run_until(loop_, [&] { return ended; }));
  EXPECT_THAT(why, HasSubstr("signal 9"));
  net::run(loop_, engine->stop());
}

/// Waits, where it is started first, until its port is taken, and ends. Arguments: folder, server, port.
constexpr const char* kServesAtASecondPort =
    "cd $0; test -e taken && exec python3 -c \"$1\" $2; echo $2 >given; "
    "until test -e taken; do sleep 0.01; done; exit 1";

/// Takes the port away that the engine was given for its first start, and then lets it go on.
net::Task<void> take_port(net::Loop& loop, std::string folder, std::unique_ptr<net::Listener>& taken) {
  const auto given = [&] { return read_file(folder + "/given").value_or(""); };
  co_await net::testing::until(&loop, [&] { return given().ends_with('\n'); });
  const auto port = static_cast<std::uint16_t>(std::stoul(given()));
  if (auto listener = net::Listener::open(loop, {"127.0.0.1", port})) taken = std::move(*listener);
  EXPECT_TRUE(write_file(folder + "/taken", ""));
}

net::Task<Result<void>> start_without_the_first_port(net::Loop& loop, Engine& engine, std::string folder) {
  std::unique_ptr<net::Listener> taken;
  net::TaskGroup group(loop);
  group.spawn(take_port(loop, folder, taken));
  auto started = co_await engine.start({});
  co_await group.join();
  co_return started;
}

TEST_F(SupervisedEngineTest, OneThatLosesItsPortIsStartedAtAnother) {
  const TestFolder folder;
  auto engine = make({"sh", "-c", kServesAtASecondPort, folder.path(), kServer, "{port}"});
  bool ended = false;
  engine->on_ended([&](Error) { ended = true; });
  const auto started = net::run(loop_, start_without_the_first_port(loop_, *engine, folder.path()));
  EXPECT_TRUE(started.has_value()) << started.error().message;
  EXPECT_FALSE(ended);
  net::run(loop_, engine->stop());
}

TEST_F(SupervisedEngineTest, StoppingEndsTheProcess) {
  auto engine = make({"python3", "-c", kServer, "{port}"});
  bool ended = false;
  engine->on_ended([&](Error) { ended = true; });
  ASSERT_TRUE(net::run(loop_, engine->start({})).has_value());
  const pid_t pid = engine->pid();
  net::run(loop_, engine->stop());
  EXPECT_NE(::kill(pid, 0), 0);
  EXPECT_FALSE(ended);
}

}  // namespace
}  // namespace dynamo::engine
