#include "tokens/detokenizer.h"

#include "tokens/decoder.h"

namespace dynamo::tokens {

Detokenizer::Detokenizer(std::shared_ptr<const Tokenizer> tokenizer, DetokenizeOptions options)
    : tokenizer_(std::move(tokenizer)),
      options_(std::move(options)),
      stream_(tokenizer_->begin_decode()),
      matcher_(options_.stop) {}

Detokenizer::~Detokenizer() = default;
Detokenizer::Detokenizer(Detokenizer&&) noexcept = default;
Detokenizer& Detokenizer::operator=(Detokenizer&&) noexcept = default;

const std::optional<Error>& Detokenizer::failure() const { return stream_->failure(); }

void Detokenizer::forget_shown() {
  text_.erase(0, shown_);
  examined_ -= std::exchange(shown_, 0);
}

std::string_view Detokenizer::feed(std::span<const TokenId> ids) {
  forget_shown();
  if (stopped()) return {};
  for (const TokenId id : ids) {
    const auto token = tokenizer_->token(id);
    if (!token || (options_.skip_special_tokens && tokenizer_->special(id))) continue;
    stream_->feed(*token, text_);
  }
  return show();
}

/// Gives out what the matcher lets pass of text_, which holds nothing that was given out before.
std::string_view Detokenizer::show() {
  shown_ = text_.size();
  if (matcher_.empty()) return text_;
  const auto match = matcher_.feed(std::string_view(text_).substr(examined_));
  if (match) {
    stop_ = match->stop;
    shown_ = examined_ + match->end;
    if (!options_.include_stop_str_in_output) shown_ -= options_.stop[match->stop].size();
    text_.resize(shown_);
  } else {
    shown_ -= matcher_.held();
  }
  examined_ = text_.size();
  return std::string_view(text_).substr(0, shown_);
}

std::string_view Detokenizer::finish() {
  forget_shown();
  if (stopped()) return {};
  stream_->finish(text_);
  const std::string_view shown = show();
  if (stopped()) return shown;
  shown_ = text_.size();
  return text_;
}

}  // namespace dynamo::tokens
