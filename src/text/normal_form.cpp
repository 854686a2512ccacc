#include "text/normal_form.h"

#include <boost/container/small_vector.hpp>

#include "text/properties.h"

namespace dynamo::text {
namespace {

using Edit = Edits::Edit;
using Marks = boost::container::small_vector<Edit, 8>;

// Hangul is counted, not looked up (The Unicode Standard, 3.12).
constexpr char32_t kSyllables = 0xAC00;
constexpr char32_t kLeads = 0x1100;
constexpr char32_t kVowels = 0x1161;
constexpr char32_t kTrails = 0x11A7;  // one before the first
constexpr char32_t kLeadCount = 19;
constexpr char32_t kVowelCount = 21;
constexpr char32_t kTrailCount = 28;
constexpr char32_t kSyllableCount = kLeadCount * kVowelCount * kTrailCount;

constexpr bool within(char32_t character, char32_t first, char32_t count) {
  return character >= first && character - first < count;
}

std::optional<char32_t> compose_hangul(char32_t first, char32_t second) {
  if (within(first, kLeads, kLeadCount) && within(second, kVowels, kVowelCount)) {
    return kSyllables + ((first - kLeads) * kVowelCount + (second - kVowels)) * kTrailCount;
  }
  const bool open_syllable =
      within(first, kSyllables, kSyllableCount) && (first - kSyllables) % kTrailCount == 0;
  if (open_syllable && within(second, kTrails + 1, kTrailCount - 1)) return first + (second - kTrails);
  return std::nullopt;
}

std::optional<char32_t> compose(char32_t first, char32_t second) {
  if (const auto syllable = compose_hangul(first, second)) return syllable;
  if (!has(second, Property::joins_previous)) return std::nullopt;
  return composition(first, second);
}

constexpr bool is_compatible(NormalForm form) { return form == NormalForm::nfkc || form == NormalForm::nfkd; }
constexpr bool composes(NormalForm form) { return form == NormalForm::nfc || form == NormalForm::nfkc; }

constexpr Property decomposing(NormalForm form) {
  return is_compatible(form) ? Property::decomposes_compatibly : Property::decomposes;
}

/// Calls `put(character, change)` for each character that `character` decomposes to.
template <class Put>
void decompose(NormalForm form, char32_t character, Put&& put) {
  if (!has(character, decomposing(form))) return put(character, 0);
  if (within(character, kSyllables, kSyllableCount)) {
    const char32_t index = character - kSyllables;
    put(kLeads + index / (kVowelCount * kTrailCount), 0);
    put(kVowels + index / kTrailCount % kVowelCount, 1);
    if (index % kTrailCount != 0) put(kTrails + index % kTrailCount, 1);
    return;
  }
  std::int32_t change = 0;
  for (const char32_t part :
       is_compatible(form) ? compatible_decomposition(character) : canonical_decomposition(character)) {
    put(part, change);
    change = 1;
  }
}

std::uint8_t combining_class(const Edit& edit) { return properties(edit.character).combining_class; }

/// Takes decomposed characters in the order of the text and hands them on in canonical order: marks that
/// follow one another are sorted by class.
template <class Next>
class Sorter {
 public:
  explicit Sorter(Next& next) : next_(next) {}

  void put(char32_t character, std::int32_t change) {
    const Edit edit{character, change};
    if (combining_class(edit) == 0) {
      flush();
      next_.put(edit, 0);
    } else {
      marks_.push_back(edit);
    }
  }

  void flush() {
    std::ranges::stable_sort(marks_, {}, combining_class);
    for (const Edit& mark : marks_) next_.put(mark, combining_class(mark));
    marks_.clear();
  }

 private:
  Next& next_;
  Marks marks_;
};

template <class Out>
class Passing {
 public:
  explicit Passing(Out& out) : out_(out) {}
  void put(const Edit& edit, std::uint8_t /*combining_class*/) { out_.put(edit.character, edit.change); }
  void finish() {}

 private:
  Out& out_;
};

/// Takes sorted characters and composes each starter with what follows it (UAX #15, D117), counting the
/// changes as the library does: what composes with a starter adds its own change, less one.
template <class Out>
class Composer {
 public:
  explicit Composer(Out& out) : out_(out) {}

  void put(const Edit& edit, std::uint8_t combining_class) {
    if (!starter_) {
      begin_or_pass(edit, combining_class);
    } else if (!compose_with_starter(edit, combining_class)) {
      keep(edit, combining_class);
    }
  }

  void finish() {
    if (starter_) out_.put(starter_->character, starter_->change);
    for (const Edit& mark : marks_) out_.put(mark.character, mark.change);
    starter_.reset();
    marks_.clear();
  }

 private:
  void begin_or_pass(const Edit& edit, std::uint8_t combining_class) {
    if (combining_class == 0) {
      starter_ = edit;
    } else {
      out_.put(edit.character, edit.change);
    }
  }

  bool compose_with_starter(const Edit& edit, std::uint8_t combining_class) {
    const bool blocked = !marks_.empty() && last_class_ >= combining_class;
    if (blocked) return false;
    const auto composed = compose(starter_->character, edit.character);
    if (!composed) return false;
    starter_ = Edit{*composed, starter_->change + edit.change - 1};
    return true;
  }

  void keep(const Edit& edit, std::uint8_t combining_class) {
    if (combining_class == 0) {
      finish();
      starter_ = edit;
    } else {
      marks_.push_back(edit);
      last_class_ = combining_class;
    }
  }

  Out& out_;
  std::optional<Edit> starter_;
  Marks marks_;  // behind the starter, not composed with it
  std::uint8_t last_class_ = 0;
};

template <class Next>
void decompose_into(NormalForm form, std::string_view text, Next next) {
  Sorter sorter(next);
  const auto put = [&](char32_t character, std::int32_t change) { sorter.put(character, change); };
  for (std::size_t at = 0; at < text.size();) decompose(form, next_character(text, at), put);
  sorter.flush();
  next.finish();
}

/// Below these every character has the form and stands alone.
constexpr char32_t first_special(NormalForm form) {
  switch (form) {
    case NormalForm::nfc:
      return 0x300;
    case NormalForm::nfd:
      return 0xC0;
    case NormalForm::nfkc:
    case NormalForm::nfkd:
      return 0xA0;
  }
  return 0;
}

/// Whether the form changes a text of this one character.
constexpr Property changing(NormalForm form) {
  switch (form) {
    case NormalForm::nfc:
      return Property::changes_composed;
    case NormalForm::nfd:
      return Property::decomposes;
    case NormalForm::nfkc:
      return Property::changes_compatibly_composed;
    case NormalForm::nfkd:
      return Property::decomposes_compatibly;
  }
  return {};
}

/// Whether `character` has the form, and cutting a text before it does not change the outcome.
bool stands_alone(NormalForm form, char32_t character) {
  if (character < first_special(form)) return true;
  const Properties& known = properties(character);
  return known.combining_class == 0 && !known.has(changing(form)) && !known.has(Property::joins_previous);
}

/// End of the characters from `at` on that do not stand alone.
std::size_t end_of_special(NormalForm form, std::string_view text, std::size_t at) {
  while (at < text.size()) {
    std::size_t next = at;
    if (stands_alone(form, next_character(text, next))) break;
    at = next;
  }
  return at;
}

}  // namespace

std::size_t normal_prefix(NormalForm form, std::string_view text) {
  std::size_t last = 0;  // where the last character before `at` begins
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t ascii = ascii_prefix(text.substr(at)); ascii > 0) {
      at += ascii;
      last = at - 1;
      continue;
    }
    std::size_t next = at;
    if (!stands_alone(form, next_character(text, next))) return last;
    last = at;
    at = next;
  }
  return text.size();
}

template <class Out>
void normalize(NormalForm form, std::string_view text, Out& out) {
  while (!text.empty()) {
    const std::size_t kept = normal_prefix(form, text);
    out.keep(text.substr(0, kept));
    text.remove_prefix(kept);
    if (text.empty()) return;
    const std::size_t end = end_of_special(form, text, sequence_size(text.front()));
    const std::string_view special = text.substr(0, end);
    if (composes(form)) {
      decompose_into(form, special, Composer<Out>(out));
    } else {
      decompose_into(form, special, Passing<Out>(out));
    }
    text.remove_prefix(end);
  }
}

template void normalize(NormalForm form, std::string_view text, Edits& out);
template void normalize(NormalForm form, std::string_view text, PlainEdits& out);

}  // namespace dynamo::text
