#include "tokens/pre_tokenizer_changing.h"

#include "tokens/byte_alphabet.h"
#include "tokens/normalizer_characters.h"

namespace dynamo::tokens {
namespace {

text::Range whole(std::string_view text) {
  return {.begin = 0, .end = static_cast<std::uint32_t>(text.size())};
}

void make_visible(text::AlignedText& word) {
  text::Edits edits;
  CharacterRule<VisibleBytes>{}.rewrite(word.text(), edits);
  word.transform(edits);
}

}  // namespace

ByteLevel::ByteLevel(bool add_prefix_space, std::optional<CutAtMatches> words)
    : add_prefix_space_(add_prefix_space), words_(std::move(words)) {
  if (words_ && !words_->matcher) return;
  byte_words_ =
      ByteWords{.matcher = words_ ? words_->matcher : nullptr, .add_prefix_space = add_prefix_space};
}

Result<void> ByteLevel::split(std::vector<text::AlignedText>& pieces) const {
  std::vector<text::AlignedText> out;
  std::vector<text::Range> parts;
  for (text::AlignedText& piece : pieces) {
    if (lacks_space(piece.text())) piece.prepend(" ");
    if (words_) {
      parts.clear();
      if (auto cut = words_->cut(piece.text(), parts); !cut) return cut;
      for (const text::Range part : parts) out.push_back(piece.slice(part));
    } else if (!piece.empty()) {
      out.push_back(std::move(piece));
    }
  }
  std::ranges::for_each(out, make_visible);
  pieces = std::move(out);
  return {};
}

Result<void> ByteLevel::split(PlainPieces& pieces) const {
  PlainPieces out{.at_start = pieces.at_start};
  out.text.reserve(pieces.text.size() + pieces.text.size() / 2);
  std::string spaced;
  std::vector<text::Range> parts;
  for (const text::Range piece : pieces.pieces) {
    std::string_view text = piece.of(pieces.text);
    if (lacks_space(text)) text = spaced.assign(" ").append(text);
    parts.clear();
    if (words_) {
      if (auto cut = words_->cut(text, parts); !cut) return cut;
    } else {
      parts.push_back(whole(text));
    }
    for (const text::Range part : parts) {
      const auto begin = static_cast<std::uint32_t>(out.text.size());
      append_visible(part.of(text), out.text);
      out.pieces.push_back({.begin = begin, .end = static_cast<std::uint32_t>(out.text.size())});
    }
  }
  pieces = std::move(out);
  return {};
}

Metaspace::Metaspace(char32_t mark, Prepend prepend, bool cuts) : prepend_(prepend), cuts_(cuts) {
  text::append_code_point(mark_, mark);
}

bool Metaspace::prepends(std::string_view piece, bool at_start) const {
  if (piece.starts_with(mark_)) return false;
  return prepend_ == Prepend::always || (prepend_ == Prepend::first && at_start);
}

void Metaspace::append_marked(std::string_view text, std::string& out) const {
  while (true) {
    const std::size_t space = text.find(' ');
    out.append(text.substr(0, space));
    if (space == std::string_view::npos) return;
    out += mark_;
    text.remove_prefix(space + 1);
  }
}

void Metaspace::cut(std::string_view text, std::vector<text::Range>& parts) const {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = cuts_ ? std::min(text.find(mark_, at + 1), text.size()) : text.size();
    parts.push_back({.begin = static_cast<std::uint32_t>(at), .end = static_cast<std::uint32_t>(end)});
    at = end;
  }
}

Result<void> Metaspace::split(std::vector<text::AlignedText>& pieces) const {
  static const text::Finder kSpaces = text::Finder::literal(" ");
  std::vector<text::AlignedText> out;
  std::vector<text::Range> matches;
  std::vector<text::Range> parts;
  for (text::AlignedText& piece : pieces) {
    matches.clear();
    if (auto found = kSpaces.find_all(piece.text(), matches); !found) return found;
    piece.replace(matches, mark_);
    if (prepends(piece.text(), piece.origin().begin == 0)) piece.prepend(mark_);
    if (!cuts_ && !piece.empty()) {  // not even cut anew, which would change its origin
      out.push_back(std::move(piece));
      continue;
    }
    parts.clear();
    cut(piece.text(), parts);
    for (const text::Range part : parts) out.push_back(piece.slice(part));
  }
  pieces = std::move(out);
  return {};
}

Result<void> Metaspace::split(PlainPieces& pieces) const {
  PlainPieces out{.at_start = pieces.at_start};
  out.text.reserve(pieces.text.size() + pieces.text.size() / 2);
  bool at_start = pieces.at_start;
  for (const text::Range piece : pieces.pieces) {
    const std::string_view text = piece.of(pieces.text);
    const auto begin = static_cast<std::uint32_t>(out.text.size());
    const std::size_t first = out.pieces.size();
    if (!text.starts_with(' ') && prepends(text, at_start)) out.text += mark_;
    append_marked(text, out.text);
    at_start = false;
    cut(std::string_view(out.text).substr(begin), out.pieces);
    for (text::Range& part : std::span(out.pieces).subspan(first)) {
      part.begin += begin;
      part.end += begin;
    }
  }
  pieces = std::move(out);
  return {};
}

}  // namespace dynamo::tokens
