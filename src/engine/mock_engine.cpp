#include "engine/mock_engine.h"

#include "engine/answer_composer.h"
#include "engine/mock_text.h"
#include "openai/event_stream.h"

namespace dynamo::engine {
namespace {

constexpr std::string_view kFingerprint = "mock";

/// Prompts of a request, whichever kind it is.
std::vector<TokenChain> prompts_of(const openai::Request& request, std::size_t block_size) {
  std::vector<TokenChain> out;
  if (request.endpoint == openai::Endpoint::chat) {
    out.push_back(chat_prompt(request.messages, block_size));
  } else {
    for (const auto& prompt : request.prompts) out.push_back(completion_prompt(prompt, block_size));
  }
  return out;
}

std::uint32_t choices_of(const openai::Request& request) {
  const std::size_t prompts = request.endpoint == openai::Endpoint::chat ? 1 : request.prompts.size();
  return static_cast<std::uint32_t>(prompts) * request.n;
}

EngineInfo describe(const MockLimits& limits) {
  const auto usable = static_cast<std::uint64_t>((1 - limits.watermark) * static_cast<double>(limits.blocks));
  return {.kind = "mock",
          .models = {},
          .context_length = usable * limits.block_size,
          .block_size = limits.block_size,
          .total_blocks = limits.blocks,
          .max_sequences = limits.max_sequences,
          .max_batched_tokens = limits.max_batched_tokens};
}

}  // namespace

class MockEngine::MockAnswer final : public Answer {
 public:
  MockAnswer(MockEngine& engine, const Generate& request)
      : composer(request.request, request.id, std::chrono::system_clock::to_time_t(engine.clock_.wall_now()),
                 std::string(kFingerprint), choices_of(request.request)),
        ready(engine.loop_),
        engine_(engine),
        stop_(request.stop) {}
  ~MockAnswer() override {
    for (const auto id : sequences) engine_.forget(id);
  }

  std::string_view content_type() const noexcept override {
    return composer.streamed() ? openai::kEventStreamType : "application/json";
  }

  net::Task<Result<std::string_view>> next() override {
    for (;;) {
      piece_ = composer.take();
      if (!piece_.empty() || composer.finished()) co_return std::string_view(piece_);
      if (engine_.tasks_.stop_token().stop_requested())
        co_return fail(Errc::unavailable, "the engine was stopped");
      ready.reset();
      const bool woken = co_await ready.wait(stop_);
      if (!woken) co_return fail(Errc::cancelled, "the request was cancelled");
    }
  }

  AnswerComposer composer;
  net::Event ready;
  std::vector<SequenceId> sequences;

 private:
  MockEngine& engine_;
  std::stop_token stop_;
  std::string piece_;
};

MockEngine::MockEngine(net::Loop& loop, MockOptions options, std::unique_ptr<Pacer> pacer, const Clock& clock)
    : loop_(loop),
      options_(options),
      info_(describe(options.limits)),
      scheduler_(options.limits),
      pacer_(std::move(pacer)),
      clock_(clock),
      work_(loop),
      tasks_(loop) {}

net::Task<Result<void>> MockEngine::start(std::stop_token stop) {
  const auto loading = std::chrono::duration_cast<Duration>(options_.startup_time);
  const bool loaded = co_await pacer_->wait_until(pacer_->now() + loading, stop);
  if (!loaded) co_return fail(Errc::cancelled, "stopped while loading");
  tasks_.spawn(drive());
  co_return Result<void>{};
}

net::Task<void> MockEngine::stop() {
  tasks_.request_stop();
  for (const auto& [id, place] : places_) place.answer->ready.set();
  co_await tasks_.join();
}

std::optional<EngineLoad> MockEngine::load() const {
  const MockLoad load = scheduler_.load();
  return EngineLoad{.active_blocks = load.active_blocks, .total_blocks = load.total_blocks};
}

net::Task<Result<std::unique_ptr<Answer>>> MockEngine::generate(Generate request) {
  auto answer = std::make_unique<MockAnswer>(*this, request);
  if (auto queued = enqueue(*answer, request); !queued) co_return std::unexpected(std::move(queued.error()));
  work_.set();
  std::unique_ptr<Answer> out = std::move(answer);
  co_return out;
}

/// One sequence for each choice; what was queued before a failure is taken back with the answer.
Result<void> MockEngine::enqueue(MockAnswer& answer, const Generate& request) {
  const openai::Request& wanted = request.request;
  const std::size_t max_tokens = wanted.max_tokens.value_or(options_.default_max_tokens);
  std::uint64_t prompt_tokens = 0;
  std::uint32_t choice = 0;
  std::size_t prompt_index = 0;
  for (const TokenChain& prompt : prompts_of(wanted, options_.limits.block_size)) {
    prompt_tokens += prompt.length();
    for (std::uint32_t i = 0; i < wanted.n; ++i, ++choice) {
      const SequenceId id(++next_id_);
      const std::uint64_t seed = answer_seed(wanted.seed, prompt, i);
      const auto next_token = [seed](std::size_t position) { return token_of(mock_word(seed, position)); };
      auto added = scheduler_.add(id, {.prompt = prompt, .max_tokens = max_tokens, .next_token = next_token});
      if (!added) return added;
      places_.emplace(id, Place{&answer, choice, seed});
      answer.sequences.push_back(id);
      const auto* text = wanted.echo ? std::get_if<std::string>(&wanted.prompts[prompt_index]) : nullptr;
      if (text != nullptr) answer.composer.preface(choice, *text);
    }
    ++prompt_index;
  }
  answer.composer.set_prompt_tokens(prompt_tokens);
  return {};
}

void MockEngine::forget(SequenceId id) {
  scheduler_.cancel(id);
  places_.erase(id);
}

/// Passes follow each other against a deadline, so that the time spent here is not added to the time
/// pretended.
net::Task<void> MockEngine::drive() {
  const std::stop_token stop = tasks_.stop_token();
  TimePoint deadline = pacer_->now();
  for (;;) {
    if (scheduler_.idle()) {
      work_.reset();
      const bool woken = co_await work_.wait(stop);
      if (!woken) co_return;
      deadline = pacer_->now();
    }
    const MockPass pass = scheduler_.run_pass();
    const auto cost = options_.speedup > 0 ? pass.time / options_.speedup : Milliseconds{0};
    deadline = std::max(deadline, pacer_->now() - std::chrono::seconds{1}) +
               std::chrono::duration_cast<Duration>(cost);
    const bool waited = co_await pacer_->wait_until(deadline, stop);
    if (!waited) co_return;
    deliver(pass);
  }
}

void MockEngine::deliver(const MockPass& pass) {
  for (const DecodedToken& token : pass.tokens) {
    const auto found = places_.find(token.id);
    if (found == places_.end()) continue;  // cancelled while the pass was under way
    const Place place = found->second;
    AnswerComposer& composer = place.answer->composer;
    if (token.position == 0) composer.add_cached_tokens(token.cached_tokens);
    const bool stopped = composer.add_word(place.choice, mock_word(place.seed, token.position));
    if (token.last && !stopped) composer.finish(place.choice, "length");
    if (token.last || stopped) forget(token.id);
    place.answer->ready.set();
  }
}

}  // namespace dynamo::engine
