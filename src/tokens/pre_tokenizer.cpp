#include "tokens/pre_tokenizer.h"

#include "text/growth.h"
#include "tokens/definition.h"
#include "tokens/pre_tokenizer_changing.h"
#include "tokens/pre_tokenizer_cutting.h"

namespace dynamo::tokens {
namespace {

using PreTokenizerPtr = std::unique_ptr<const PreTokenizer>;

class Sequence final : public PreTokenizer {
 public:
  Sequence(std::vector<PreTokenizerPtr> steps, std::optional<ByteWords> byte_words)
      : steps_(std::move(steps)), byte_words_(byte_words) {}

  Result<void> split(std::vector<text::AlignedText>& pieces) const override { return split_all(pieces); }
  Result<void> split(PlainPieces& pieces) const override { return split_all(pieces); }
  const ByteWords* byte_words() const override { return byte_words_ ? &*byte_words_ : nullptr; }
  bool needs_origins() const override {
    return std::ranges::any_of(steps_, [](const auto& step) { return step->needs_origins(); });
  }
  bool searches_patterns() const override {
    return !byte_words_ &&
           std::ranges::any_of(steps_, [](const auto& step) { return step->searches_patterns(); });
  }

 private:
  static std::size_t size_of(const PlainPieces& pieces) { return pieces.text.size(); }
  static std::size_t size_of(const std::vector<text::AlignedText>& pieces) {
    std::size_t size = 0;
    for (const text::AlignedText& piece : pieces) size += piece.text().size();
    return size;
  }

  template <class Pieces>
  Result<void> split_all(Pieces& pieces) const {
    const std::size_t before = size_of(pieces);
    for (const auto& step : steps_) {
      if (auto split = step->split(pieces); !split) return split;
      if (auto checked = text::check_growth(before, size_of(pieces)); !checked) return checked;
    }
    return {};
  }

  std::vector<PreTokenizerPtr> steps_;
  std::optional<ByteWords> byte_words_;
};

template <class Rule>
PreTokenizerPtr cutting(Rule rule) {
  return std::make_unique<const Cutting<Rule>>(std::move(rule));
}

template <class Rule>
Result<PreTokenizerPtr> load_plain(const json::value& /*definition*/) {
  return cutting(Rule{});
}

Result<PreTokenizerPtr> load_whitespace_split(const json::value& /*definition*/) {
  return cutting(CutAtProperty<text::Property::white_space>{Delimiters::removed});
}

Result<PreTokenizerPtr> load_byte_level(const json::value& definition) {
  const auto add_prefix_space = bool_member(definition, "add_prefix_space");
  if (!add_prefix_space) return std::unexpected(add_prefix_space.error());
  const auto use_regex = bool_member(definition, "use_regex", true);
  if (!use_regex) return std::unexpected(use_regex.error());
  if (!*use_regex) return std::make_unique<const ByteLevel>(*add_prefix_space, std::nullopt);
  auto finder = text::Finder::pattern(text::kByteLevelPattern);
  if (!finder) return std::unexpected(std::move(finder.error()));
  CutAtMatches words{.finder = std::move(*finder),
                     .matcher = text::find_word_matcher(text::kByteLevelPattern)};
  return std::make_unique<const ByteLevel>(*add_prefix_space, std::move(words));
}

Result<PreTokenizerPtr> load_split(const json::value& definition) {
  auto finder = finder_member(definition);
  if (!finder) return std::unexpected(std::move(finder.error()));
  const auto delimiters = delimiters_member(definition);
  if (!delimiters) return std::unexpected(delimiters.error());
  const auto invert = bool_member(definition, "invert");
  if (!invert) return std::unexpected(invert.error());
  const auto source = regex_member(definition);
  const bool isolated = *delimiters == Delimiters::isolated;
  return cutting(CutAtMatches{.finder = std::move(*finder),
                              .delimiters = *delimiters,
                              .invert = *invert,
                              .matcher = source && isolated ? text::find_word_matcher(*source) : nullptr});
}

Result<PreTokenizerPtr> load_digits(const json::value& definition) {
  const auto individual = bool_member(definition, "individual_digits");
  if (!individual) return std::unexpected(individual.error());
  const Delimiters delimiters = *individual ? Delimiters::isolated : Delimiters::contiguous;
  return cutting(CutAtProperty<text::Property::numeric>{delimiters});
}

Result<PreTokenizerPtr> load_punctuation(const json::value& definition) {
  auto delimiters = Result<Delimiters>(Delimiters::isolated);
  if (json::find(definition, {"behavior"})) delimiters = delimiters_member(definition);
  if (!delimiters) return std::unexpected(delimiters.error());
  return cutting(CutAtProperty<text::Property::punctuation>{*delimiters});
}

Result<PreTokenizerPtr> load_character_delimiter(const json::value& definition) {
  const auto delimiter = character_member(definition, "delimiter");
  if (!delimiter) return std::unexpected(delimiter.error());
  return cutting(CutAtCharacter{*delimiter});
}

Result<PreTokenizerPtr> load_fixed_length(const json::value& definition) {
  constexpr std::int64_t kDefault = 5;
  const bool given = json::find(definition, {"length"}) != nullptr;
  const std::int64_t length = given ? json::int_at(definition, {"length"}).value_or(0) : kDefault;
  if (length < 1) return fail(Errc::invalid, "`length` must be a number from 1");
  return cutting(CutEvery{static_cast<std::size_t>(length)});
}

Result<Metaspace::Prepend> prepend_scheme(const json::value& definition) {
  using enum Metaspace::Prepend;
  Metaspace::Prepend scheme = always;
  if (json::find(definition, {"prepend_scheme"})) {
    const auto name = string_member(definition, "prepend_scheme");
    if (!name) return std::unexpected(name.error());
    const bool known = *name == "first" || *name == "never" || *name == "always";
    if (!known) return fail(Errc::invalid, "`prepend_scheme` must be first, never or always");
    scheme = *name == "first" ? first : *name == "never" ? never : always;
  }
  const auto add_prefix_space = bool_member(definition, "add_prefix_space", true);  // of older files
  if (!add_prefix_space) return std::unexpected(add_prefix_space.error());
  if (!*add_prefix_space && scheme != never) {
    return fail(Errc::invalid,
                "`add_prefix_space` is false, which `prepend_scheme` must agree to with never");
  }
  return scheme;
}

Result<PreTokenizerPtr> load_metaspace(const json::value& definition) {
  const auto mark = character_member(definition, "replacement");
  if (!mark) return std::unexpected(mark.error());
  const auto scheme = prepend_scheme(definition);
  if (!scheme) return std::unexpected(scheme.error());
  const auto cuts = bool_member(definition, "split", true);
  if (!cuts) return std::unexpected(cuts.error());
  return std::make_unique<const Metaspace>(*mark, *scheme, *cuts);
}

/// The pattern of a Split that keeps matches and what lies between them as pieces of their own.
std::optional<std::string_view> isolating_pattern(const json::value& definition) {
  const bool isolates = json::string_at(definition, {"type"}) == "Split" &&
                        json::string_at(definition, {"behavior"}) == "Isolated";
  return isolates ? regex_member(definition) : std::nullopt;
}

/// The fast way of a sequence: splits by patterns that together have one matcher, and then ByteLevel.
/// `steps` is checked and ends with the pre-tokenizer `last`.
std::optional<ByteWords> byte_words_of(const json::array& steps, const PreTokenizer& last) {
  const ByteWords* words = last.byte_words();
  if (!words || json::string_at(steps.back(), {"type"}) != "ByteLevel") return std::nullopt;
  if (steps.size() == 1) return *words;
  if (words->add_prefix_space) return std::nullopt;  // every word would get one
  std::vector<std::string_view> patterns;
  for (const json::value& step : std::span(steps.data(), steps.size() - 1)) {
    const auto pattern = isolating_pattern(step);
    if (!pattern) return std::nullopt;
    patterns.push_back(*pattern);
  }
  if (words->matcher) patterns.push_back(text::kByteLevelPattern);
  const text::WordMatcher matcher = text::find_word_matcher(patterns);
  if (!matcher) return std::nullopt;
  return ByteWords{.matcher = matcher, .add_prefix_space = false};
}

Result<PreTokenizerPtr> load_sequence(const json::value& definition) {
  const auto list = list_member(definition, "pretokenizers");
  if (!list) return std::unexpected(list.error());
  std::vector<PreTokenizerPtr> steps;
  for (const json::value& each : **list) {
    auto step = PreTokenizer::load(each);
    if (!step) return step;
    if (!*step) return fail(Errc::invalid, "null is no pre-tokenizer");
    steps.push_back(std::move(*step));
  }
  const auto byte_words = steps.empty() ? std::nullopt : byte_words_of(**list, *steps.back());
  return std::make_unique<const Sequence>(std::move(steps), byte_words);
}

struct Kind {
  std::string_view type;
  Result<PreTokenizerPtr> (*load)(const json::value& definition);
};

constexpr Kind kKinds[] = {
    {"BertPreTokenizer", load_plain<CutAsBert>},
    {"ByteLevel", load_byte_level},
    {"CharDelimiterSplit", load_character_delimiter},
    {"Digits", load_digits},
    {"FixedLength", load_fixed_length},
    {"Metaspace", load_metaspace},
    {"Punctuation", load_punctuation},
    {"Sequence", load_sequence},
    {"Split", load_split},
    {"UnicodeScripts", load_plain<CutScripts>},
    {"Whitespace", load_plain<CutWords>},
    {"WhitespaceSplit", load_whitespace_split},
};

}  // namespace

Result<PreTokenizerPtr> PreTokenizer::load(const json::value& definition) {
  if (definition.is_null()) return nullptr;
  const auto type = type_of(definition);
  if (!type) return context("pre-tokenizer", type.error());
  const auto* kind = std::ranges::find(kKinds, *type, &Kind::type);
  if (kind == std::ranges::end(kKinds)) {
    return fail(Errc::unsupported, fmt::format("pre-tokenizer {}: not a type that is known", *type));
  }
  auto loaded = kind->load(definition);
  if (!loaded) return context(fmt::format("pre-tokenizer {}", *type), std::move(loaded.error()));
  return loaded;
}

}  // namespace dynamo::tokens
