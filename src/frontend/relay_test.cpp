#include "frontend/relay.h"

#include <gtest/gtest.h>

namespace dynamo::frontend {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// How an engine leaves its answer.
enum class Ending { complete, closes, ends_early, aborts, falls_silent };

std::string event(std::string_view data) { return fmt::format("data: {}\n\n", data); }

std::string text_chunk(std::string_view text) {
  return event(fmt::format(R"({{"choices":[{{"index":0,"delta":{{"content":{}}}}}]}})",
                           json::dump(json::value(text))));
}

/// An engine that says a text, and a frontend that passes its answer on, read by parsers.
class RelayTest : public ::testing::Test {
 protected:
  RelayTest() {
    engine_at_ = engine_.listen({"127.0.0.1", 0}).value();
    frontend_at_ = frontend_.listen({"127.0.0.1", 0}).value();
  }
  ~RelayTest() override {
    for (auto* server : {&frontend_, &engine_})
      net::run(loop_, server->stop(std::chrono::steady_clock::now() + seconds{1}));
  }

  net::Task<void> play(net::HttpRequest* request, net::HttpResponder* responder) {
    co_await responder->start(200, {{"Content-Type", "text/event-stream"}});
    const std::string said = text_chunk(text_);
    co_await responder->write(said);
    if (ending_ == Ending::complete) {
      const std::string last =
          event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})") + event("[DONE]");
      co_await responder->finish(last);
    } else if (ending_ == Ending::ends_early) {
      co_await responder->finish("");
    } else if (ending_ == Ending::aborts) {
      const std::string last = event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"abort"}]})");
      co_await responder->finish(last);
    } else if (ending_ == Ending::falls_silent) {
      co_await loop_.sleep_for(std::chrono::hours{1}, request->gone);
    }
  }

  net::Task<void> relay(net::HttpResponder* responder) {
    net::HttpClientRequest out;
    out.method = "POST";
    out.url = {false, engine_at_.address, engine_at_.port, "/"};
    out.idle_timeout = milliseconds{ending_ == Ending::falls_silent ? 500 : 60'000};
    auto upstream = co_await client_.send(std::move(out));
    parsers::ParserOptions options{.reasoning_parser = "qwen3", .tool_parser = "hermes"};
    options.writer.random = [] { return std::uint64_t{0}; };
    const auto parser = AnswerParser::make(std::move(options));
    RequestObservation observation(*metrics_, "m", openai::Endpoint::chat, true, loop_.now());
    RelayOptions relay_options{.parser = parser.get()};
    co_await relay_stream(loop_, **upstream, *responder, observation, std::move(relay_options));
  }

  net::Task<std::string> ask() {
    net::HttpClientRequest out;
    out.url = {false, frontend_at_.address, frontend_at_.port, "/"};
    auto response = co_await client_.send(std::move(out));
    auto body = co_await (*response)->read_all(std::size_t{1} << 16);
    co_return body.value_or("cut");
  }

  /// The answer to the client when the engine says `text` and ends like that.
  std::string answer(std::string text, Ending ending) {
    text_ = std::move(text);
    ending_ = ending;
    return net::run(loop_, ask());
  }

  net::Loop loop_;
  std::unique_ptr<Metrics> metrics_ = Metrics::make("dynamo_frontend", {}).value();
  net::HttpClient client_{loop_, {}};
  net::HttpServer engine_{
      loop_, [this](net::HttpRequest& q, net::HttpResponder& r) { return play(&q, &r); }, {}};
  net::HttpServer frontend_{
      loop_, [this](net::HttpRequest&, net::HttpResponder& r) { return relay(&r); }, {}};
  net::Endpoint engine_at_;
  net::Endpoint frontend_at_;
  std::string text_;
  Ending ending_{};
};

constexpr Ending kBrokenEndings[] = {Ending::closes, Ending::ends_early, Ending::aborts,
                                     Ending::falls_silent};

TEST_F(RelayTest, TellsTheTextThatWasHeldBackWhenAnAnswerBreaksOff) {
  for (const Ending ending : kBrokenEndings) {
    const std::string got = answer("Look: <tool", ending);
    const auto text = got.find(R"("delta":{"content":"<tool"},"finish_reason":null)");
    const auto error = got.find("event: error");
    EXPECT_LT(text, error) << got;
    EXPECT_NE(error, std::string::npos) << got;
    EXPECT_EQ(got.find("[DONE]"), std::string::npos) << got;
  }
}

TEST_F(RelayTest, TellsHalfACallAsItWasWrittenWhenAnAnswerBreaksOff) {
  for (const Ending ending : kBrokenEndings) {
    const std::string got = answer(R"(<tool_call>{"name": "f", "argum)", ending);
    EXPECT_NE(got.find(R"("content":"<tool_call>{\"name\": \"f\", \"argum")"), std::string::npos) << got;
    EXPECT_EQ(got.find("tool_calls"), std::string::npos) << got;
  }
}

TEST_F(RelayTest, TellsAReasonOnlyWhenTheEngineGaveOne) {
  constexpr std::string_view kCall = R"(<tool_call>{"name": "f", "arguments": {})";
  EXPECT_NE(answer(std::string(kCall), Ending::complete).find(R"("finish_reason":"tool_calls")"),
            std::string::npos);
  for (const Ending ending : kBrokenEndings) {
    EXPECT_EQ(answer(std::string(kCall), ending).find(R"("finish_reason":")"), std::string::npos);
  }
}

}  // namespace
}  // namespace dynamo::frontend
