#include "tokens/tokenizer.h"

#include "text/utf8.h"
#include "tokens/encoder.h"
#include "tokens/parts.h"

namespace dynamo::tokens {
namespace {

/// What post-processing makes of the tokens of any text: ids to add, and gaps where the text's own go.
using Layout = std::vector<std::optional<TokenId>>;

constexpr TokenId kProbe = kMaxTokenId + 1;  // no token has it

/// Post-processing never looks at the ids, so that one look at what it does with a single one is enough.
Layout probe(const PostProcessor* processor, SpecialTokens special) {
  if (processor == nullptr) return {std::nullopt};
  std::vector<EncodedPart> parts{{{{kProbe}, {{}}, {""}, {0}, {false}}, {}}};
  processor->apply(parts, special);
  Layout layout;
  for (const EncodedPart& part : parts) {
    for (const TokenId id : part.encoding.ids) {
      layout.push_back(id == kProbe ? std::nullopt : std::optional(id));
    }
  }
  return layout;
}

SpecialTokens special_tokens(EncodeOptions options) {
  return options.add_special_tokens ? SpecialTokens::add : SpecialTokens::leave_out;
}

/// How many ids to set room aside for; texts have fewer.
std::size_t expected_ids(std::string_view text) { return text.size() / 3 + 16; }

Result<void> check_size(std::string_view text) {
  constexpr std::size_t kLongest = std::size_t{1}
                                   << 30;  // places are 32 bits wide, and normalizers add to it
  if (text.size() <= kLongest) return {};
  return fail(Errc::too_large, fmt::format("a text may have {} bytes, got {}", kLongest, text.size()));
}

}  // namespace

struct Tokenizer::State {
  State(Parts given, AddedTokens tokens)
      : parts(std::move(given)),
        added(std::move(tokens)),
        encoder(parts, added),
        bare(probe(parts.post_processor.get(), SpecialTokens::leave_out)),
        full(probe(parts.post_processor.get(), SpecialTokens::add)) {}

  const Layout& layout(EncodeOptions options) const { return options.add_special_tokens ? full : bare; }
  Result<std::vector<TokenId>> encode(std::string_view text, EncodeOptions options, PromptCache* seen) const;

  Parts parts;
  AddedTokens added;
  Encoder encoder;
  Layout bare;
  Layout full;
};

Result<std::vector<TokenId>> Tokenizer::State::encode(std::string_view text, EncodeOptions options,
                                                      PromptCache* seen) const {
  if (auto checked = check_size(text); !checked) return std::unexpected(std::move(checked.error()));
  std::string repaired;
  if (!text::is_valid(text)) {
    repaired = text::repaired(text);
    text = repaired;
  }
  std::vector<TokenId> ids;
  ids.reserve(expected_ids(text));
  for (const auto& item : layout(options)) {
    if (item) {
      ids.push_back(*item);
    } else if (auto encoded = encoder.encode(text, ids, seen); !encoded) {
      return std::unexpected(std::move(encoded.error()));
    }
  }
  return ids;
}

Tokenizer::Tokenizer(std::unique_ptr<const State> state) : state_(std::move(state)) {}
Tokenizer::~Tokenizer() = default;

Result<std::shared_ptr<const Tokenizer>> Tokenizer::assemble(Parts parts) {
  auto added = AddedTokens::build(parts.added_tokens, parts.model->vocabulary(), parts.normalizer.get());
  if (!added) return std::unexpected(added.error());
  if (parts.decoder == nullptr) {
    auto decoder = Decoder::load(nullptr);
    if (!decoder) return std::unexpected(decoder.error());
    parts.decoder = std::move(*decoder);
  }
  if (added->note()) parts.notes.push_back(*added->note());
  auto state = std::make_unique<State>(std::move(parts), std::move(*added));
  return std::shared_ptr<const Tokenizer>(new Tokenizer(std::move(state)));
}

Result<std::shared_ptr<const Tokenizer>> Tokenizer::parse(std::string_view tokenizer_json) {
  auto parts = parts_from_json(tokenizer_json);
  if (!parts) return std::unexpected(parts.error());
  return assemble(std::move(*parts));
}

Result<std::vector<TokenId>> Tokenizer::encode(std::string_view text, EncodeOptions options) const {
  return state_->encode(text, options, nullptr);
}

Result<std::vector<TokenId>> Tokenizer::encode(std::string_view text, EncodeOptions options,
                                               PromptCache& seen) const {
  return state_->encode(text, options, &seen);
}

Result<Encoding> Tokenizer::encode_with_offsets(std::string_view text, EncodeOptions options) const {
  if (auto checked = check_size(text); !checked) return std::unexpected(std::move(checked.error()));
  auto encoded = state_->encoder.encode_with_offsets(text);
  if (!encoded) return encoded;
  std::vector<EncodedPart> parts{{std::move(*encoded), text}};
  if (state_->parts.post_processor != nullptr)
    state_->parts.post_processor->apply(parts, special_tokens(options));
  if (parts.empty()) return Encoding{};
  Encoding encoding = std::move(parts.front().encoding);
  for (const EncodedPart& part : std::span(parts).subspan(1)) append(encoding, part.encoding);
  return encoding;
}

std::unique_ptr<DecodeStream> Tokenizer::begin_decode() const { return state_->parts.decoder->begin(); }

Result<std::string> Tokenizer::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
  std::string text;
  const auto stream = begin_decode();
  for (const TokenId id : ids) {
    const auto shown = token(id);
    if (!shown || (skip_special_tokens && special(id))) continue;
    stream->feed(*shown, text);
  }
  stream->finish(text);
  if (const auto& failure = stream->failure()) return std::unexpected(*failure);
  return text;
}

std::optional<std::string_view> Tokenizer::token(TokenId id) const {
  if (const auto added = state_->added.token(id)) return added;
  return state_->parts.model->vocabulary().token(id);
}

std::optional<TokenId> Tokenizer::id(std::string_view token) const {
  if (const auto added = state_->added.id(token)) return added;
  return state_->parts.model->vocabulary().id(token);
}

bool Tokenizer::special(TokenId id) const { return state_->added.special(id); }

std::size_t Tokenizer::vocabulary_size() const {
  return std::max(state_->parts.model->vocabulary().id_limit(), state_->added.id_limit());
}

bool Tokenizer::searches_patterns() const {
  const Parts& parts = state_->parts;
  return (parts.normalizer != nullptr && parts.normalizer->searches_patterns()) ||
         (parts.pre_tokenizer != nullptr && parts.pre_tokenizer->searches_patterns()) ||
         parts.decoder->searches_patterns();
}

std::span<const std::string> Tokenizer::notes() const { return state_->parts.notes; }

}  // namespace dynamo::tokens
