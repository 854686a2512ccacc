#include "tokens/decoder.h"

#include <functional>

#include "text/finder.h"
#include "tokens/decode_step.h"

namespace dynamo::tokens {
namespace {

/// The first thing that went wrong in a chain.
using Failure = std::optional<Error>;

/// Makes a step that hands its tokens on to `next`. What it refers to lives as long as the decoder.
using StepMaker = std::function<std::unique_ptr<DecodeStep>(DecodeStep& next, Failure& failure)>;

template <class Step>
StepMaker plain_step() {
  return [](DecodeStep& next, Failure& /*failure*/) { return std::make_unique<Step>(next); };
}

template <class Step, class Rule>
StepMaker step_with(Rule rule) {
  auto shared = std::make_shared<const Rule>(std::move(rule));
  return [shared](DecodeStep& next, Failure& /*failure*/) { return std::make_unique<Step>(next, *shared); };
}

/// Every match within a token to a text.
struct ReplaceRule {
  text::Finder finder;
  std::string content;
};

class ReplaceStep final : public WholeTokenStep {
 public:
  ReplaceStep(DecodeStep& next, Failure& failure, const ReplaceRule& rule)
      : WholeTokenStep(next), failure_(failure), rule_(rule) {}

 private:
  void take(std::string_view token) override {
    replaced_ = token;
    auto done = rule_.finder.replace_all(replaced_, rule_.content);
    if (!done && !failure_) failure_ = std::move(done.error());
    next_.token(replaced_);
  }

  Failure& failure_;
  const ReplaceRule& rule_;
  std::string replaced_;  // kept to spare an allocation per token
};

StepMaker replace_step(ReplaceRule rule) {
  auto shared = std::make_shared<const ReplaceRule>(std::move(rule));
  return [shared](DecodeStep& next, Failure& failure) {
    return std::make_unique<ReplaceStep>(next, failure, *shared);
  };
}

std::unexpected<Error> wrong_member(std::string_view type, std::string_view member,
                                    std::string_view allowed) {
  return fail(Errc::invalid, fmt::format("decoder {}: `{}` must be {}", type, member, allowed));
}

std::optional<std::string> text_member(const json::value& definition, std::string_view member) {
  const json::value* found = json::find(definition, {member});
  if (found == nullptr || !found->is_string()) return std::nullopt;
  return std::string(found->get_string().c_str(), found->get_string().size());
}

bool is_one_character(std::string_view text) {
  if (text.empty()) return false;
  const auto continues = [](char c) { return (c & 0xC0) == 0x80; };
  return !continues(text[0]) && std::ranges::all_of(text.substr(1), continues);
}

Result<text::Finder> load_finder(const json::value& pattern) {
  if (auto literal = text_member(pattern, "String")) {
    if (literal->empty()) return wrong_member("Replace", "pattern", "a text that is not empty");
    return text::Finder::literal(*literal);
  }
  const auto source = text_member(pattern, "Regex");
  if (!source) return wrong_member("Replace", "pattern", "{\"String\": …} or {\"Regex\": …}");
  auto compiled = text::Finder::pattern(*source);
  if (!compiled) return context("decoder Replace", std::move(compiled.error()));
  return compiled;
}

Result<StepMaker> load_replace(const json::value& definition) {
  auto content = text_member(definition, "content");
  if (!content) return wrong_member("Replace", "content", "a text");
  const json::value* pattern = json::find(definition, {"pattern"});
  auto finder = load_finder(pattern != nullptr ? *pattern : json::value());
  if (!finder) return std::unexpected(std::move(finder.error()));
  return replace_step({.finder = std::move(*finder), .content = std::move(*content)});
}

Result<StepMaker> load_strip(const json::value& definition) {
  StripStep::Rule rule;
  auto content = text_member(definition, "content");
  if (!content || !is_one_character(*content)) return wrong_member("Strip", "content", "one character");
  rule.content = std::move(*content);
  const auto start = json::int_at(definition, {"start"});
  const auto stop = json::int_at(definition, {"stop"});
  if (!start || !stop || *start < 0 || *stop < 0) return wrong_member("Strip", "start and stop", "counts");
  rule.start = static_cast<std::size_t>(*start);
  rule.stop = static_cast<std::size_t>(*stop);
  return step_with<StripStep>(std::move(rule));
}

Result<StepMaker> load_metaspace(const json::value& definition) {
  MetaspaceStep::Rule rule;
  auto replacement = text_member(definition, "replacement");
  if (!replacement || !is_one_character(*replacement)) {
    return wrong_member("Metaspace", "replacement", "one character");
  }
  rule.replacement = std::move(*replacement);
  const bool old_flag = json::bool_at(definition, {"add_prefix_space"}, true);
  const auto scheme = json::string_at(definition, {"prepend_scheme"}, old_flag ? "always" : "never");
  if (scheme != "always" && scheme != "first" && scheme != "never") {
    return wrong_member("Metaspace", "prepend_scheme", "always, first or never");
  }
  rule.drops_first = scheme != "never";
  return step_with<MetaspaceStep>(std::move(rule));
}

Result<StepMaker> load_word_piece(const json::value& definition) {
  WordPieceStep::Rule rule;
  auto prefix = text_member(definition, "prefix");
  if (!prefix) return wrong_member("WordPiece", "prefix", "a text");
  rule.prefix = std::move(*prefix);
  rule.cleanup = json::bool_at(definition, {"cleanup"}, true);
  return step_with<WordPieceStep>(std::move(rule));
}

Result<StepMaker> load_suffix(const json::value& definition) {
  auto suffix = text_member(definition, "suffix");
  if (!suffix || suffix->empty()) return wrong_member("BPEDecoder", "suffix", "a text that is not empty");
  return step_with<SuffixStep>(std::move(*suffix));
}

Result<StepMaker> load_ctc(const json::value& definition) {
  CtcStep::Rule rule;
  auto pad = text_member(definition, "pad_token");
  auto delimiter = text_member(definition, "word_delimiter_token");
  if (!pad) return wrong_member("CTC", "pad_token", "a text");
  if (!delimiter || delimiter->empty()) {
    return wrong_member("CTC", "word_delimiter_token", "a text that is not empty");
  }
  rule.pad = std::move(*pad);
  rule.word_delimiter = std::move(*delimiter);
  rule.cleanup = json::bool_at(definition, {"cleanup"}, true);
  return step_with<CtcStep>(std::move(rule));
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
    const json::value* inner = json::find(definition, {"decoders"});
    if (inner == nullptr || !inner->is_array()) return wrong_member(type, "decoders", "a list of decoders");
    if (nesting == kMaxNesting) return fail(Errc::invalid, "decoder Sequence: nested too deeply");
    for (const json::value& one : inner->get_array()) {
      auto loaded = load_into(steps, one, nesting + 1);
      if (!loaded) return loaded;
    }
    return {};
  }
  const auto* known = std::ranges::find(kLoaders, type, &std::pair<std::string_view, Loader>::first);
  if (known == std::end(kLoaders)) {
    return fail(Errc::unsupported, fmt::format("decoder \"{}\" is not known", type));
  }
  auto step = known->second(definition);
  if (!step) return std::unexpected(std::move(step.error()));
  steps.push_back(std::move(*step));
  return {};
}

class Chain final : public DecodeStream {
 public:
  /// `makers` outlive the chain.
  explicit Chain(std::span<const StepMaker> makers) {
    first_ = &collected_;
    for (std::size_t i = makers.size(); i > 0; --i) {
      steps_.push_back(makers[i - 1](*first_, failure_));
      first_ = steps_.back().get();
    }
  }

  void feed(std::string_view token, std::string& out) override {
    collected_.into(out);
    first_->token(token);
  }
  void finish(std::string& out) override {
    collected_.into(out);
    first_->finish();
  }
  const Failure& failure() const override { return failure_; }

 private:
  Failure failure_;
  CollectStep collected_;
  std::vector<std::unique_ptr<DecodeStep>> steps_;  // last to first
  DecodeStep* first_ = nullptr;
};

class ChainDecoder final : public Decoder {
 public:
  explicit ChainDecoder(std::vector<StepMaker> steps) : steps_(std::move(steps)) {}
  std::unique_ptr<DecodeStream> begin() const override { return std::make_unique<Chain>(steps_); }

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
