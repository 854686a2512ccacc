#include "text/word_cutter_deepseek.h"

#include "text/word_cutter.h"

namespace dynamo::text::words {
namespace {

constexpr Kinds kWord = kLetter | kMark;
constexpr Kinds kCutOff = kNumber | kIdeograph;
constexpr Kinds kMatched = kWord | kSign | kSpace | kCutOff;  // of characters that are never between matches
constexpr std::size_t kMostDigits = 3;

/// Which of the pieces that the second pattern makes.
enum class Piece : std::uint8_t { ideographs, others };

/// The third pattern within a piece: characters of other pieces are kIdeograph and nothing else.
template <Piece kPiece>
class DeepSeekCutter {
 public:
  static std::size_t next(std::string_view text, std::size_t at) noexcept {
    const Character first = character(text, at);
    if ((first.kinds & kWord) != 0) return run_end(text, at, kWord);
    if ((first.kinds & kNumber) != 0) return run_end(text, at, kNumber, kMostDigits);
    if ((first.kinds & kSign) != 0) {
      const std::size_t end = first.size == 1 ? ascii_word_end(text, at) : at;
      return end > at ? end : signs_end(text, at);
    }
    const std::size_t behind = at + first.size;
    const Kinds second = kinds_at(text, behind);
    if ((second & kWord) != 0 && (first.kinds & kNewline) == 0) return run_end(text, behind, kWord);
    if (text[at] == ' ' && (second & kSign) != 0) return signs_end(text, behind);
    if ((first.kinds & kSpace) != 0) return spaces_end(text, at);
    return gap_end(text, at);
  }

 private:
  static Character character(std::string_view text, std::size_t at) noexcept {
    const auto byte = static_cast<unsigned char>(text[at]);
    constexpr bool kAscii = kPiece == Piece::others;
    if (byte < 0x80) [[likely]]
      return {kAscii ? kKindsOfAscii[byte] : kIdeograph, 1};
    const CodePoint point = long_code_point_at(text, at);
    const bool here = is_kana_or_ideograph(point.code) == (kPiece == Piece::ideographs);
    return {here ? kinds_of_code(point.code) : kIdeograph, point.size};
  }

  /// The kinds of the character at `at`; at the end of the text those of one that is cut off.
  static Kinds kinds_at(std::string_view text, std::size_t at) noexcept {
    return at < text.size() ? character(text, at).kinds : kCutOff;
  }

  static std::size_t run_end(std::string_view text, std::size_t at, Kinds kinds,
                             std::size_t most = kAnyNumber) noexcept {
    for (std::size_t count = 0; count < most && at < text.size(); ++count) {
      const Character next = character(text, at);
      if ((next.kinds & kinds) == 0) break;
      at += next.size;
    }
    return at;
  }

  static bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  /// A sign of ASCII and the letters of ASCII behind it, or `at`.
  static std::size_t ascii_word_end(std::string_view text, std::size_t at) noexcept {
    std::size_t end = at + 1;
    while (end < text.size() && is_ascii_letter(text[end])) ++end;
    return end > at + 1 ? end : at;
  }

  static std::size_t signs_end(std::string_view text, std::size_t at) noexcept {
    at = run_end(text, at, kSign);
    if constexpr (kPiece == Piece::others) {
      while (at < text.size() && (text[at] == '\r' || text[at] == '\n')) ++at;
    }
    return at;
  }

  static std::size_t spaces_end(std::string_view text, std::size_t begin) noexcept {
    std::size_t at = begin;
    std::size_t last = begin;
    std::size_t newlines = begin;
    while (at < text.size()) {
      const Character next = character(text, at);
      if ((next.kinds & kSpace) == 0) break;
      last = at;
      at += next.size;
      if ((next.kinds & kNewline) != 0) newlines = at;
    }
    if (newlines > begin) return newlines;
    const bool at_end = (kinds_at(text, at) & kCutOff) != 0;
    return at_end || last == begin ? at : last;
  }

  /// What is in no match: up to the first character that is always in one, or that begins a word.
  static std::size_t gap_end(std::string_view text, std::size_t at) noexcept {
    while (at < text.size()) {
      const Character next = character(text, at);
      if ((next.kinds & kMatched) != 0) break;
      if ((kinds_at(text, at + next.size) & kWord) != 0) break;
      at += next.size;
    }
    return at;
  }
};

}  // namespace

std::size_t next_deepseek_word(std::string_view text, std::size_t at) {
  const CodePoint first = code_point_at(text, at);
  if (is_kana_or_ideograph(first.code)) return DeepSeekCutter<Piece::ideographs>::next(text, at);
  return DeepSeekCutter<Piece::others>::next(text, at);
}

}  // namespace dynamo::text::words
