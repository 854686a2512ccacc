#include "engine/echo_engine.h"

#include "engine/answer_composer.h"
#include "engine/mock_text.h"
#include "openai/event_stream.h"

namespace dynamo::engine {
namespace {

constexpr std::string_view kFingerprint = "echo";

/// What is said back for each prompt.
Result<std::vector<std::string>> texts_of(const openai::Request& request) {
  if (request.endpoint == openai::Endpoint::chat) {
    for (auto message = request.messages.rbegin(); message != request.messages.rend(); ++message) {
      if (message->role == "user") return std::vector{message->text};
    }
    return std::vector{request.messages.back().text};
  }
  std::vector<std::string> out;
  for (const auto& prompt : request.prompts) {
    const auto* text = std::get_if<std::string>(&prompt);
    if (text == nullptr)
      return fail(Errc::unsupported, "the echo engine has no tokenizer: send the prompt as text");
    out.push_back(*text);
  }
  return out;
}

}  // namespace

class EchoEngine::EchoAnswer final : public Answer {
 public:
  EchoAnswer(EchoEngine& engine, const Generate& request, std::vector<std::string> texts)
      : engine_(engine),
        stop_(request.stop),
        n_(request.request.n),
        limit_(request.request.max_tokens.value_or(std::numeric_limits<std::uint32_t>::max())),
        texts_(std::move(texts)),
        composer_(request.request, request.id, std::chrono::system_clock::to_time_t(engine.clock_.wall_now()),
                  std::string(kFingerprint), static_cast<std::uint32_t>(texts_.size()) * n_) {
    std::uint64_t prompt_tokens = 0;
    for (const auto& text : texts_) {
      words_.push_back(split_words(text));
      prompt_tokens += words_.back().size();
    }
    composer_.set_prompt_tokens(prompt_tokens);
  }

  std::string_view content_type() const noexcept override {
    return composer_.streamed() ? openai::kEventStreamType : "application/json";
  }

  net::Task<Result<std::string_view>> next() override {
    do {
      if (composer_.finished()) {
        piece_ = composer_.take();
        co_return std::string_view(piece_);
      }
      const bool waited =
          co_await engine_.pacer_->wait_until(engine_.pacer_->now() + engine_.options_.interval, stop_);
      if (!waited) co_return fail(Errc::cancelled, "the request was cancelled");
      step();
      piece_ = composer_.take();
    } while (piece_.empty());
    co_return std::string_view(piece_);
  }

 private:
  /// One more word for each choice that is not at its end.
  void step() {
    for (std::uint32_t choice = 0; choice < texts_.size() * n_; ++choice) {
      const auto& words = words_[choice / n_];
      if (position_ < std::min(words.size(), limit_)) composer_.add_word(choice, words[position_]);
      if (position_ + 1 >= words.size()) {
        composer_.finish(choice, "stop");
      } else if (position_ + 1 >= limit_) {
        composer_.finish(choice, "length");
      }
    }
    ++position_;
  }

  EchoEngine& engine_;
  std::stop_token stop_;
  std::uint32_t n_;
  std::size_t limit_;
  std::vector<std::string> texts_;
  std::vector<std::vector<std::string_view>> words_;  // into texts_
  AnswerComposer composer_;
  std::size_t position_ = 0;
  std::string piece_;
};

EchoEngine::EchoEngine(EchoOptions options, std::unique_ptr<Pacer> pacer, const Clock& clock)
    : options_(options), pacer_(std::move(pacer)), clock_(clock) {}

net::Task<Result<std::unique_ptr<Answer>>> EchoEngine::generate(Generate request) {
  auto texts = texts_of(request.request);
  if (!texts) co_return std::unexpected(std::move(texts.error()));
  std::unique_ptr<Answer> answer = std::make_unique<EchoAnswer>(*this, request, std::move(*texts));
  co_return answer;
}

}  // namespace dynamo::engine
