#include "tokens/encoder.h"

#include <atomic>

#include "text/growth.h"
#include "text/utf8.h"

namespace dynamo::tokens {
namespace {

/// Shorter stretches are tokenized sooner than they are looked up.
constexpr std::size_t kWorthRemembering = 48;

std::unique_ptr<const ByteBpe> byte_bpe_for(const Parts& parts) {
  const auto* bpe = dynamic_cast<const Bpe*>(parts.model.get());
  const bool bytes = parts.pre_tokenizer != nullptr && parts.pre_tokenizer->byte_words() != nullptr;
  return bpe != nullptr && bytes ? ByteBpe::make(*bpe) : nullptr;
}

std::uint64_t next_scope() {
  static std::atomic<std::uint64_t> count{0};
  return ++count;
}

Span whole(std::string_view text) { return {0, static_cast<std::uint32_t>(text.size())}; }

/// The bytes of the input that a token of `word` came from, by the library's rules for odd cases: an empty
/// token stands where it would in the original, and one that reaches beyond the word is left as it is.
Span original_span(const text::AlignedText& word, Span span) {
  if (span.empty()) return {word.origin().begin + span.begin, word.origin().begin + span.end};
  if (span.end > word.text().size()) return span;
  return word.origin(span);
}

void push(Encoding& encoding, TokenId id, Span offsets, std::string_view token) {
  encoding.ids.push_back(id);
  encoding.offsets.push_back(offsets);
  encoding.tokens.emplace_back(token);
  encoding.types.push_back(0);
  encoding.special.push_back(false);
}

}  // namespace

Encoder::Encoder(const Parts& parts, const AddedTokens& added)
    : parts_(parts),
      added_(added),
      byte_bpe_(byte_bpe_for(parts)),
      needs_tracing_(parts.pre_tokenizer != nullptr && parts.pre_tokenizer->needs_origins() &&
                     parts.normalizer != nullptr),
      scope_(next_scope()) {}

Result<void> Encoder::encode(std::string_view text, std::vector<TokenId>& ids, PromptCache* seen) const {
  if (needs_tracing_) {
    const auto traced = encode_with_offsets(text);
    if (!traced) return std::unexpected(traced.error());
    ids.insert(ids.end(), traced->ids.begin(), traced->ids.end());
    return {};
  }
  std::vector<AddedMatch> matches;
  added_.find_raw(text, matches);
  for (const AddedMatch& match : matches) {
    if (match.id) {
      ids.push_back(*match.id);
      continue;
    }
    const Start start = match.span.begin == 0 ? Start::of_prompt : Start::later;
    if (auto encoded = encode_stretch(slice(text, match.span), start, ids, seen); !encoded) return encoded;
  }
  return {};
}

/// What the tokens of a stretch depend on: its text, whether it begins the prompt, and the tokenizer.
Result<void> Encoder::encode_stretch(std::string_view stretch, Start start, std::vector<TokenId>& ids,
                                     PromptCache* seen) const {
  if (seen == nullptr || stretch.size() < kWorthRemembering) return encode_plain(stretch, start, ids);
  const PromptCache::Key key{stretch, scope_ * 2 + (start == Start::of_prompt ? 1 : 0)};
  if (seen->find(key, ids)) return {};
  const std::size_t before = ids.size();
  if (auto encoded = encode_plain(stretch, start, ids); !encoded) return encoded;
  seen->insert(key, ids.data() + before, ids.size() - before);
  return {};
}

Result<void> Encoder::encode_plain(std::string_view stretch, Start start, std::vector<TokenId>& ids) const {
  if (parts_.normalizer == nullptr) return encode_normalized(stretch, start, ids);
  std::string normalized(stretch);
  if (auto applied = parts_.normalizer->apply(normalized); !applied) return applied;
  if (auto checked = text::check_growth(stretch.size(), normalized.size()); !checked) return checked;
  return encode_normalized(normalized, start, ids);
}

Result<void> Encoder::encode_normalized(std::string_view text, Start start, std::vector<TokenId>& ids) const {
  if (!added_.any_normalized()) return encode_words(text, start, ids);
  std::vector<AddedMatch> matches;
  added_.find_normalized(text, matches);
  for (const AddedMatch& match : matches) {
    if (match.id) {
      ids.push_back(*match.id);
      continue;
    }
    const Start from = match.span.begin == 0 ? start : Start::later;
    if (auto encoded = encode_words(slice(text, match.span), from, ids); !encoded) return encoded;
  }
  return {};
}

Result<void> Encoder::encode_words(std::string_view text, Start start, std::vector<TokenId>& ids) const {
  if (text.empty()) return {};
  if (byte_bpe_ != nullptr) {
    if (parts_.pre_tokenizer->byte_words()->lacks_space(text)) {
      encode_byte_words(' ' + std::string(text), ids);
    } else {
      encode_byte_words(text, ids);
    }
    return {};
  }
  PlainPieces pieces{std::string(text), {whole(text)}, start == Start::of_prompt};
  if (parts_.pre_tokenizer != nullptr) {
    if (auto split = parts_.pre_tokenizer->split(pieces); !split) return split;
  }
  for (const Span word : pieces.pieces) parts_.model->encode(slice(pieces.text, word), ids);
  return {};
}

void Encoder::encode_byte_words(std::string_view text, std::vector<TokenId>& ids) const {
  const text::WordMatcher matcher = parts_.pre_tokenizer->byte_words()->matcher;
  if (matcher == nullptr) return byte_bpe_->encode(text, ids);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = matcher(text, at);
    byte_bpe_->encode(text.substr(at, end - at), ids);
    at = end;
  }
}

Result<Encoding> Encoder::encode_with_offsets(std::string_view text) const {
  Encoding encoding;
  const text::AlignedText aligned(text);
  std::vector<AddedMatch> matches;
  added_.find_raw(aligned.text(), matches);
  for (const AddedMatch& match : matches) {
    if (match.id) {
      push(encoding, *match.id, aligned.origin(match.span), slice(aligned.text(), match.span));
    } else if (auto traced = trace_stretch(aligned.slice(match.span), encoding); !traced) {
      return std::unexpected(std::move(traced.error()));
    }
  }
  return encoding;
}

Result<void> Encoder::trace_stretch(text::AlignedText stretch, Encoding& encoding) const {
  if (parts_.normalizer != nullptr) {
    const std::size_t before = stretch.text().size();
    if (auto applied = parts_.normalizer->apply(stretch); !applied) return applied;
    if (auto checked = text::check_growth(before, stretch.text().size()); !checked) return checked;
  }
  std::vector<AddedMatch> matches;
  added_.find_normalized(stretch.text(), matches);
  for (const AddedMatch& match : matches) {
    text::AlignedText part = stretch.slice(match.span);
    if (match.id) {
      push(encoding, *match.id, original_span(part, whole(part.text())), part.text());
    } else if (auto traced = trace_words(std::move(part), encoding); !traced) {
      return traced;
    }
  }
  return {};
}

Result<void> Encoder::trace_words(text::AlignedText text, Encoding& encoding) const {
  if (byte_bpe_ != nullptr) {
    trace_byte_words(std::move(text), encoding);
    return {};
  }
  std::vector<text::AlignedText> words;
  words.push_back(std::move(text));
  if (parts_.pre_tokenizer != nullptr) {
    if (auto split = parts_.pre_tokenizer->split(words); !split) return split;
  }
  for (const text::AlignedText& word : words) trace_word(word, encoding);
  return {};
}

/// The tokens of a text cover all of its bytes, each as many as it has characters of the byte-level alphabet.
void Encoder::trace_byte_words(text::AlignedText text, Encoding& encoding) const {
  if (text.empty()) return;
  if (parts_.pre_tokenizer->byte_words()->lacks_space(text.text())) text.prepend(" ");
  std::vector<TokenId> ids;
  encode_byte_words(text.text(), ids);
  std::uint32_t at = 0;
  for (const TokenId id : ids) {
    const std::string_view token = *parts_.model->vocabulary().token(id);
    const auto end = at + static_cast<std::uint32_t>(text::count_characters(token));
    push(encoding, id, text.origin({at, end}), token);
    at = end;
  }
}

void Encoder::trace_word(const text::AlignedText& word, Encoding& encoding) const {
  if (word.empty()) return;
  std::vector<Piece> pieces;
  parts_.model->tokenize(word.text(), pieces);
  for (const Piece& piece : pieces) {
    push(encoding, piece.id, original_span(word, piece.span), parts_.model->shown(piece, word.text()));
  }
}

}  // namespace dynamo::tokens
