#include "tokens/normalizer_charsmap.h"

#include "text/edits.h"
#include "text/graphemes.h"

namespace dynamo::tokens {
namespace {

constexpr std::size_t kUnitSize = 4;
constexpr std::size_t kLongestReplacement = 64;  // NFKC has none beyond 33
constexpr std::size_t kLongestGrapheme = 5;      // longer ones are looked up character by character

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t out = 0;
  for (std::size_t at = kUnitSize; at-- > 0;) out = out << 8 | static_cast<unsigned char>(bytes[at]);
  return out;
}

// A unit of the trie, as Darts-clone packs it.
bool has_leaf(std::uint32_t unit) { return (unit >> 8 & 1) != 0; }
std::uint32_t value(std::uint32_t unit) { return unit & 0x7FFFFFFF; }
std::uint32_t label(std::uint32_t unit) { return unit & 0x800000FF; }
std::uint32_t offset(std::uint32_t unit) { return unit >> 10 << ((unit & 0x200) >> 6); }

/// Writes `replacement` for `old`. What is too much is added behind; what is too little is taken off the last
/// character written, which may be one of an earlier replacement.
template <class Out>
void put_replacement(std::string_view old, std::string_view replacement, Out& out) {
  const auto replaced = static_cast<std::int32_t>(text::count_characters(old));
  std::int32_t written = 0;
  for (std::size_t at = 0; at < replacement.size(); ++written) {
    const char32_t character = text::next_character(replacement, at);
    out.put(character, written < replaced ? 0 : 1);
  }
  if (written < replaced) out.adjust_last(written - replaced);
}

std::size_t longest_replacement(std::string_view replacements) {
  std::size_t longest = 0;
  while (!replacements.empty()) {
    const std::size_t size = std::min(replacements.find('\0'), replacements.size());
    longest = std::max(longest, size);
    replacements.remove_prefix(std::min(size + 1, replacements.size()));
  }
  return longest;
}

/// End of the grapheme at `at`; most often two ASCII characters in a row tell that the first one is a whole
/// one.
std::size_t end_of_grapheme(std::string_view text, std::size_t at) {
  const auto is_plain = [&](std::size_t place) {
    return static_cast<unsigned char>(text[place]) < 0x80 && text[place] != '\r';
  };
  if (is_plain(at) && (at + 1 == text.size() || is_plain(at + 1))) return at + 1;
  return text::grapheme_end(text, at);
}

}  // namespace

Result<Charsmap> Charsmap::parse(std::string_view bytes) {
  if (bytes.size() < kUnitSize) return fail(Errc::invalid, "character map: cut short");
  const std::size_t count = read_u32(bytes) / kUnitSize;
  bytes.remove_prefix(kUnitSize);
  if (bytes.size() / kUnitSize < count) return fail(Errc::invalid, "character map: cut short");
  Charsmap map;
  map.units_.reserve(count);
  for (; map.units_.size() < count; bytes.remove_prefix(kUnitSize)) map.units_.push_back(read_u32(bytes));
  if (!text::is_valid(bytes)) return fail(Errc::invalid, "character map: the replacements are not UTF-8");
  if (longest_replacement(bytes) > kLongestReplacement) {
    return fail(Errc::unsupported,
                fmt::format("character map: replacements of more than {} bytes", kLongestReplacement));
  }
  map.replacements_ = bytes;
  map.note_ascii();
  return map;
}

void Charsmap::note_ascii() {
  for (std::size_t code = 0; code < knows_ascii_.size(); ++code) {
    const char character = static_cast<char>(code);
    knows_ascii_[code] = find({&character, 1}).has_value();
  }
}

std::optional<std::uint32_t> Charsmap::find_offset(std::string_view text) const {
  if (units_.empty()) return std::nullopt;
  std::uint32_t at = offset(units_.front());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    at ^= byte;
    if (byte == 0 || at >= units_.size() || label(units_[at]) != byte) return std::nullopt;
    const std::uint32_t unit = units_[at];
    at ^= offset(unit);
    if (has_leaf(unit)) return at < units_.size() ? std::optional(value(units_[at])) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string_view> Charsmap::find(std::string_view text) const {
  const auto begin = find_offset(text);
  if (!begin || *begin > replacements_.size()) return std::nullopt;
  const std::string_view rest = std::string_view(replacements_).substr(*begin);
  if (!rest.empty() && text::is_continuation(rest.front())) return std::nullopt;  // of a broken map
  return rest.substr(0, rest.find('\0'));
}

bool Charsmap::changes(std::string_view grapheme) const {
  if (grapheme.size() == 1 && static_cast<unsigned char>(grapheme.front()) < knows_ascii_.size()) {
    return knows_ascii_[static_cast<unsigned char>(grapheme.front())];
  }
  if (grapheme.size() <= kLongestGrapheme && find(grapheme)) return true;
  for (std::size_t at = 0; at < grapheme.size();) {
    const std::size_t size = text::sequence_size(grapheme[at]);
    if (find(grapheme.substr(at, size))) return true;
    at += size;
  }
  return false;
}

std::size_t Charsmap::unchanged_prefix(std::string_view text) const {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_grapheme(text, at);
    if (changes(text.substr(at, end - at))) return at;
    at = end;
  }
  return text.size();
}

template <class Out>
void Charsmap::rewrite(std::string_view text, Out& out) const {
  const auto put = [&](std::string_view part) {
    const auto replacement = find(part);
    if (replacement) put_replacement(part, *replacement, out);
    return replacement.has_value();
  };
  while (true) {
    const std::size_t kept = unchanged_prefix(text);
    out.keep(text.substr(0, kept));
    text.remove_prefix(kept);
    if (text.empty()) return;
    const std::string_view grapheme = text.substr(0, end_of_grapheme(text, 0));
    text.remove_prefix(grapheme.size());
    if (grapheme.size() <= kLongestGrapheme && put(grapheme)) continue;
    for (std::size_t at = 0; at < grapheme.size();) {
      const std::string_view character = grapheme.substr(at, text::sequence_size(grapheme[at]));
      if (!put(character)) out.keep(character);
      at += character.size();
    }
  }
}

template void Charsmap::rewrite(std::string_view text, text::Edits& out) const;
template void Charsmap::rewrite(std::string_view text, text::PlainEdits& out) const;

}  // namespace dynamo::tokens
