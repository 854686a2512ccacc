#include "text/classes.h"
#include "text/pattern_parser.h"
#include "text/utf8.h"

// Everything that begins with a backslash.

namespace dynamo::text::pattern {
namespace {

constexpr std::size_t kLongestName = 64;  // of a property

struct NamedEscape {
  char32_t letter;
  std::string_view property;
};

constexpr NamedEscape kSets[] = {{'w', "word"}, {'d', "digit"}, {'s', "space"}, {'h', "xdigit"}};

constexpr std::string_view kPosixProperties[] = {"alnum", "alpha", "blank", "cntrl", "digit",
                                                 "graph", "lower", "print", "space", "posixpunct",
                                                 "upper", "word",  "xdigit"};

struct RefusedEscape {
  std::u32string_view begins;
  std::string_view feature;
};

constexpr RefusedEscape kRefusedEscapes[] = {
    {U"K", "keeping what came before (\\K) is"},     {U"X", "grapheme clusters (\\X) are"},
    {U"y", "boundaries of text segments (\\y) are"}, {U"Y", "boundaries of text segments (\\Y) are"},
    {U"k<", "back references (\\k<…>) are"},         {U"k'", "back references (\\k'…') are"},
    {U"g<", "calls of groups (\\g<…>) are"},         {U"g'", "calls of groups (\\g'…') are"},
};

struct Control {
  char32_t letter;
  char32_t code;
};

constexpr Control kControls[] = {{'n', '\n'}, {'t', '\t'}, {'r', '\r'}, {'f', '\f'},
                                 {'v', '\v'}, {'a', 0x07}, {'b', 0x08}, {'e', 0x1B}};

char32_t lower(char32_t letter) { return letter | 0x20U; }

/// The value of a digit of the base, or none.
std::optional<std::uint32_t> digit_value(char32_t code, unsigned base) {
  std::uint32_t value = base;
  if (code >= '0' && code <= '9') value = code - '0';
  if (lower(code) >= 'a' && lower(code) <= 'f' && code < 0x80) value = lower(code) - 'a' + 10;
  if (value >= base) return std::nullopt;
  return value;
}

/// \R: a carriage return with its newline, or any one character that ends a line; never only half of the
/// former.
Node general_newline() {
  Alternatives newlines;
  newlines.branches.push_back(node(Literal{U"\r\n"}));
  newlines.branches.push_back(node(OneOf{CodeSet({{'\n', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}})}));
  return node(Atomic{boxed(node(std::move(newlines))), true});
}

}  // namespace

Result<Node> Parser::escape() {
  source_.take();  // the backslash
  if (source_.done()) return source_.invalid("nothing behind the backslash");
  for (const auto& [begins, feature] : kRefusedEscapes) {
    if (source_.begins(begins)) return source_.unsupported(feature);
  }
  if (source_.peek() >= '1' && source_.peek() <= '9') return source_.unsupported("back references (\\1) are");
  if (auto anchor = anchor_escape(source_.peek())) {
    source_.take();
    return std::move(*anchor);
  }
  if (source_.take_if('R')) return general_newline();
  if (source_.take_if('N')) return node(OneOf{CodeSet('\n').inverted()});
  if (source_.take_if('O')) return node(OneOf{CodeSet().inverted()});
  auto set = class_escape(PlaceOfSet::by_itself);
  if (!set) return std::unexpected(set.error());
  if (*set) return node(OneOf{std::move(**set)});
  const auto code = character_escape();
  if (!code) return std::unexpected(code.error());
  return literal(*code);
}

std::optional<Node> Parser::anchor_escape(char32_t letter) const {
  const bool ascii = options_.ascii_words || options_.ascii_posix;
  switch (letter) {
    case 'A':
      return node(Anchor{Place::text_begin});
    case 'z':
      return node(Anchor{Place::text_end});
    case 'Z':
      return node(Anchor{Place::last_line_end});
    case 'G':
      return node(Anchor{Place::search_begin});
    case 'b':
      return node(Anchor{ascii ? Place::ascii_word_boundary : Place::word_boundary});
    case 'B':
      return node(Anchor{ascii ? Place::ascii_word_inside : Place::word_inside});
    default:
      return std::nullopt;
  }
}

Result<std::optional<CodeSet>> Parser::class_escape(PlaceOfSet place) {
  if (source_.begins(U"p{") || source_.begins(U"P{")) return property(place);
  for (const auto& [letter, name] : kSets) {
    if (lower(source_.peek()) != letter || source_.peek() >= 0x80) continue;
    const bool negated = source_.take() != letter;
    CodeSet set = named_set(name, place);
    return negated ? set.inverted() : set;
  }
  return std::nullopt;
}

/// The set that a name of POSIX stands for, which options may narrow to ASCII; that of words is a larger one
/// by itself than in brackets.
CodeSet Parser::named_set(std::string_view name, PlaceOfSet place) const {
  const bool ascii = options_.ascii_posix || (name == "word" && options_.ascii_words) ||
                     (name == "digit" && options_.ascii_digits) || (name == "space" && options_.ascii_spaces);
  const bool larger = name == "word" && place == PlaceOfSet::by_itself;
  const CodeSet* set = find_property(larger ? "wordbyitself" : name);
  return ascii ? set->intersected(CodeSet({{0, 0x7F}})) : *set;
}

/// \p{name}, \p{^name} and \P{name}. The names of POSIX are what they are elsewhere, the same sets by other
/// names (\p{Alphabetic}) are not.
Result<CodeSet> Parser::property(PlaceOfSet place) {
  bool negated = source_.take() == 'P';
  source_.take();  // {
  if (source_.take_if('^')) negated = !negated;
  const std::size_t before = source_.position();
  const auto codes = source_.take_until('}');
  if (!codes || codes->size() > kLongestName) return source_.invalid("a property without its closing brace");
  std::string name;
  for (const char32_t code : *codes) append_code_point(name, code);
  const CodeSet* set = find_property(name);
  if (set == nullptr) {
    source_.go_back(before);
    return source_.unsupported(fmt::format("the character property {} is", name));
  }
  const auto* posix = std::ranges::find(kPosixProperties, set, find_property);
  const CodeSet found = posix == std::end(kPosixProperties) ? *set : named_set(*posix, place);
  return negated ? found.inverted() : found;
}

std::uint32_t Parser::digits(unsigned base, std::size_t most) {
  std::uint32_t value = 0;
  for (std::size_t taken = 0; taken < most; ++taken) {
    const auto digit = digit_value(source_.peek(), base);
    if (!digit) break;
    value = value * base + *digit;
    source_.take();
  }
  return value;
}

/// An escape that stands for one character; the backslash is taken.
Result<char32_t> Parser::character_escape() {
  const char32_t letter = source_.take();
  switch (letter) {
    case 'x':
      return hexadecimal();
    case 'u':
      return four_digits();
    case 'o':
      return source_.peek() == '{' ? braced_code(8) : U'o';
    case '0':
      return octal(2);
    case 'c':
      return control_character();
    case 'C':
      if (!source_.take_if('-')) return source_.invalid("\\C without its hyphen");
      return control_character();
    case 'M':
      return source_.unsupported("meta characters (\\M-x) are");
    default:
      break;
  }
  for (const auto& [name, code] : kControls) {
    if (letter == name) return code;
  }
  if (letter == kBroken) return source_.invalid("not UTF-8");
  return letter;
}

Result<char32_t> Parser::hexadecimal() {
  if (source_.peek() == '{') return braced_code(16);
  const std::uint32_t byte = digits(16, 2);
  if (byte < 0x80) return byte;
  return bytes_of_character(byte);
}

/// A character given by its bytes, \xE2\x80\xA6, the first of which is read.
Result<char32_t> Parser::bytes_of_character(unsigned first) {
  std::string bytes(1, static_cast<char>(first));
  const std::size_t size = sequence_size(bytes.front());
  while (bytes.size() < size && source_.take_if(U"\\x")) bytes.push_back(static_cast<char>(digits(16, 2)));
  const CodePoint character = code_point_at(bytes, 0);
  if (character.code == kBroken) return source_.invalid("bytes that are not a character of UTF-8");
  return character.code;
}

/// {20AC} behind \x or \o.
Result<char32_t> Parser::braced_code(unsigned base) {
  source_.take();  // {
  const std::size_t before = source_.position();
  const std::uint32_t code = digits(base, base == 16 ? 8 : 10);
  const bool some = source_.position() > before;
  if (some && source_.peek() == ' ') return source_.unsupported("code point sequences are");
  if (!some || !source_.take_if('}')) return source_.invalid("not the number of a character");
  if (code > kLastCode) return source_.invalid("no character has this number");
  return code;
}

Result<char32_t> Parser::four_digits() {
  const std::size_t before = source_.position();
  const std::uint32_t code = digits(16, 4);
  if (source_.position() - before != 4) return source_.invalid("\\u without its four digits");
  return code;
}

Result<char32_t> Parser::octal(std::size_t most_digits) {
  const std::uint32_t code = digits(8, most_digits);
  if (code < 0x80) return code;
  return source_.unsupported("bytes in octal are");
}

Result<char32_t> Parser::control_character() {
  if (source_.done()) return source_.invalid("no letter of a control character");
  if (source_.take_if('?')) return 0x7F;
  if (!source_.take_if('\\')) return source_.take() & 0x9FU;
  return source_.unsupported("escapes inside of escapes are");
}

}  // namespace dynamo::text::pattern
