#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/echo_engine.h"
#include "engine/mock_engine.h"
#include "net/sse.h"
#include "openai/fold.h"

namespace dynamo::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Time passes when somebody waits for it.
class FakePacer final : public Pacer {
 public:
  FakePacer(net::Loop& loop, FakeClock& clock) : loop_(loop), clock_(clock) {}
  TimePoint now() const override { return clock_.now(); }
  net::Task<bool> wait_until(TimePoint when, std::stop_token stop) override {
    const bool go_on = co_await loop_.sleep_for(Duration{0}, stop);
    if (when > clock_.now()) clock_.advance(when - clock_.now());
    co_return go_on;
  }

 private:
  net::Loop& loop_;
  FakeClock& clock_;
};

Generate generate_of(std::string_view body, openai::Endpoint endpoint = openai::Endpoint::chat) {
  auto request = openai::parse_request(endpoint, body);
  EXPECT_TRUE(request.has_value()) << request.error().message;
  return {.request = std::move(*request), .body = std::string(body), .id = "r1", .headers = {}, .stop = {}};
}

struct Collected {
  std::vector<std::string> pieces;
  std::vector<Duration> times;
  std::optional<Error> error;
  std::string text() const {
    std::string out;
    for (const auto& piece : pieces) out += piece;
    return out;
  }
};

net::Task<Collected> collect(Engine& engine, const Clock& clock, Generate request) {
  Collected out;
  const TimePoint begin = clock.now();
  auto answer = co_await engine.generate(std::move(request));
  if (!answer) {
    out.error = answer.error();
    co_return out;
  }
  for (;;) {
    const auto piece = co_await (*answer)->next();
    if (!piece) {
      out.error = piece.error();
      co_return out;
    }
    if (piece->empty()) co_return out;
    out.pieces.emplace_back(*piece);
    out.times.push_back(clock.now() - begin);
  }
}

double milliseconds(Duration duration) { return Milliseconds(duration).count(); }

class MockEngineTest : public ::testing::Test {
 protected:
  std::unique_ptr<MockEngine> start(MockOptions options) {
    auto engine =
        std::make_unique<MockEngine>(loop_, options, std::make_unique<FakePacer>(loop_, clock_), clock_);
    EXPECT_TRUE(net::run(loop_, engine->start({})).has_value());
    return engine;
  }
  Collected ask(MockEngine& engine, std::string_view body,
                openai::Endpoint endpoint = openai::Endpoint::chat) {
    return net::run(loop_, collect(engine, clock_, generate_of(body, endpoint)));
  }
  /// The folded answer of a stream.
  static json::object fold(const Collected& collected) {
    openai::Fold fold(openai::Endpoint::chat);
    net::SseParser parser;
    parser.feed(collected.text());
    for (net::SseEvent event; parser.next(event);) EXPECT_TRUE(fold.add(event.data).has_value());
    EXPECT_TRUE(fold.done() && fold.complete());
    return fold.take();
  }

  net::Loop loop_;
  FakeClock clock_;
};

constexpr std::string_view kStream =
    R"({"model":"m","messages":[{"role":"user","content":"one two three"}],"stream":true,"max_tokens":3,"stream_options":{"include_usage":true}})";
constexpr std::string_view kUnary =
    R"({"model":"m","messages":[{"role":"user","content":"one two three"}],"max_tokens":3})";

TEST_F(MockEngineTest, TokensComeWhenTheFormulaSays) {
  auto engine = start({});
  const auto streamed = ask(*engine, kStream);
  ASSERT_THAT(streamed.pieces, SizeIs(3));  // one piece for each engine step
  const double first = (prefill_time(5) + decode_time(64)).count();
  const double each = decode_time(64).count();
  EXPECT_NEAR(milliseconds(streamed.times[0]), first, 0.01);
  EXPECT_NEAR(milliseconds(streamed.times[1]), first + each, 0.01);
  EXPECT_NEAR(milliseconds(streamed.times[2]), first + 2 * each, 0.01);
  net::run(loop_, engine->stop());
}

TEST_F(MockEngineTest, SpeedupDividesTheTimeAndZeroTakesNone) {
  auto fast = start({.speedup = 10});
  EXPECT_NEAR(milliseconds(ask(*fast, kStream).times[0]), (prefill_time(5) + decode_time(64)).count() / 10,
              0.01);
  net::run(loop_, fast->stop());
  auto at_once = start({.speedup = 0});
  EXPECT_EQ(ask(*at_once, kStream).times.back(), Duration{0});
  net::run(loop_, at_once->stop());
}

TEST_F(MockEngineTest, StreamedAndUnaryAnswersAreTheSame) {
  auto engine = start({});
  const auto folded = fold(ask(*engine, kStream));
  const auto unary = json::parse(ask(*engine, kUnary).text());
  ASSERT_TRUE(unary.has_value());
  const auto* a = json::find(folded, {"choices"});
  const auto* b = json::find(*unary, {"choices"});
  ASSERT_TRUE(a != nullptr && b != nullptr);
  EXPECT_EQ(json::string_at(a->at(0), {"message", "content"}),
            json::string_at(b->at(0), {"message", "content"}));
  EXPECT_EQ(json::string_at(b->at(0), {"finish_reason"}), "length");
  EXPECT_EQ(json::string_at(*unary, {"system_fingerprint"}), "mock");
  EXPECT_EQ(json::int_at(*unary, {"usage", "prompt_tokens"}), 5);
  EXPECT_EQ(json::int_at(*unary, {"usage", "completion_tokens"}), 3);
  net::run(loop_, engine->stop());
}

TEST_F(MockEngineTest, DefaultsToSixteenTokens) {
  auto engine = start({.speedup = 0});
  const auto answer = ask(*engine, R"({"model":"m","prompt":"x"})", openai::Endpoint::completions);
  EXPECT_THAT(answer.text(), HasSubstr(R"("completion_tokens":16)"));
  net::run(loop_, engine->stop());
}

TEST_F(MockEngineTest, RepeatedPromptsAreCached) {
  auto engine = start({.limits = {.block_size = 2}, .speedup = 0});
  EXPECT_THAT(ask(*engine, kUnary).text(), HasSubstr(R"("cached_tokens":0)"));
  EXPECT_THAT(ask(*engine, kUnary).text(), HasSubstr(R"("cached_tokens":4)"));
  net::run(loop_, engine->stop());
}

TEST_F(MockEngineTest, ChoicesPromptsAndEchoMultiply) {
  auto engine = start({.speedup = 0});
  const auto answer =
      json::parse(ask(*engine, R"({"model":"m","prompt":["a ","b "],"n":2,"max_tokens":1,"echo":true})",
                      openai::Endpoint::completions)
                      .text());
  ASSERT_TRUE(answer.has_value());
  const auto& choices = json::find(*answer, {"choices"})->as_array();
  ASSERT_EQ(choices.size(), 4u);
  EXPECT_TRUE(json::string_at(choices[1], {"text"}).starts_with("a "));
  EXPECT_TRUE(json::string_at(choices[2], {"text"}).starts_with("b "));
  net::run(loop_, engine->stop());
}

TEST_F(MockEngineTest, StopStringsEndEarlyAndFreeTheBlocks) {
  auto engine = start({.speedup = 0});
  const auto plain = json::parse(
      ask(*engine, R"({"model":"m","prompt":"x","seed":1,"max_tokens":8})", openai::Endpoint::completions)
          .text());
  const std::string text(json::string_at(json::find(*plain, {"choices"})->at(0), {"text"}));
  const std::string second_word =
      text.substr(text.find(' ') + 1, text.find(' ', text.find(' ') + 1) - text.find(' ') - 1);
  const auto stopped =
      ask(*engine,
          fmt::format(R"({{"model":"m","prompt":"x","seed":1,"max_tokens":8,"stop":" {}"}})", second_word),
          openai::Endpoint::completions);
  EXPECT_THAT(stopped.text(), HasSubstr(R"("finish_reason":"stop")"));
  EXPECT_THAT(stopped.text(), HasSubstr(R"("completion_tokens":2)"));
  EXPECT_EQ(engine->load()->active_blocks, 0u);
  net::run(loop_, engine->stop());
}

TEST_F(MockEngineTest, TooLongARequestIsRefused) {
  auto engine = start({.limits = {.blocks = 4, .block_size = 4}});
  const auto refused =
      ask(*engine, R"({"model":"m","prompt":"x","max_tokens":1000,"n":2})", openai::Endpoint::completions);
  ASSERT_TRUE(refused.error.has_value());
  EXPECT_EQ(refused.error->code, Errc::invalid);
  net::run(loop_, engine->stop());
}

net::Task<std::uint64_t> take_one_piece_and_leave(MockEngine& engine, Generate request) {
  auto answer = co_await engine.generate(std::move(request));
  const auto piece = co_await (*answer)->next();
  EXPECT_TRUE(piece.has_value());
  answer->reset();
  co_return engine.load()->active_blocks;
}

TEST_F(MockEngineTest, LeavingFreesTheBlocks) {
  auto engine = start({});
  auto request = generate_of(R"({"model":"m","prompt":"x","max_tokens":500,"stream":true})",
                             openai::Endpoint::completions);
  EXPECT_EQ(net::run(loop_, take_one_piece_and_leave(*engine, std::move(request))), 0u);
  net::run(loop_, engine->stop());
}

net::Task<Error> cancel_while_waiting(MockEngine& engine, Generate request) {
  std::stop_source source;
  request.stop = source.get_token();
  auto answer = co_await engine.generate(std::move(request));
  source.request_stop();
  const auto piece = co_await (*answer)->next();
  EXPECT_FALSE(piece.has_value());
  co_return piece.error();
}

TEST_F(MockEngineTest, CancellingEndsTheWait) {
  auto engine = start({});
  EXPECT_EQ(net::run(loop_, cancel_while_waiting(*engine, generate_of(kStream))).code, Errc::cancelled);
  net::run(loop_, engine->stop());
}

TEST_F(MockEngineTest, StartupTakesItsTime) {
  MockEngine engine(loop_, {.startup_time = std::chrono::duration<double>{1.5}},
                    std::make_unique<FakePacer>(loop_, clock_), clock_);
  const TimePoint begin = clock_.now();
  EXPECT_TRUE(net::run(loop_, engine.start({})).has_value());
  EXPECT_NEAR(milliseconds(clock_.now() - begin), 1500, 0.01);
  net::run(loop_, engine.stop());
}

TEST(EchoEngine, SaysTheLastMessageBackWordByWord) {
  net::Loop loop;
  FakeClock clock;
  EchoEngine engine({.interval = std::chrono::milliseconds{10}}, std::make_unique<FakePacer>(loop, clock),
                    clock);
  const auto body =
      R"({"model":"m","stream":true,"messages":[{"role":"user","content":"no"},{"role":"assistant","content":"?"},{"role":"user","content":"hello  big world"}]})";
  const auto said = net::run(loop, collect(engine, clock, generate_of(body)));
  ASSERT_THAT(said.pieces, SizeIs(3));
  EXPECT_THAT(said.pieces[1], HasSubstr(R"("content":" big")"));
  EXPECT_THAT(said.pieces[2], HasSubstr(R"("finish_reason":"stop")"));
  EXPECT_THAT(said.times, ElementsAre(std::chrono::milliseconds{10}, std::chrono::milliseconds{20},
                                      std::chrono::milliseconds{30}));
}

TEST(EchoEngine, KeepsToMaxTokensAndTakesEmptyTexts) {
  net::Loop loop;
  FakeClock clock;
  EchoEngine engine({}, std::make_unique<FakePacer>(loop, clock), clock);
  const auto cut = net::run(loop, collect(engine, clock,
                                          generate_of(R"({"model":"m","prompt":"a b c","max_tokens":2})",
                                                      openai::Endpoint::completions)));
  EXPECT_THAT(cut.text(), HasSubstr(R"("text":"a b","logprobs":null,"finish_reason":"length")"));
  const auto empty = net::run(
      loop,
      collect(engine, clock, generate_of(R"({"model":"m","messages":[{"role":"user","content":""}]})")));
  EXPECT_THAT(empty.text(), HasSubstr(R"("finish_reason":"stop")"));
  const auto ids = net::run(
      loop,
      collect(engine, clock, generate_of(R"({"model":"m","prompt":[1,2]})", openai::Endpoint::completions)));
  ASSERT_TRUE(ids.error.has_value());
  EXPECT_EQ(ids.error->code, Errc::unsupported);
}

}  // namespace
}  // namespace dynamo::engine
