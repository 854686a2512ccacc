#include "tokens/decode_step.h"

#include <array>
#include <charconv>

#include "text/utf8.h"
#include "tokens/byte_alphabet.h"

namespace dynamo::tokens {
namespace {

struct Replacement {
  std::string_view from;
  std::string_view to;
};

/// What "cleanup" means: English spacing that word tokens lose. The library's list, in its order.
constexpr std::array<Replacement, 11> kCleanup{{{" .", "."},
                                                {" ?", "?"},
                                                {" !", "!"},
                                                {" ,", ","},
                                                {" ' ", "'"},
                                                {" n't", "n't"},
                                                {" 'm", "'m"},
                                                {" do not", " don't"},
                                                {" 's", "'s"},
                                                {" 've", "'ve"},
                                                {" 're", "'re"}}};

void clean_up(std::string& text) {
  for (const auto& [from, to] : kCleanup) {
    if (text.find(from) != std::string::npos) text = replace_all(text, from, to);
  }
}

/// The byte that a token like <0x0A> stands for. A sign before one digit is a number too, as in the library.
std::optional<char> fallback_byte(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') return std::nullopt;
  std::string_view digits = token.substr(3, 2);
  if (digits.front() == '+') digits.remove_prefix(1);
  unsigned byte = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return static_cast<char>(byte);
}

}  // namespace

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t at = text.find(from);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += to;
    text.remove_prefix(at + from.size());
  }
}

void WholeTokenStep::end_token() {
  take(gathered_);
  gathered_.clear();
}

void WholeTokenStep::token(std::string_view text) {
  if (gathered_.empty()) return take(text);
  part(text);
  end_token();
}

void JoinStep::take(std::string_view token) {
  if (!std::exchange(first_, false)) next_.part(" ");
  next_.token(token);
}

void JoinStep::finish() {
  first_ = true;
  next_.finish();
}

void ByteLevelStep::take(std::string_view token) {
  bytes_.clear();
  text_.clear();
  if (!append_bytes_of(token, bytes_)) bytes_ = token;
  mender_.feed(bytes_, text_);
  if (!text_.empty()) next_.part(text_);
}

void ByteLevelStep::finish() {
  text_.clear();
  mender_.finish(text_);
  next_.part(text_);
  next_.end_token();
  next_.finish();
}

void ByteFallbackStep::take(std::string_view token) {
  if (const auto byte = fallback_byte(token)) {
    run_ += *byte;
    return;
  }
  end_run();
  next_.token(token);
}

void ByteFallbackStep::end_run() {
  if (run_.empty()) return;
  if (text::is_valid(run_)) {
    next_.token(run_);
  } else {
    for (std::size_t i = 0; i < run_.size(); ++i) next_.token(text::kReplacementUtf8);
  }
  run_.clear();
}

void ByteFallbackStep::finish() {
  end_run();
  next_.finish();
}

void FuseStep::finish() {
  next_.end_token();
  next_.finish();
}

/// The part behind what is taken off the token's start.
std::string_view StripStep::without_start(std::string_view text) {
  while (start_left_ > 0 && text.starts_with(rule_.content)) {
    text.remove_prefix(rule_.content.size());
    --start_left_;
  }
  if (!text.empty()) start_left_ = 0;
  return text;
}

void StripStep::release(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) next_.part(rule_.content);
  held_ -= count;
}

void StripStep::part(std::string_view text) {
  text = without_start(text);
  if (text.empty()) return;
  std::size_t trailing = 0;
  std::string_view body = text;
  while (trailing < rule_.stop && body.ends_with(rule_.content)) {
    body.remove_suffix(rule_.content.size());
    ++trailing;
  }
  if (!body.empty()) {
    release(held_);
    next_.part(body);
  }
  held_ += trailing;
  if (held_ > rule_.stop) release(held_ - rule_.stop);
}

void StripStep::end_token() {
  held_ = 0;
  start_left_ = rule_.start;
  next_.end_token();
}

void MetaspaceStep::part(std::string_view text) {
  const std::string_view space = first_ && rule_.drops_first ? std::string_view{} : " ";
  if (text.find(rule_.replacement) == std::string_view::npos) return next_.part(text);
  text_ = replace_all(text, rule_.replacement, space);
  next_.part(text_);
}

void MetaspaceStep::end_token() {
  first_ = false;
  next_.end_token();
}

void MetaspaceStep::finish() {
  first_ = true;
  next_.finish();
}

void WordPieceStep::take(std::string_view token) {
  text_.clear();
  if (!std::exchange(first_, false)) {
    if (token.starts_with(rule_.prefix)) {
      token.remove_prefix(rule_.prefix.size());
    } else {
      text_ = ' ';
    }
  }
  text_ += token;
  if (rule_.cleanup) clean_up(text_);
  next_.token(text_);
}

void WordPieceStep::finish() {
  first_ = true;
  next_.finish();
}

void SuffixStep::take(std::string_view token) {
  hand_on(" ");
  held_ = token;
  holding_ = true;
}

void SuffixStep::hand_on(std::string_view replacement) {
  if (std::exchange(holding_, false)) next_.token(replace_all(held_, suffix_, replacement));
}

void SuffixStep::finish() {
  hand_on("");
  next_.finish();
}

void CtcStep::take(std::string_view token) {
  if (!std::exchange(first_, false) && token == previous_) return;
  previous_ = token;
  std::string text = rule_.pad.empty() ? previous_ : replace_all(token, rule_.pad, "");
  if (rule_.cleanup) {
    clean_up(text);
    text = replace_all(text, rule_.word_delimiter, " ");
  }
  if (!text.empty()) next_.token(text);
}

void CtcStep::finish() {
  first_ = true;
  next_.finish();
}

}  // namespace dynamo::tokens
