#include "tokens/normalizer.h"

#include "text/code_point.h"
#include "text/finder.h"
#include "text/growth.h"
#include "text/normal_form.h"
#include "tokens/base64.h"
#include "tokens/definition.h"
#include "tokens/normalizer_characters.h"
#include "tokens/normalizer_charsmap.h"

namespace dynamo::tokens {
namespace {

using NormalizerPtr = std::unique_ptr<const Normalizer>;

/// A normalizer of a rule that has
///   unchanged_prefix(text)  bytes at the beginning that stay; from there on the rest may be rewritten alone
///   rewrite(text, out)      the new text, into Edits or PlainEdits
template <class Rule>
class Rewriting final : public Normalizer {
 public:
  explicit Rewriting(Rule rule) : rule_(std::move(rule)) {}

  Result<void> apply(text::AlignedText& text) const override {
    if (rule_.unchanged_prefix(text.text()) == text.text().size()) return {};
    text::Edits edits;
    rule_.rewrite(text.text(), edits);
    text.transform(edits);
    return {};
  }

  Result<void> apply(std::string& text) const override {
    const std::size_t kept = rule_.unchanged_prefix(text);
    if (kept == text.size()) return {};
    std::string rewritten;
    rewritten.reserve(text.size() + text.size() / 8);
    rewritten.append(text, 0, kept);
    text::PlainEdits out(rewritten);
    rule_.rewrite(std::string_view(text).substr(kept), out);
    text = std::move(rewritten);
    return {};
  }

 private:
  Rule rule_;
};

template <class Rule>
NormalizerPtr rewriting(Rule rule) {
  return std::make_unique<const Rewriting<Rule>>(std::move(rule));
}

template <class Rule>
NormalizerPtr by_character() {
  return rewriting(CharacterRule<Rule>{});
}

struct NormalFormRule {
  text::NormalForm form;

  std::size_t unchanged_prefix(std::string_view text) const { return text::normal_prefix(form, text); }
  template <class Out>
  void rewrite(std::string_view text, Out& out) const {
    text::normalize(form, text, out);
  }
};

/// White space at either end goes.
struct StripRule {
  bool left;
  bool right;

  /// What is left of `text`.
  text::Range core(std::string_view text) const {
    const auto is_space = [&](std::size_t at) {
      return text::has(text::next_character(text, at), text::Property::white_space);
    };
    std::size_t begin = 0;
    while (left && begin < text.size() && is_space(begin)) begin += text::sequence_size(text[begin]);
    std::size_t end = text.size();
    while (right && end > begin && is_space(text::code_point_before(text, end))) {
      end = text::code_point_before(text, end);
    }
    return {.begin = static_cast<std::uint32_t>(begin), .end = static_cast<std::uint32_t>(end)};
  }

  std::size_t unchanged_prefix(std::string_view text) const {
    const text::Range kept = core(text);
    return kept.size() == text.size() ? text.size() : 0;
  }

  template <class Out>
  void rewrite(std::string_view text, Out& out) const {
    const text::Range kept = core(text);
    for (std::size_t at = 0; at < kept.begin; at += text::sequence_size(text[at])) out.skip();
    out.keep(kept.of(text));
  }
};

class Prepend final : public Normalizer {
 public:
  explicit Prepend(std::string_view content) : content_(content) {}

  Result<void> apply(text::AlignedText& text) const override {
    text.prepend(content_);
    return {};
  }
  Result<void> apply(std::string& text) const override {
    if (!text.empty()) text.insert(0, content_);
    return {};
  }

 private:
  std::string content_;
};

class Replace final : public Normalizer {
 public:
  Replace(text::Finder finder, std::string_view content) : finder_(std::move(finder)), content_(content) {}

  Result<void> apply(text::AlignedText& text) const override {
    std::vector<text::Range> matches;
    if (auto found = finder_.find_all(text.text(), matches); !found) return found;
    const std::size_t size = text.text().size();
    if (auto checked = text::check_growth(size, text::replaced_size(size, matches, content_.size()));
        !checked) {
      return checked;
    }
    text.replace(matches, content_);
    return {};
  }

  Result<void> apply(std::string& text) const override { return finder_.replace_all(text, content_); }
  bool searches_patterns() const override { return finder_.searches_pattern(); }

 private:
  text::Finder finder_;
  std::string content_;
};

class Sequence final : public Normalizer {
 public:
  explicit Sequence(std::vector<NormalizerPtr> steps) : steps_(std::move(steps)) {}

  Result<void> apply(text::AlignedText& text) const override { return apply_all(text); }
  Result<void> apply(std::string& text) const override { return apply_all(text); }
  bool searches_patterns() const override {
    return std::ranges::any_of(steps_, [](const auto& step) { return step->searches_patterns(); });
  }

 private:
  static std::size_t size_of(const text::AlignedText& text) { return text.text().size(); }
  static std::size_t size_of(const std::string& text) { return text.size(); }

  template <class Text>
  Result<void> apply_all(Text& text) const {
    const std::size_t before = size_of(text);
    for (const auto& step : steps_) {
      if (auto applied = step->apply(text); !applied) return applied;
      if (auto checked = text::check_growth(before, size_of(text)); !checked) return checked;
    }
    return {};
  }

  std::vector<NormalizerPtr> steps_;
};

template <text::NormalForm kForm>
Result<NormalizerPtr> load_normal_form(const json::value& /*definition*/) {
  return rewriting(NormalFormRule{kForm});
}

template <class Rule>
Result<NormalizerPtr> load_by_character(const json::value& /*definition*/) {
  return by_character<Rule>();
}

Result<NormalizerPtr> load_bert(const json::value& definition) {
  const auto clean = bool_member(definition, "clean_text");
  if (!clean) return std::unexpected(clean.error());
  const auto chinese = bool_member(definition, "handle_chinese_chars");
  if (!chinese) return std::unexpected(chinese.error());
  const auto lowercase = bool_member(definition, "lowercase");
  if (!lowercase) return std::unexpected(lowercase.error());
  const auto accents = bool_member(definition, "strip_accents", *lowercase);
  if (!accents) return std::unexpected(accents.error());

  std::vector<NormalizerPtr> steps;
  if (*clean) steps.push_back(by_character<BertCleaning>());
  if (*chinese) steps.push_back(by_character<SpacedIdeographs>());
  if (*accents) {
    steps.push_back(rewriting(NormalFormRule{text::NormalForm::nfd}));
    steps.push_back(by_character<Without<text::Property::nonspacing>>());
  }
  if (*lowercase) steps.push_back(by_character<Lowercase>());
  return std::make_unique<const Sequence>(std::move(steps));
}

Result<NormalizerPtr> load_strip(const json::value& definition) {
  const auto left = bool_member(definition, "strip_left");
  if (!left) return std::unexpected(left.error());
  const auto right = bool_member(definition, "strip_right");
  if (!right) return std::unexpected(right.error());
  return rewriting(StripRule{.left = *left, .right = *right});
}

Result<NormalizerPtr> load_prepend(const json::value& definition) {
  const auto content = string_member(definition, "prepend");
  if (!content) return std::unexpected(content.error());
  return std::make_unique<const Prepend>(*content);
}

Result<NormalizerPtr> load_replace(const json::value& definition) {
  auto finder = finder_member(definition);
  if (!finder) return std::unexpected(std::move(finder.error()));
  const auto content = string_member(definition, "content");
  if (!content) return std::unexpected(content.error());
  return std::make_unique<const Replace>(std::move(*finder), *content);
}

Result<NormalizerPtr> load_precompiled(const json::value& definition) {
  const auto encoded = string_member(definition, "precompiled_charsmap");
  if (!encoded) return std::unexpected(encoded.error());
  const auto bytes = decode_base64(*encoded);
  if (!bytes) return context("precompiled_charsmap", bytes.error());
  auto map = Charsmap::parse(*bytes);
  if (!map) return std::unexpected(std::move(map.error()));
  return rewriting(std::move(*map));
}

Result<NormalizerPtr> load_sequence(const json::value& definition) {
  const auto list = list_member(definition, "normalizers");
  if (!list) return std::unexpected(list.error());
  std::vector<NormalizerPtr> steps;
  for (const json::value& each : **list) {
    auto step = Normalizer::load(each);
    if (!step) return step;
    if (!*step) return fail(Errc::invalid, "null is no normalizer");
    steps.push_back(std::move(*step));
  }
  return std::make_unique<const Sequence>(std::move(steps));
}

struct Kind {
  std::string_view type;
  Result<NormalizerPtr> (*load)(const json::value& definition);
};

constexpr Kind kKinds[] = {
    {"BertNormalizer", load_bert},
    {"ByteLevel", load_by_character<VisibleBytes>},
    {"Lowercase", load_by_character<Lowercase>},
    {"NFC", load_normal_form<text::NormalForm::nfc>},
    {"NFD", load_normal_form<text::NormalForm::nfd>},
    {"NFKC", load_normal_form<text::NormalForm::nfkc>},
    {"NFKD", load_normal_form<text::NormalForm::nfkd>},
    {"Nmt", load_by_character<Nmt>},
    {"Precompiled", load_precompiled},
    {"Prepend", load_prepend},
    {"Replace", load_replace},
    {"Sequence", load_sequence},
    {"Strip", load_strip},
    {"StripAccents", load_by_character<Without<text::Property::mark>>},
};

}  // namespace

Result<NormalizerPtr> Normalizer::load(const json::value& definition) {
  if (definition.is_null()) return nullptr;
  const auto type = type_of(definition);
  if (!type) return context("normalizer", type.error());
  const auto* kind = std::ranges::find(kKinds, *type, &Kind::type);
  if (kind == std::ranges::end(kKinds)) {
    return fail(Errc::unsupported, fmt::format("normalizer {}: not a type that is known", *type));
  }
  auto loaded = kind->load(definition);
  if (!loaded) return context(fmt::format("normalizer {}", *type), std::move(loaded.error()));
  return loaded;
}

}  // namespace dynamo::tokens
