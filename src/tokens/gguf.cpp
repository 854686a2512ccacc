#include "tokens/gguf.h"

#include "text/utf8.h"
#include "tokens/bpe.h"
#include "tokens/gguf_pre_types.h"
#include "tokens/parts.h"
#include "tokens/split_rules.h"
#include "tokens/word_models.h"

namespace dynamo::tokens {
namespace {

constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // U+2581, SentencePiece's space

/// Kinds of tokens by their numbers in the file.
enum class Kind : std::uint8_t {
  normal = 1,
  unknown = 2,
  control = 3,
  user_defined = 4,
  unused = 5,
  byte = 6
};

std::string key(std::string_view name) { return fmt::format("tokenizer.ggml.{}", name); }

/// A file's tokens, checked: kinds and scores, where there are any, are as many as tokens.
struct TokenList {
  std::vector<std::string> texts;
  std::vector<Kind> kinds;
  std::vector<double> scores;  // empty when the file has none
};

Kind kind_of(double number) {
  return number >= 1 && number <= 6 ? static_cast<Kind>(static_cast<std::uint8_t>(number)) : Kind::normal;
}

Result<TokenList> read_tokens(const GgufMetadata& file) {
  const auto* texts = file.texts(key("tokens"));
  if (texts == nullptr || texts->empty()) return fail(Errc::invalid, key("tokens") + " is missing");
  TokenList out;
  out.texts = *texts;
  for (std::size_t id = 0; id < out.texts.size(); ++id) {
    if (out.texts[id].empty()) out.texts[id] = fmt::format("[EMPTY_{}]", id);
    if (!text::is_valid(out.texts[id]))
      return fail(Errc::invalid, fmt::format("{}: token {} is not UTF-8", key("tokens"), id));
  }
  out.kinds.assign(out.texts.size(), Kind::normal);
  if (const auto* kinds = file.numbers(key("token_type"))) {
    if (kinds->size() < out.texts.size())
      return fail(Errc::invalid, key("token_type") + " is shorter than the tokens");
    for (std::size_t id = 0; id < out.kinds.size(); ++id) out.kinds[id] = kind_of((*kinds)[id]);
  }
  if (const auto* scores = file.numbers(key("scores"))) {
    if (scores->size() < out.texts.size())
      return fail(Errc::invalid, key("scores") + " is shorter than the tokens");
    out.scores.assign(scores->begin(), scores->begin() + static_cast<std::ptrdiff_t>(out.texts.size()));
  }
  return out;
}

bool is_added(Kind kind) {
  return kind == Kind::control || kind == Kind::user_defined || kind == Kind::unknown;
}

/// How many of the first tokens belong to the model: without the added ones behind them a byte-level
/// vocabulary is nothing but its alphabet and what is merged of it.
std::size_t model_size(const TokenList& tokens) {
  std::size_t size = tokens.kinds.size();
  while (size > 0 && is_added(tokens.kinds[size - 1])) --size;
  return size;
}

Result<Vocabulary> make_vocabulary(std::span<const std::string> texts) {
  Vocabulary vocabulary;
  for (std::size_t id = 0; id < texts.size(); ++id) {
    auto added = vocabulary.add(texts[id], static_cast<TokenId>(id));
    if (!added) return context(key("tokens"), std::move(added.error()));
  }
  return vocabulary;
}

/// Phi-3's special tokens take white space behind them along; files do not say so.
bool takes_space_behind(const GgufMetadata& file, std::string_view token) {
  std::string name(file.text("general.name").value_or(""));
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (name.find("phi-3") == std::string::npos && name.find("phi3") == std::string::npos) return false;
  return token != "<unk>" && token != "<s>" && token != "<|endoftext|>";
}

std::vector<AddedToken> added_tokens(const GgufMetadata& file, const TokenList& tokens) {
  std::vector<AddedToken> out;
  for (std::size_t id = 0; id < tokens.texts.size(); ++id) {
    if (!is_added(tokens.kinds[id])) continue;
    AddedToken token{.content = tokens.texts[id], .normalized = false, .id = static_cast<TokenId>(id)};
    token.special = tokens.kinds[id] != Kind::user_defined;
    token.rstrip = takes_space_behind(file, token.content);
    out.push_back(std::move(token));
  }
  return out;
}

/// The token that the file names in `name`, or `fallback`; none when there is no such id.
std::optional<TokenId> named_token(const GgufMetadata& file, std::string_view name, const TokenList& tokens,
                                   std::optional<TokenId> fallback) {
  const auto given = file.natural(key(name));
  if (given && *given < tokens.texts.size()) return static_cast<TokenId>(*given);
  return fallback && *fallback < tokens.texts.size() ? fallback : std::nullopt;
}

/// What is put around every text.
struct Frame {
  std::optional<TokenId> before;
  std::optional<TokenId> behind;
};

/// Whether, and by default, a token is added, and which.
struct FrameRule {
  std::string_view flag;
  bool by_default;
  std::string_view id;
  std::optional<TokenId> default_id;
};

Result<std::optional<TokenId>> framing_token(const GgufMetadata& file, const TokenList& tokens,
                                             const FrameRule& rule) {
  if (!file.flag(key(rule.flag)).value_or(rule.by_default)) return std::optional<TokenId>{};
  const auto id = named_token(file, rule.id, tokens, rule.default_id);
  if (!id)
    return fail(Errc::invalid, fmt::format("{} is missing, and {} is set", key(rule.id), key(rule.flag)));
  return id;
}

Result<Frame> read_frame(const GgufMetadata& file, const TokenList& tokens, const FrameRule& before,
                         const FrameRule& behind) {
  const auto first = framing_token(file, tokens, before);
  if (!first) return std::unexpected(first.error());
  const auto last = framing_token(file, tokens, behind);
  if (!last) return std::unexpected(last.error());
  return Frame{*first, *last};
}

json::value framing_definition(const Frame& frame, const TokenList& tokens) {
  if (!frame.before && !frame.behind) return nullptr;
  json::array single;
  json::object special;
  const auto add = [&](std::optional<TokenId> id) {
    if (!id) return;
    const std::string& text = tokens.texts[*id];
    single.push_back({{"SpecialToken", {{"id", text}, {"type_id", 0}}}});
    special[text] = {{"id", text}, {"ids", json::array{*id}}, {"tokens", json::array{text}}};
  };
  add(frame.before);
  single.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
  add(frame.behind);
  json::array pair = single;
  pair.push_back({{"Sequence", {{"id", "B"}, {"type_id", 1}}}});
  return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", special}};
}

/// Everything around the model, by its definitions as a tokenizer.json has them.
struct Surroundings {
  json::value normalizer;
  json::value pre_tokenizer;
  json::value decoder;
};

Result<Parts> put_together(std::unique_ptr<const Model> model, const Surroundings& around, const Frame& frame,
                           const TokenList& tokens, std::vector<AddedToken> added) {
  Parts parts;
  auto normalizer = Normalizer::load(around.normalizer);
  if (!normalizer) return std::unexpected(std::move(normalizer.error()));
  auto pre_tokenizer = PreTokenizer::load(around.pre_tokenizer);
  if (!pre_tokenizer) return std::unexpected(std::move(pre_tokenizer.error()));
  auto post_processor = PostProcessor::load(framing_definition(frame, tokens));
  if (!post_processor) return std::unexpected(std::move(post_processor.error()));
  auto decoder = Decoder::load(around.decoder);
  if (!decoder) return std::unexpected(std::move(decoder.error()));
  parts.normalizer = std::move(*normalizer);
  parts.pre_tokenizer = std::move(*pre_tokenizer);
  parts.model = std::move(model);
  parts.post_processor = std::move(*post_processor);
  parts.decoder = std::move(*decoder);
  parts.added_tokens = std::move(added);
  return parts;
}

// --- gpt2: byte-level BPE ---

Result<std::vector<Merge>> read_merges(const GgufMetadata& file, const Vocabulary& vocabulary) {
  const auto* lines = file.texts(key("merges"));
  if (lines == nullptr) return fail(Errc::invalid, key("merges") + " is missing");
  std::vector<Merge> rules;
  rules.reserve(lines->size());
  for (const std::string_view line : *lines) {
    const std::size_t space = line.find(' ', 1);
    if (space == std::string_view::npos) {
      return fail(Errc::invalid,
                  fmt::format("{}: \"{}\" is not two tokens with a space between", key("merges"), line));
    }
    auto rule = Bpe::rule(vocabulary, line.substr(0, space), line.substr(space + 1));
    if (!rule) return context(key("merges"), std::move(rule.error()));
    rules.push_back(*rule);
  }
  return rules;
}

json::value byte_level_splits(std::span<const std::string_view> patterns) {
  json::array steps;
  for (const std::string_view pattern : patterns) {
    steps.push_back(
        {{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}});
  }
  steps.push_back(
      {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", false}, {"use_regex", false}});
  return {{"type", "Sequence"}, {"pretokenizers", std::move(steps)}};
}

Result<Parts> byte_level(const GgufMetadata& file, const TokenList& tokens) {
  const std::string_view pre = file.text(key("pre")).value_or("default");
  const auto type = find_gguf_pre_type(pre);
  if (!type) return std::unexpected(type.error());
  constexpr TokenId kDefaultId = 11;
  const auto frame = read_frame(file, tokens, {"add_bos_token", type->add_bos, "bos_token_id", kDefaultId},
                                {"add_eos_token", false, "eos_token_id", kDefaultId});
  if (!frame) return std::unexpected(frame.error());
  auto vocabulary = make_vocabulary(std::span(tokens.texts).first(model_size(tokens)));
  if (!vocabulary) return std::unexpected(std::move(vocabulary.error()));
  const auto rules = read_merges(file, *vocabulary);
  if (!rules) return std::unexpected(rules.error());
  auto model = Bpe::build(std::move(*vocabulary), *rules, {.ignore_merges = type->ignore_merges});
  if (!model) return std::unexpected(std::move(model.error()));
  const Surroundings around{nullptr, byte_level_splits(type->patterns), {{"type", "ByteLevel"}}};
  return put_together(std::move(*model), around, *frame, tokens, added_tokens(file, tokens));
}

// --- llama: SentencePiece BPE ---

/// Tokens that merging may make, the one with the highest score first.
std::vector<TokenId> merging_order(const TokenList& tokens) {
  std::vector<TokenId> order;
  for (std::size_t id = 0; id < tokens.texts.size(); ++id) {
    const Kind kind = tokens.kinds[id];
    if (kind == Kind::normal || kind == Kind::unused) order.push_back(static_cast<TokenId>(id));
  }
  std::ranges::stable_sort(order, std::greater<>{}, [&](TokenId id) { return tokens.scores[id]; });
  return order;
}

/// Errors: unsupported when two tokens that merging makes have one score: which of them goes first would
/// depend on the text.
Result<void> check_scores(const std::vector<Merge>& rules, const TokenList& tokens) {
  for (std::size_t i = 1; i < rules.size(); ++i) {
    const TokenId one = rules[i - 1].merged;
    const TokenId other = rules[i].merged;
    if (one == other || tokens.scores[one] != tokens.scores[other]) continue;
    return fail(Errc::unsupported,
                fmt::format("{}: \"{}\" and \"{}\" have the same score, so that the order of merges "
                            "is open",
                            key("scores"), tokens.texts[one], tokens.texts[other]));
  }
  return {};
}

json::value space_marks(bool prefix) {
  const json::value replace{{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", kSpaceMark}};
  if (!prefix) return replace;
  const json::value prepend{{"type", "Prepend"}, {"prepend", kSpaceMark}};
  return {{"type", "Sequence"}, {"normalizers", json::array{prepend, replace}}};
}

json::value space_decoder(bool prefix) {
  json::array steps{{{"type", "Replace"}, {"pattern", {{"String", kSpaceMark}}}, {"content", " "}},
                    {{"type", "ByteFallback"}},
                    {{"type", "Fuse"}}};
  if (prefix) steps.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  return {{"type", "Sequence"}, {"decoders", std::move(steps)}};
}

Result<Parts> sentence_piece(const GgufMetadata& file, const TokenList& tokens) {
  if (tokens.scores.empty()) return fail(Errc::invalid, key("scores") + " is missing");
  constexpr TokenId kUnknown = 0;
  constexpr TokenId kBegin = 1;
  constexpr TokenId kEnd = 2;
  const auto frame = read_frame(file, tokens, {"add_bos_token", true, "bos_token_id", kBegin},
                                {"add_eos_token", false, "eos_token_id", kEnd});
  if (!frame) return std::unexpected(frame.error());
  auto vocabulary = make_vocabulary(tokens.texts);
  if (!vocabulary) return std::unexpected(std::move(vocabulary.error()));
  const std::vector<Merge> rules = split_rules(*vocabulary, merging_order(tokens));
  if (auto checked = check_scores(rules, tokens); !checked)
    return std::unexpected(std::move(checked.error()));
  BpeOptions options{.byte_fallback = true, .order = Merges::Order::by_token};
  if (const auto unknown = named_token(file, "unknown_token_id", tokens, kUnknown)) {
    options.unknown = tokens.texts[*unknown];
  }
  auto model = Bpe::build(std::move(*vocabulary), rules, std::move(options));
  if (!model) return std::unexpected(std::move(model.error()));
  const bool prefix = file.flag(key("add_space_prefix")).value_or(true);
  const Surroundings around{space_marks(prefix), nullptr, space_decoder(prefix)};
  return put_together(std::move(*model), around, *frame, tokens, added_tokens(file, tokens));
}

// --- bert: WordPiece ---

/// Tokens as WordPiece writes them: the file marks those that begin a word, the model those that do not.
TokenList with_continuation_marks(TokenList tokens) {
  for (std::size_t id = 0; id < tokens.texts.size(); ++id) {
    std::string& text = tokens.texts[id];
    if (text.starts_with(kSpaceMark)) {
      text.erase(0, kSpaceMark.size());
    } else if (!is_added(tokens.kinds[id]) && !(text.starts_with('[') && text.ends_with(']'))) {
      text.insert(0, "##");
    }
  }
  return tokens;
}

Result<Parts> word_piece(const GgufMetadata& file, const TokenList& listed) {
  const TokenList tokens = with_continuation_marks(listed);
  constexpr TokenId kUnknown = 100;
  constexpr TokenId kBegin = 101;
  constexpr TokenId kSeparator = 102;
  const auto frame = read_frame(file, tokens, {"add_bos_token", true, "bos_token_id", kBegin},
                                {"add_sep_token", true, "seperator_token_id", kSeparator});
  if (!frame) return std::unexpected(frame.error());
  const auto unknown = named_token(file, "unknown_token_id", tokens, kUnknown);
  if (!unknown) return fail(Errc::invalid, key("unknown_token_id") + " is missing");
  auto vocabulary = make_vocabulary(tokens.texts);
  if (!vocabulary) return std::unexpected(std::move(vocabulary.error()));
  auto model = WordPiece::build(std::move(*vocabulary), {.unknown = tokens.texts[*unknown]});
  if (!model) return std::unexpected(std::move(model.error()));
  const bool lowercase = file.flag(key("normalizer.lowercase")).value_or(true);
  const bool strip_accents = file.flag(key("normalizer.strip_accents")).value_or(true);
  const Surroundings around{{{"type", "BertNormalizer"},
                             {"clean_text", true},
                             {"handle_chinese_chars", true},
                             {"strip_accents", strip_accents},
                             {"lowercase", lowercase}},
                            {{"type", "BertPreTokenizer"}},
                            {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}}};
  return put_together(std::move(*model), around, *frame, tokens, added_tokens(file, tokens));
}

struct Row {
  std::string_view name;
  Result<Parts> (*read)(const GgufMetadata& file, const TokenList& tokens);
};

constexpr Row kRows[] = {{"gpt2", byte_level}, {"llama", sentence_piece}, {"bert", word_piece}};

}  // namespace

Result<Parts> parts_from_gguf(const GgufMetadata& file) {
  const auto model = file.text(key("model"));
  if (!model) return fail(Errc::invalid, key("model") + " is missing: the file has no vocabulary");
  const auto* row = std::ranges::find(kRows, *model, &Row::name);
  if (row == std::end(kRows)) {
    return fail(Errc::unsupported,
                fmt::format("GGUF tokenizer \"{}\" is not supported; gpt2, llama and bert are", *model));
  }
  const auto tokens = read_tokens(file);
  if (!tokens) return std::unexpected(tokens.error());
  return row->read(file, *tokens);
}

}  // namespace dynamo::tokens
