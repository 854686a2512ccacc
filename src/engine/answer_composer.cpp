#include "engine/answer_composer.h"

#include "openai/event_stream.h"

namespace dynamo::engine {

AnswerComposer::AnswerComposer(const openai::Request& request, std::string id, std::int64_t created,
                               std::string fingerprint, std::uint32_t choices)
    : head_{.endpoint = request.endpoint,
            .id = std::move(id),
            .created = created,
            .model = request.model,
            .fingerprint = std::move(fingerprint)},
      writer_(head_),
      streamed_(request.stream),
      include_usage_(request.include_usage),
      continuous_usage_(request.continuous_usage),
      choices_(choices, Choice{.stop = StopCutter(request.stop)}),
      open_(choices) {}

void AnswerComposer::preface(std::uint32_t choice, std::string_view text) {
  choices_[choice].pending += text;
}

bool AnswerComposer::add_word(std::uint32_t choice, std::string_view word) {
  Choice& to = choices_[choice];
  ++usage_.completion_tokens;
  if (std::exchange(to.has_words, true)) to.pending += to.stop.feed(" ");
  to.pending += to.stop.feed(word);
  if (!to.stop.stopped()) return false;
  finish(choice, "stop");
  return true;
}

void AnswerComposer::finish(std::uint32_t choice, std::string_view reason) {
  Choice& to = choices_[choice];
  if (!to.reason.empty()) return;
  to.pending += to.stop.flush();
  to.reason = reason;
  --open_;
}

std::string AnswerComposer::take() {
  if (given_out_) return {};
  given_out_ = finished();
  if (streamed_) return take_events();
  return finished() ? take_body() : std::string{};
}

std::string AnswerComposer::take_events() {
  std::string out;
  for (std::uint32_t i = 0; i < choices_.size(); ++i) append_chunks(out, i, choices_[i]);
  if (!finished()) return out;
  if (include_usage_) writer_.usage(out, usage_);
  out += openai::kDoneEvent;
  return out;
}

void AnswerComposer::append_chunks(std::string& out, std::uint32_t index, Choice& choice) {
  const bool ends_now = !choice.reason.empty() && !choice.ended;
  if (choice.pending.empty() && !ends_now) return;
  const openai::Usage* running = continuous_usage_ ? &usage_ : nullptr;
  const bool begins = !std::exchange(choice.began, true);
  if (begins && head_.endpoint == openai::Endpoint::chat) writer_.role(out, index);
  if (!choice.pending.empty()) writer_.text(out, index, choice.pending, running);
  choice.pending.clear();
  if (!ends_now) return;
  writer_.finish(out, index, choice.reason, running);
  choice.ended = true;
}

std::string AnswerComposer::take_body() {
  std::vector<openai::Choice> done;
  for (auto& choice : choices_) done.push_back({std::move(choice.pending), choice.reason});
  return openai::unary_body(head_, done, usage_);
}

}  // namespace dynamo::engine
