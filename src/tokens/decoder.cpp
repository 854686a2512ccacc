#include "tokens/decoder.h"

#include <functional>

#include "text/code_point.h"
#include "text/finder.h"
#include "text/growth.h"
#include "tokens/decode_step.h"
#include "tokens/definition.h"

namespace dynamo::tokens {
namespace {

/// What the steps of a chain share.
struct Run {
  std::size_t fed = 0;           // bytes of all tokens
  std::optional<Error> failure;  // the first thing that went wrong
};

/// Makes a step that hands its tokens on to `next`. What it refers to lives as long as the decoder.
struct StepMaker {
  std::function<std::unique_ptr<DecodeStep>(DecodeStep& next, Run& run)> make;
  bool searches_patterns = false;
};

template <class Step>
StepMaker plain_step() {
  return {[](DecodeStep& next, Run& /*run*/) { return std::make_unique<Step>(next); }};
}

template <class Step, class Rule>
StepMaker step_with(Rule rule) {
  auto shared = std::make_shared<const Rule>(std::move(rule));
  return {[shared](DecodeStep& next, Run& /*run*/) { return std::make_unique<Step>(next, *shared); }};
}

/// Every match within a token to a text.
struct ReplaceRule {
  text::Finder finder;
  std::string content;
};

class ReplaceStep final : public WholeTokenStep {
 public:
  ReplaceStep(DecodeStep& next, Run& run, const ReplaceRule& rule)
      : WholeTokenStep(next), run_(run), rule_(rule) {}

 private:
  void take(std::string_view token) override {
    replaced_ = token;
    auto done = rule_.finder.replace_all(replaced_, rule_.content);
    if (done) done = text::check_growth(run_.fed, made_ + replaced_.size());
    if (!done && !run_.failure) run_.failure = done.error();
    made_ += done ? replaced_.size() : token.size();
    next_.token(done ? replaced_ : token);
  }
  void finish() override {
    made_ = 0;
    WholeTokenStep::finish();
  }

  Run& run_;
  const ReplaceRule& rule_;
  std::size_t made_ = 0;  // bytes of all tokens so far
  std::string replaced_;  // kept to spare an allocation per token that has no match
};

StepMaker replace_step(ReplaceRule rule) {
  auto shared = std::make_shared<const ReplaceRule>(std::move(rule));
  return {.make = [shared](DecodeStep& next,
                           Run& run) { return std::make_unique<ReplaceStep>(next, run, *shared); },
          .searches_patterns = shared->finder.searches_pattern()};
}

/// A member that is one character, as text.
Result<std::string> one_character(const json::value& definition, std::string_view key) {
  const auto character = character_member(definition, key);
  if (!character) return std::unexpected(character.error());
  std::string text;
  text::append_code_point(text, *character);
  return text;
}

Result<std::string> filled_member(const json::value& definition, std::string_view key) {
  const auto text = string_member(definition, key);
  if (!text) return std::unexpected(text.error());
  if (text->empty()) return fail(Errc::invalid, fmt::format("`{}` must not be empty", key));
  return std::string(*text);
}

Result<std::size_t> count_member(const json::value& definition, std::string_view key) {
  const auto count = json::int_at(definition, {key});
  if (!count || *count < 0) return fail(Errc::invalid, fmt::format("`{}` must be a count", key));
  return static_cast<std::size_t>(*count);
}

Result<StepMaker> load_replace(const json::value& definition) {
  auto finder = finder_member(definition);
  if (!finder) return std::unexpected(std::move(finder.error()));
  const auto content = string_member(definition, "content");
  if (!content) return std::unexpected(content.error());
  return replace_step({.finder = std::move(*finder), .content = std::string(*content)});
}

Result<StepMaker> load_strip(const json::value& definition) {
  auto content = one_character(definition, "content");
  if (!content) return std::unexpected(std::move(content.error()));
  const auto start = count_member(definition, "start");
  if (!start) return std::unexpected(start.error());
  const auto stop = count_member(definition, "stop");
  if (!stop) return std::unexpected(stop.error());
  return step_with<StripStep>(StripStep::Rule{std::move(*content), *start, *stop});
}

Result<StepMaker> load_metaspace(const json::value& definition) {
  auto replacement = one_character(definition, "replacement");
  if (!replacement) return std::unexpected(std::move(replacement.error()));
  const auto old_flag = bool_member(definition, "add_prefix_space", true);
  if (!old_flag) return std::unexpected(old_flag.error());
  const auto scheme = json::string_at(definition, {"prepend_scheme"}, *old_flag ? "always" : "never");
  if (scheme != "always" && scheme != "first" && scheme != "never") {
    return fail(Errc::invalid, "`prepend_scheme` must be always, first or never");
  }
  return step_with<MetaspaceStep>(MetaspaceStep::Rule{std::move(*replacement), scheme != "never"});
}

Result<StepMaker> load_word_piece(const json::value& definition) {
  const auto prefix = string_member(definition, "prefix");
  if (!prefix) return std::unexpected(prefix.error());
  const auto cleanup = bool_member(definition, "cleanup", true);
  if (!cleanup) return std::unexpected(cleanup.error());
  return step_with<WordPieceStep>(WordPieceStep::Rule{std::string(*prefix), *cleanup});
}

Result<StepMaker> load_suffix(const json::value& definition) {
  auto suffix = filled_member(definition, "suffix");
  if (!suffix) return std::unexpected(std::move(suffix.error()));
  return step_with<SuffixStep>(std::move(*suffix));
}

Result<StepMaker> load_ctc(const json::value& definition) {
  const auto pad = string_member(definition, "pad_token");
  if (!pad) return std::unexpected(pad.error());
  auto delimiter = filled_member(definition, "word_delimiter_token");
  if (!delimiter) return std::unexpected(std::move(delimiter.error()));
  const auto cleanup = bool_member(definition, "cleanup", true);
  if (!cleanup) return std::unexpected(cleanup.error());
  return step_with<CtcStep>(CtcStep::Rule{std::string(*pad), std::move(*delimiter), *cleanup});
}

using Loader = Result<StepMaker> (*)(const json::value& definition);

template <class Step>
Result<StepMaker> load_plain(const json::value& /*definition*/) {
  return plain_step<Step>();
}

constexpr std::pair<std::string_view, Loader> kLoaders[] = {
    {"BPEDecoder", load_suffix},
    {"ByteFallback", load_plain<ByteFallbackStep>},
    {"ByteLevel", load_plain<ByteLevelStep>},
    {"CTC", load_ctc},
    {"Fuse", load_plain<FuseStep>},
    {"Metaspace", load_metaspace},
    {"Replace", load_replace},
    {"Strip", load_strip},
    {"WordPiece", load_word_piece},
};

constexpr int kMaxNesting = 16;

/// Appends the steps of `definition`; sequences within sequences are one sequence.
Result<void> load_into(std::vector<StepMaker>& steps, const json::value& definition, int nesting) {
  const auto type = json::string_at(definition, {"type"});
  if (type == "Sequence") {
    const auto inner = list_member(definition, "decoders");
    if (!inner) return context("decoder Sequence", inner.error());
    if (nesting == kMaxNesting) return fail(Errc::invalid, "decoder Sequence: nested too deeply");
    for (const json::value& one : **inner) {
      if (auto loaded = load_into(steps, one, nesting + 1); !loaded) return loaded;
    }
    return {};
  }
  const auto* known = std::ranges::find(kLoaders, type, &std::pair<std::string_view, Loader>::first);
  if (known == std::end(kLoaders)) {
    return fail(Errc::unsupported, fmt::format("decoder \"{}\" is not known", type));
  }
  auto step = known->second(definition);
  if (!step) return context(fmt::format("decoder {}", type), std::move(step.error()));
  steps.push_back(std::move(*step));
  return {};
}

class Chain final : public DecodeStream {
 public:
  /// `makers` outlive the chain.
  explicit Chain(std::span<const StepMaker> makers) {
    first_ = &collected_;
    for (std::size_t i = makers.size(); i > 0; --i) {
      steps_.push_back(makers[i - 1].make(*first_, run_));
      first_ = steps_.back().get();
    }
  }

  void feed(std::string_view token, std::string& out) override {
    collected_.into(out);
    run_.fed += token.size();
    first_->token(token);
  }
  void finish(std::string& out) override {
    collected_.into(out);
    first_->finish();
    run_.fed = 0;
  }
  const std::optional<Error>& failure() const override { return run_.failure; }

 private:
  Run run_;
  CollectStep collected_;
  std::vector<std::unique_ptr<DecodeStep>> steps_;  // last to first
  DecodeStep* first_ = nullptr;
};

class ChainDecoder final : public Decoder {
 public:
  explicit ChainDecoder(std::vector<StepMaker> steps) : steps_(std::move(steps)) {}
  std::unique_ptr<DecodeStream> begin() const override { return std::make_unique<Chain>(steps_); }
  bool searches_patterns() const override {
    return std::ranges::any_of(steps_, &StepMaker::searches_patterns);
  }

 private:
  std::vector<StepMaker> steps_;
};

}  // namespace

Result<std::shared_ptr<const Decoder>> Decoder::load(const json::value& definition) {
  std::vector<StepMaker> steps;
  if (definition.is_null()) {
    steps.push_back(plain_step<JoinStep>());
  } else if (auto loaded = load_into(steps, definition, 0); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  return std::make_shared<const ChainDecoder>(std::move(steps));
}

}  // namespace dynamo::tokens
