#include "tokens/unigram.h"

#include "text/utf8.h"
#include "tokens/byte_alphabet.h"

namespace dynamo::tokens {
namespace {

/// How much worse an unknown character is than the worst token. From sentencepiece.
constexpr double kUnknownPenalty = 10.0;

}  // namespace

Unigram::Unigram(Vocabulary vocabulary, std::vector<double> scores, UnigramOptions options)
    : vocabulary_(std::move(vocabulary)), scores_(std::move(scores)), options_(options) {}

Result<std::unique_ptr<const Unigram>> Unigram::build(Vocabulary vocabulary, std::vector<double> scores,
                                                      UnigramOptions options) {
  vocabulary.shrink();
  std::unique_ptr<Unigram> model(new Unigram(std::move(vocabulary), std::move(scores), options));
  if (auto checked = model->check(); !checked) return std::unexpected(checked.error());
  if (auto indexed = model->index_tokens(); !indexed) return std::unexpected(indexed.error());
  return model;
}

Result<void> Unigram::check() const {
  if (options_.unknown && *options_.unknown >= scores_.size()) {
    return fail(Errc::invalid, fmt::format("model.unk_id must be below the size of model.vocab, {}; it is {}",
                                           scores_.size(), *options_.unknown));
  }
  if (!options_.unknown && !covers_byte_alphabet()) {
    return fail(Errc::invalid, "model.unk_id is null: name the token for characters that model.vocab lacks");
  }
  return {};
}

/// Whether no text of a byte-level pre-tokenizer can have an unknown character.
bool Unigram::covers_byte_alphabet() const {
  for (int byte = 0; byte < 256; ++byte) {
    const char raw = static_cast<char>(byte);
    std::string visible;
    append_visible({&raw, 1}, visible);
    if (!vocabulary_.id(visible)) return false;
  }
  return true;
}

Result<void> Unigram::index_tokens() {
  for (TokenId id = 0; id < scores_.size(); ++id) {
    const std::string_view token = *vocabulary_.token(id);
    if (!token.empty() && !trie_.add(token, id)) {
      return fail(Errc::too_large, "model.vocab: the tokens are too long together");
    }
  }
  const double least = scores_.empty() ? 0 : *std::ranges::min_element(scores_);
  unknown_score_ = least - kUnknownPenalty;
  if (!options_.byte_fallback) return {};
  for (unsigned byte = 0; byte < 256; ++byte)
    byte_ids_[byte] = vocabulary_.id(fmt::format("<0x{:02X}>", byte));
  return {};
}

/// For each byte of the word where a token can end, the best token to get there. Of equal scores the first
/// found stays, shorter tokens being tried first.
std::vector<Unigram::Arrival> Unigram::best_arrivals(std::string_view word) const {
  std::vector<Arrival> best(word.size() + 1);
  const auto offer = [&](std::size_t to, Arrival arrival) {
    if (best[to].from == kNowhere || arrival.score > best[to].score) best[to] = arrival;
  };
  for (std::size_t at = 0; at < word.size();) {
    const double here = best[at].score;
    const auto from = static_cast<std::uint32_t>(at);
    const std::size_t next = std::min(at + text::sequence_size(word[at]), word.size());
    bool has_single = false;
    Trie::Node node = Trie::kRoot;
    for (std::size_t end = at; end < word.size();) {
      node = trie_.step(node, word[end++]);
      if (node == Trie::kNone) break;
      const TokenId id = trie_.value(node);
      if (id == Trie::kNone) continue;
      offer(end, {id, from, scores_[id] + here});
      has_single = has_single || end == next;
    }
    if (!has_single) offer(next, {options_.unknown.value_or(0), from, unknown_score_ + here});
    at = next;
  }
  return best;
}

void Unigram::tokenize(std::string_view word, std::vector<Piece>& pieces) const {
  const std::vector<Arrival> best = best_arrivals(word);
  std::vector<Piece> path;  // from the end of the word to its beginning
  for (auto end = static_cast<std::uint32_t>(word.size()); end > 0;) {
    const Arrival& arrival = best[end];
    const bool unknown = arrival.id == options_.unknown;
    if (unknown && !path.empty() && path.back().id == options_.unknown) {
      path.back().span.begin = arrival.from;
    } else {
      path.push_back({arrival.id, {arrival.from, end}});
    }
    end = arrival.from;
  }
  for (auto piece = path.rbegin(); piece != path.rend(); ++piece) append(word, *piece, pieces);
}

/// The id is looked up by the text once more: a fused stretch of unknown characters may be a token after all,
/// and one that is not may fall back to bytes.
void Unigram::append(std::string_view word, Piece piece, std::vector<Piece>& pieces) const {
  const std::string_view text = slice(word, piece.span);
  if (const auto id = vocabulary_.id(text)) {
    pieces.push_back({*id, piece.span});
    return;
  }
  const auto has_token = [&](char byte) { return byte_ids_[static_cast<unsigned char>(byte)].has_value(); };
  if (options_.byte_fallback && std::ranges::all_of(text, has_token)) {
    for (const char byte : text) pieces.push_back({*byte_ids_[static_cast<unsigned char>(byte)], piece.span});
    return;
  }
  pieces.push_back({options_.unknown.value_or(0), piece.span});
}

std::string_view Unigram::shown(const Piece& piece, std::string_view word) const {
  const std::string_view token = Model::shown(piece, word);
  if (piece.id != options_.unknown) return token;
  return slice(word, piece.span);
}

}  // namespace dynamo::tokens
