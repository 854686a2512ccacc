#pragma once

#include <string>
#include <string_view>

#include "tokens/utf8_mender.h"

// The steps that decoders are chained of, as state machines: each takes tokens, makes its own of them, and
// hands those on. A token comes as a whole or in parts; behind a step that fuses all tokens into one, that
// one comes in parts for as long as the stream lasts.

namespace dynamo::tokens {

class DecodeStep {
 public:
  virtual ~DecodeStep() = default;
  /// More of the current token.
  virtual void part(std::string_view text) = 0;
  /// The current token is whole; the next part begins another.
  virtual void end_token() = 0;
  /// No token comes any more: hands on what was held back, and is as new.
  virtual void finish() = 0;
  /// A whole token at once.
  virtual void token(std::string_view text) {
    part(text);
    end_token();
  }
};

/// The end of a chain: all tokens, one behind the other.
class CollectStep final : public DecodeStep {
 public:
  void into(std::string& out) { out_ = &out; }
  void part(std::string_view text) override { out_->append(text); }
  void end_token() override {}
  void token(std::string_view text) override { out_->append(text); }
  void finish() override {}

 private:
  std::string* out_ = nullptr;
};

/// A step that looks at whole tokens only: gathers the parts of one that comes in parts.
class WholeTokenStep : public DecodeStep {
 public:
  explicit WholeTokenStep(DecodeStep& next) : next_(next) {}
  void part(std::string_view text) final { gathered_ += text; }
  void end_token() final;
  void token(std::string_view text) final;
  void finish() override { next_.finish(); }

 protected:
  /// Takes one token and hands on what becomes of it.
  virtual void take(std::string_view token) = 0;
  DecodeStep& next_;

 private:
  std::string gathered_;
};

/// Puts a space before every token but the first: what a tokenizer without a decoder does.
class JoinStep final : public WholeTokenStep {
 public:
  using WholeTokenStep::WholeTokenStep;
  void finish() override;

 private:
  void take(std::string_view token) override;
  bool first_ = true;
};

/// Byte-level tokens back to bytes, and those to one text; bytes that are not UTF-8 become U+FFFD. A token
/// with a character outside the byte-level alphabet stands for its own bytes.
class ByteLevelStep final : public WholeTokenStep {
 public:
  using WholeTokenStep::WholeTokenStep;
  void finish() override;

 private:
  void take(std::string_view token) override;
  Utf8Mender mender_;
  std::string bytes_;  // kept to spare an allocation per token
  std::string text_;
};

/// Tokens such as <0xE4> to bytes. A run of them is a text of its own: it is handed on once it ends, each of
/// its bytes as U+FFFD when the run as a whole is not UTF-8.
class ByteFallbackStep final : public WholeTokenStep {
 public:
  using WholeTokenStep::WholeTokenStep;
  void finish() override;

 private:
  void take(std::string_view token) override;
  void end_run();
  std::string run_;
};

/// All tokens into one, handed on in parts.
class FuseStep final : public DecodeStep {
 public:
  explicit FuseStep(DecodeStep& next) : next_(next) {}
  void part(std::string_view text) override { next_.part(text); }
  void end_token() override {}
  void token(std::string_view text) override { next_.part(text); }
  void finish() override;

 private:
  DecodeStep& next_;
};

/// Takes up to `start` and `stop` characters `content` off the ends of every token.
class StripStep final : public DecodeStep {
 public:
  struct Rule {
    std::string content;  // one character
    std::size_t start = 0;
    std::size_t stop = 0;
  };
  StripStep(DecodeStep& next, const Rule& rule) : next_(next), rule_(rule), start_left_(rule.start) {}
  void part(std::string_view text) override;
  void end_token() override;
  void finish() override { next_.finish(); }

 private:
  std::string_view without_start(std::string_view text);
  void release(std::size_t count);

  DecodeStep& next_;
  const Rule& rule_;
  std::size_t start_left_;  // that may yet be taken off the current token
  std::size_t held_ = 0;    // characters `content` at the end so far, at most `stop`
};

/// SentencePiece's mark to spaces; in the first token it is left out instead when `drops_first` is set.
class MetaspaceStep final : public DecodeStep {
 public:
  struct Rule {
    std::string replacement;
    bool drops_first = true;
  };
  MetaspaceStep(DecodeStep& next, const Rule& rule) : next_(next), rule_(rule) {}
  void part(std::string_view text) override;
  void end_token() override;
  void finish() override;

 private:
  DecodeStep& next_;
  const Rule& rule_;
  bool first_ = true;
  std::string text_;
};

/// WordPiece tokens to words: those that continue a word lose their prefix, others get a space before them.
class WordPieceStep final : public WholeTokenStep {
 public:
  struct Rule {
    std::string prefix;
    bool cleanup = true;
  };
  WordPieceStep(DecodeStep& next, const Rule& rule) : WholeTokenStep(next), rule_(rule) {}
  void finish() override;

 private:
  void take(std::string_view token) override;
  const Rule& rule_;
  bool first_ = true;
  std::string text_;
};

/// The suffix that ends a word to a space, and to nothing in the last token, which is therefore held back.
class SuffixStep final : public WholeTokenStep {
 public:
  SuffixStep(DecodeStep& next, const std::string& suffix) : WholeTokenStep(next), suffix_(suffix) {}
  void finish() override;

 private:
  void take(std::string_view token) override;
  void hand_on(std::string_view replacement);
  const std::string& suffix_;
  bool holding_ = false;
  std::string held_;
};

/// Speech models: repeated tokens count once, padding is left out, the word delimiter is a space.
class CtcStep final : public WholeTokenStep {
 public:
  struct Rule {
    std::string pad;
    std::string word_delimiter;
    bool cleanup = true;
  };
  CtcStep(DecodeStep& next, const Rule& rule) : WholeTokenStep(next), rule_(rule) {}
  void finish() override;

 private:
  void take(std::string_view token) override;
  const Rule& rule_;
  bool first_ = true;
  std::string previous_;
};

/// `text` with every `from` as `to`, read from the left. `from` is not empty.
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

}  // namespace dynamo::tokens
