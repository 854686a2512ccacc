#include "text/graphemes.h"

#include "text/properties.h"
#include "text/utf8.h"

namespace dynamo::text {
namespace {

using enum GraphemeClass;

bool is_control(GraphemeClass kind) { return kind == cr || kind == lf || kind == control; }

/// Rules GB6 to GB8: the parts of a Hangul syllable.
bool joins_hangul(GraphemeClass before, GraphemeClass after) {
  if (before == l) return after == l || after == v || after == lv || after == lvt;
  if (before == lv || before == v) return after == v || after == t;
  return (before == lvt || before == t) && after == t;
}

/// What has to be remembered of the cluster so far to decide whether one more character belongs to it.
class Cluster {
 public:
  explicit Cluster(const Properties& first) { add(first); }

  bool takes(const Properties& next) const {
    const GraphemeClass after = next.grapheme();
    if (last_ == cr && after == lf) return true;                                            // GB3
    if (is_control(last_) || is_control(after)) return false;                               // GB4, GB5
    if (joins_hangul(last_, after)) return true;                                            // GB6 to GB8
    if (after == extend || after == zwj || after == spacing_mark) return true;              // GB9, GB9a
    if (last_ == GraphemeClass::prepend) return true;                                       // GB9b
    if (after == consonant) return conjunct_ == Conjunct::linked;                           // GB9c
    if (after == pictographic) return emoji_ == Emoji::joining;                             // GB11
    return after == regional_indicator && last_ == regional_indicator && indicators_ == 1;  // GB12, GB13
  }

  void add(const Properties& next) {
    last_ = next.grapheme();
    indicators_ = last_ == regional_indicator ? indicators_ + 1 : 0;
    emoji_ = emoji_after(last_);
    conjunct_ = conjunct_after(next);
  }

 private:
  enum class Emoji : std::uint8_t { none, seen, joining };    // a pictograph, and then a ZWJ
  enum class Conjunct : std::uint8_t { none, open, linked };  // a consonant, and then a linker

  Emoji emoji_after(GraphemeClass kind) const {
    if (kind == pictographic) return Emoji::seen;
    if (emoji_ == Emoji::seen && kind == extend) return Emoji::seen;
    if (emoji_ == Emoji::seen && kind == zwj) return Emoji::joining;
    return Emoji::none;
  }

  Conjunct conjunct_after(const Properties& next) const {
    if (next.grapheme() == consonant) return Conjunct::open;
    if (conjunct_ == Conjunct::none) return Conjunct::none;
    if (next.has(Property::incb_linker)) return Conjunct::linked;
    return next.has(Property::incb_extend) ? conjunct_ : Conjunct::none;
  }

  GraphemeClass last_ = any;
  unsigned indicators_ = 0;
  Emoji emoji_ = Emoji::none;
  Conjunct conjunct_ = Conjunct::none;
};

}  // namespace

std::size_t grapheme_end(std::string_view text, std::size_t at) {
  Cluster cluster(properties(next_character(text, at)));
  while (at < text.size()) {
    std::size_t next = at;
    const Properties& known = properties(next_character(text, next));
    if (!cluster.takes(known)) break;
    cluster.add(known);
    at = next;
  }
  return at;
}

}  // namespace dynamo::text
