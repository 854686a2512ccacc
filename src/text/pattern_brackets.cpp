#include "text/case_folding.h"
#include "text/classes.h"
#include "text/pattern_folding.h"
#include "text/pattern_parser.h"

// Character classes: [a-z[0-9]&&[^x]\p{L}].

namespace dynamo::text::pattern {
namespace {

constexpr std::string_view kPosixNames[] = {"alnum", "alpha", "blank", "cntrl", "digit",  "graph", "lower",
                                            "print", "punct", "space", "upper", "xdigit", "ascii", "word"};
constexpr std::size_t kLongestPosixName = 20;

bool is_lower_letter(char32_t code) { return code >= 'a' && code <= 'z'; }

}  // namespace

/// What has been read of a class: the sets met so far, and the character or range that is being read.
struct Parser::Bracket {
  std::vector<CodeRange> ranges;
  CodeSet sets;
  std::optional<CodeSet> others;      // what stands before the last &&
  std::optional<char32_t> character;  // read, and may yet begin a range
  bool in_range = false;              // `character` and a hyphen have been read
  bool behind_set = false;            // the last item was a set such as \d, which cannot begin a range

  void end_item() {
    if (character) ranges.push_back({*character, *character});
    character.reset();
    behind_set = false;
  }

  void add(const CodeSet& set) {
    end_item();
    sets.add(set);
  }

  /// False where it ends a range that is empty.
  bool add(char32_t code) {
    if (!in_range) {
      end_item();
      character = code;
      return true;
    }
    in_range = false;
    ranges.push_back({*character, code});
    return *std::exchange(character, std::nullopt) <= code;
  }

  /// All since the last && or the beginning, taken out.
  CodeSet take() {
    end_item();
    CodeSet all(std::exchange(ranges, {}));
    all.add(std::exchange(sets, {}));
    return all;
  }

  void intersect() {
    CodeSet now = take();
    others = others ? others->intersected(now) : std::move(now);
  }
};

Result<Node> Parser::bracket() {
  source_.take();  // [
  const bool negated = source_.peek() == '^';
  auto set = bracket_set();
  if (!set) return std::unexpected(set.error());
  if (options_.ignore_case) return folded_set(std::move(*set), negated);
  return node(OneOf{negated ? set->inverted() : std::move(*set)});
}

/// The set between brackets without its negation, which the caller sees to; the opening bracket is taken.
Result<CodeSet> Parser::bracket_set() {
  if (++depth_ > kMaxDepth) return source_.too_large("character classes are nested too deeply");
  source_.take_if('^');
  Bracket bracket;
  if (source_.peek() == ']') {  // a bracket in the first place is a character, if another one ends the class
    source_.take();
    const std::size_t before = source_.position();
    if (!source_.take_until(']')) return source_.invalid("an empty character class");
    source_.go_back(before);
    bracket.add(U']');
  }
  while (!source_.take_if(']')) {
    const auto item = bracket_item(bracket);
    if (!item) return std::unexpected(item.error());
  }
  --depth_;
  CodeSet last = bracket.take();
  return bracket.others ? bracket.others->intersected(last) : last;
}

Result<void> Parser::bracket_item(Bracket& bracket) {
  if (source_.done()) return source_.invalid("a character class without its closing bracket");
  if (source_.take_if(U"&&")) {
    bracket.intersect();
    return {};
  }
  if (source_.peek() == '-') return hyphen(bracket);
  if (source_.peek() == '[') return inner_set(bracket);
  if (source_.peek() == kBroken) return source_.invalid("not UTF-8");
  if (!source_.take_if('\\')) return bracket_character(bracket, source_.take());
  if (source_.done()) return source_.invalid("nothing behind the backslash");
  auto set = class_escape(PlaceOfSet::in_brackets);
  if (!set) return std::unexpected(set.error());
  if (*set) return bracket_set_item(bracket, **set);
  const bool octal_digits = source_.peek() >= '0' && source_.peek() <= '7';
  const auto code = octal_digits ? octal(3) : character_escape();
  if (!code) return std::unexpected(code.error());
  return bracket_character(bracket, *code);
}

Result<void> Parser::bracket_character(Bracket& bracket, char32_t code) {
  if (!bracket.add(code)) return source_.invalid("an empty range in a character class");
  return {};
}

Result<void> Parser::bracket_set_item(Bracket& bracket, const CodeSet& set) {
  if (bracket.in_range) return source_.invalid("a set at the end of a range in a character class");
  bracket.add(set);
  bracket.behind_set = true;
  return {};
}

/// A class within the class, or [:name:].
Result<void> Parser::inner_set(Bracket& bracket) {
  auto posix = posix_set();
  if (!posix) return std::unexpected(posix.error());
  if (*posix) return bracket_set_item(bracket, **posix);
  if (bracket.in_range) return source_.invalid("a set at the end of a range in a character class");
  source_.take();  // [
  const bool negated = source_.peek() == '^';
  const auto set = bracket_set();
  if (!set) return std::unexpected(set.error());
  bracket.add(negated ? set->inverted() : *set);
  return {};
}

/// A hyphen makes a range of the character before it and that behind it. At the beginning, at the end, before
/// an && and behind a range or a set in brackets it is a character.
Result<void> Parser::hyphen(Bracket& bracket) {
  source_.take();
  const bool last = source_.peek() == ']' || source_.begins(U"&&");
  const bool begins_range = bracket.character && !bracket.in_range && !last;
  if (bracket.behind_set && !last)
    return source_.invalid("a set at the beginning of a range in a character class");
  if (!begins_range) return bracket_character(bracket, '-');
  bracket.in_range = true;
  return {};
}

/// [:name:] or [:^name:], taken; nothing where it is the beginning of an ordinary class.
Result<std::optional<CodeSet>> Parser::posix_set() {
  const std::size_t before = source_.position();
  if (!source_.take_if(U"[:")) return std::nullopt;
  const bool negated = source_.take_if('^');
  std::string name;
  while (is_lower_letter(source_.peek()) && name.size() < kLongestPosixName) {
    name.push_back(static_cast<char>(source_.take()));
  }
  if (!source_.take_if(U":]")) {
    source_.go_back(before);
    return std::nullopt;
  }
  if (std::ranges::find(kPosixNames, name) == std::end(kPosixNames)) {
    return source_.invalid(fmt::format("no character class is called [:{}:]", name));
  }
  CodeSet set = named_set(name == "punct" ? "posixpunct" : name, PlaceOfSet::in_brackets);
  return negated ? set.inverted() : set;
}

/// A class where case does not count: with all variants of its characters, and as alternatives the longer
/// strings that some of them fold to, unless it is negated.
Node Parser::folded_set(CodeSet set, bool negated) const {
  CodeSet variants = with_case_variants(set);
  if (negated) return node(OneOf{variants.inverted()});
  Alternatives all;
  const auto longer = long_folds(variants);
  all.branches.push_back(node(OneOf{std::move(variants)}));
  for (const std::u32string_view text : longer) all.branches.push_back(node(folded_sequence(text)));
  if (all.branches.size() == 1) return std::move(all.branches.front());
  return node(std::move(all));
}

}  // namespace dynamo::text::pattern
