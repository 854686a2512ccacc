#include "parsers/python_literal.h"

#include <charconv>
#include <fmt/format.h>
#include <set>

#include "parsers/json_scanner.h"

namespace dynamo::parsers {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::string_view kPythonWhite = " \t\r\n\f";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
/// Bytes of other scripts count as letters, as they may in Python.
bool in_word(char c) { return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80; }

void append_utf8(std::string& out, char32_t c) {
  const auto byte = [&out](char32_t bits) { out += static_cast<char>(static_cast<unsigned char>(bits)); };
  if (c < 0x80) return byte(c);
  if (c < 0x800) {
    byte(0xC0 | (c >> 6));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3F));
  } else {
    byte(0xF0 | (c >> 18));
    byte(0x80 | ((c >> 12) & 0x3F));
    byte(0x80 | ((c >> 6) & 0x3F));
  }
  byte(0x80 | (c & 0x3F));
}

/// Collects the text of a string. Surrogates that escapes spell are joined; one alone becomes U+FFFD.
class Text {
 public:
  void add(char c) {
    flush();
    out_ += c;
  }
  bool add_code_point(char32_t c) {
    if (c > 0x10FFFF) return false;
    if (high_ != 0 && c >= 0xDC00 && c <= 0xDFFF) {
      append_utf8(out_, 0x10000 + ((high_ - 0xD800) << 10) + (c - 0xDC00));
      high_ = 0;
      return true;
    }
    flush();
    if (c >= 0xD800 && c <= 0xDBFF) {
      high_ = c;
    } else {
      append_utf8(out_, c >= 0xDC00 && c <= 0xDFFF ? 0xFFFD : c);
    }
    return true;
  }
  const std::string& finish() {
    flush();
    return out_;
  }

 private:
  void flush() {
    if (high_ != 0) append_utf8(out_, 0xFFFD);
    high_ = 0;
  }
  std::string out_;
  char32_t high_ = 0;
};

/// A recursive descent over one complete text. Each function takes what it is named after and says whether it
/// was there.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool calls(std::vector<PythonCall>& out) {
    if (!mark('[')) return false;
    while (!mark(']')) {
      if (!call(out.emplace_back())) return false;
      if (!mark(',') && !next_is(']')) return false;
    }
    return !out.empty() && at_end();
  }
  bool value(std::string& out) {
    const Level level(depth_);
    if (depth_ > kMaxDepth) return false;
    skip_white();
    if (rest_.empty()) return false;
    const char c = rest_[0];
    if (c == '[') return sequence('[', ']', out);
    if (c == '(') return tuple(out);
    if (c == '{') return dictionary(out);
    if (is_digit(c) || c == '-' || c == '+' || c == '.') return number(out);
    if (string_begins()) return strings(out);
    return constant(out);
  }
  bool at_end() {
    skip_white();
    return rest_.empty();
  }

 private:
  struct Level {
    explicit Level(std::size_t& depth) : depth_(depth) { ++depth_; }
    ~Level() { --depth_; }
    std::size_t& depth_;
  };

  void skip_white() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kPythonWhite), rest_.size())); }
  bool next_is(char c) {
    skip_white();
    return rest_.starts_with(c);
  }
  bool mark(char c) {
    if (!next_is(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view take_while(auto&& wanted) {
    std::size_t size = 0;
    while (size < rest_.size() && wanted(rest_[size])) ++size;
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view word() {
    skip_white();
    if (rest_.empty() || is_digit(rest_[0])) return {};
    return take_while(in_word);
  }

  bool call(PythonCall& out) {
    out.name = word();
    while (!out.name.empty() && rest_.starts_with('.')) {
      rest_.remove_prefix(1);
      out.name.append(".").append(word());
    }
    if (out.name.empty() || out.name.ends_with('.') || !mark('(')) return false;
    std::set<std::string_view> seen;
    out.arguments = "{";
    while (!mark(')')) {
      const auto name = word();
      if (name.empty() || !seen.insert(name).second || !mark('=')) return false;
      if (seen.size() > 1) out.arguments += ", ";
      out.arguments.append(quoted(name)).append(": ");
      if (!value(out.arguments)) return false;
      if (!mark(',') && !next_is(')')) return false;
    }
    out.arguments += '}';
    return true;
  }

  bool items(char close, std::string& out, std::size_t& count, bool& comma) {
    while (!mark(close)) {
      if (count++ > 0) out += ", ";
      if (!value(out)) return false;
      comma = mark(',');
      if (!comma && !next_is(close)) return false;
    }
    return true;
  }
  bool sequence(char open, char close, std::string& out) {
    std::size_t count = 0;
    bool comma = false;
    out += '[';
    if (!mark(open) || !items(close, out, count, comma)) return false;
    out += ']';
    return true;
  }
  /// One value in parentheses without a comma is just that value.
  bool tuple(std::string& out) {
    std::size_t count = 0;
    bool comma = false;
    std::string inner;
    if (!mark('(') || !items(')', inner, count, comma)) return false;
    const bool grouping = count == 1 && !comma;
    out += grouping ? inner : "[" + inner + "]";
    return true;
  }
  bool dictionary(std::string& out) {
    out += '{';
    mark('{');
    for (bool first = true; !mark('}'); first = false) {
      if (!first) out += ", ";
      if (!key(out) || !mark(':')) return false;
      out += ": ";
      if (!value(out)) return false;
      if (!mark(',') && !next_is('}')) return false;
    }
    out += '}';
    return true;
  }
  /// Keys that are numbers or constants are written as json.dumps does.
  bool key(std::string& out) {
    std::string text;
    if (next_is('{') || next_is('[') || next_is('(') || !value(text)) return false;
    out += text.starts_with('"') ? text : quoted(text);
    return true;
  }

  bool constant(std::string& out) {
    const auto name = word();
    if (name == "True" || name == "true") {
      out += "true";
    } else if (name == "False" || name == "false") {
      out += "false";
    } else if (name == "None" || name == "null") {
      out += "null";
    } else {
      return false;
    }
    return true;
  }

  bool number(std::string& out) {
    bool negative = false;
    if (rest_[0] == '-' || rest_[0] == '+') {
      negative = rest_[0] == '-';
      rest_.remove_prefix(1);
    }
    std::string digits;
    char last = '_';
    for (; !rest_.empty() && in_number(rest_[0], last); rest_.remove_prefix(1)) {
      last = rest_[0];
      if (last != '_') digits += last;
    }
    if (last == '_' || (!rest_.empty() && in_word(rest_[0]))) return false;
    const auto text = as_json_number(std::move(digits));
    if (!text) return false;
    out.append(negative ? "-" : "").append(*text);
    return true;
  }
  static bool in_number(char c, char last) {
    if ((c == '-' || c == '+') && (last == 'e' || last == 'E')) return true;
    return is_digit(c) || is_letter(c) || c == '.';
  }
  static std::optional<std::string> as_json_number(std::string digits) {
    if (digits.size() > 2 && digits[0] == '0' && is_letter(digits[1])) return from_other_base(digits);
    if (digits.starts_with('.')) digits.insert(0, "0");
    const auto point = digits.find('.');
    const bool bare_point =
        point != std::string::npos && (point + 1 == digits.size() || !is_digit(digits[point + 1]));
    if (bare_point) digits.insert(point + 1, "0");
    return whole_json(digits);
  }
  static std::optional<std::string> from_other_base(std::string_view digits) {
    const char base = static_cast<char>(digits[1] | 0x20);
    const int radix = base == 'x' ? 16 : base == 'o' ? 8 : base == 'b' ? 2 : 0;
    if (radix == 0) return std::nullopt;
    std::uint64_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data() + 2, end, number, radix);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return fmt::to_string(number);
  }

  bool string_begins() const {
    const auto is_quote = [this](std::size_t at) {
      return at < rest_.size() && (rest_[at] == '\'' || rest_[at] == '"');
    };
    if (is_quote(0)) return true;
    return is_quote(1) && std::string_view("rRuU").find(rest_[0]) != std::string_view::npos;
  }
  /// Strings that stand side by side are one.
  bool strings(std::string& out) {
    Text text;
    while (string_begins()) {
      if (!one_string(text)) return false;
      skip_white();
    }
    out += quoted(text.finish());
    return true;
  }
  bool one_string(Text& text) {
    const bool raw = rest_[0] == 'r' || rest_[0] == 'R';
    if (is_letter(rest_[0])) rest_.remove_prefix(1);
    const char quote = rest_[0];
    const std::string thrice(3, quote);
    const std::string_view fence = rest_.starts_with(thrice) ? std::string_view(thrice) : rest_.substr(0, 1);
    rest_.remove_prefix(fence.size());
    while (!rest_.starts_with(fence)) {
      if (rest_.empty()) return false;
      const char c = rest_[0];
      rest_.remove_prefix(1);
      if (c != '\\') {
        text.add(c);
      } else if (raw ? !raw_escape(text) : !escape(text)) {
        return false;
      }
    }
    rest_.remove_prefix(fence.size());
    return true;
  }
  bool raw_escape(Text& text) {
    text.add('\\');
    if (rest_.empty()) return false;
    text.add(rest_[0]);
    rest_.remove_prefix(1);
    return true;
  }
  bool escape(Text& text) {
    if (rest_.empty()) return false;
    const char c = rest_[0];
    if (c >= '0' && c <= '7') return octal(text);
    rest_.remove_prefix(1);
    if (c == 'x') return hex(2, text);
    if (c == 'u') return hex(4, text);
    if (c == 'U') return hex(8, text);
    if (c == '\n') return true;
    constexpr std::string_view kNames = "\\'\"abfnrtv";
    constexpr std::string_view kMeant = "\\'\"\a\b\f\n\r\t\v";
    const auto at = kNames.find(c);
    if (at == std::string_view::npos) text.add('\\');
    text.add(at == std::string_view::npos ? c : kMeant[at]);
    return c != 'N';
  }
  bool hex(std::size_t digits, Text& text) { return code(rest_.substr(0, digits), digits, 16, text); }
  bool octal(Text& text) {
    std::size_t digits = 0;
    while (digits < 3 && digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '7') ++digits;
    return code(rest_.substr(0, digits), digits, 8, text);
  }
  bool code(std::string_view digits, std::size_t wanted, int base, Text& text) {
    std::uint32_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, number, base);
    if (digits.size() != wanted || read.ec != std::errc{} || read.ptr != end) return false;
    rest_.remove_prefix(wanted);
    return text.add_code_point(number);
  }

  std::string_view rest_;
  std::size_t depth_ = 0;
};

}  // namespace

std::optional<std::vector<PythonCall>> parse_python_calls(std::string_view text) {
  std::vector<PythonCall> calls;
  if (!Reader(text).calls(calls)) return std::nullopt;
  return calls;
}

std::optional<std::string> python_literal_to_json(std::string_view text) {
  Reader reader(text);
  std::string out;
  if (!reader.value(out) || !reader.at_end()) return std::nullopt;
  return out;
}

}  // namespace dynamo::parsers
