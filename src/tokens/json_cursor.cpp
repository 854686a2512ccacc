#include "tokens/json_cursor.h"

#include <array>
#include <charconv>
#include <cstring>
#include <limits>

#include "text/code_point.h"

namespace dynamo::tokens {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// Characters that something begins or ends with.
constexpr std::array<bool, 256> kMarks = [] {
  std::array<bool, 256> marks{};
  for (const char mark : std::string_view("\"{}[],")) marks[static_cast<unsigned char>(mark)] = true;
  return marks;
}();

}  // namespace

bool JsonCursor::fail_with(const char* expected) {
  if (failure_ == nullptr) failure_ = expected;
  return false;
}

Error JsonCursor::error() const {
  std::size_t line = 1;
  const char* line_start = whole_;
  for (const char* at = whole_; at < at_; ++at) {
    if (*at != '\n') continue;
    ++line;
    line_start = at + 1;
  }
  return {Errc::invalid,
          fmt::format("line {}, column {}: expected {}", line, at_ - line_start + 1, failure_),
          {}};
}

char JsonCursor::peek() {
  if (failed()) return '\0';
  while (at_ != end_ && is_space(*at_)) ++at_;
  return at_ == end_ ? '\0' : *at_;
}

bool JsonCursor::take(char mark) {
  if (peek() != mark) return false;
  ++at_;
  return true;
}

bool JsonCursor::expect(char mark) {
  if (take(mark)) return true;
  switch (mark) {
    case '{':
      return fail_with("an object");
    case '[':
      return fail_with("an array");
    case ':':
      return fail_with("a colon");
    case ']':
      return fail_with("a closing bracket");
    default:
      return fail_with("a comma");
  }
}

bool JsonCursor::next(bool& first, char close) {
  if (failed()) return false;
  if (take(close)) return false;
  if (std::exchange(first, false)) return true;
  return take(',') || fail_with(close == '}' ? "a comma or a closing brace" : "a comma or a closing bracket");
}

std::string_view JsonCursor::string() {
  if (!take('"')) {
    fail_with("a string");
    return {};
  }
  const char* begin = at_;
  while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) ++at_;
  if (at_ != end_ && *at_ == '"') return {begin, static_cast<std::size_t>(at_++ - begin)};
  return escaped_string(begin);
}

/// The rest of a string of which the plain part from `begin` to here has been seen.
std::string_view JsonCursor::escaped_string(const char* begin) {
  unescaped_.assign(begin, at_);
  while (at_ != end_ && *at_ != '"') {
    if (static_cast<unsigned char>(*at_) < 0x20) {
      fail_with("no control characters in a string");
      return {};
    }
    if (*at_ != '\\') {
      unescaped_ += *at_++;
      continue;
    }
    ++at_;
    if (!append_escape()) return {};
  }
  if (at_ == end_) {
    fail_with("the end of a string");
    return {};
  }
  ++at_;
  return unescaped_;
}

bool JsonCursor::append_escape() {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (at_ == end_) return fail_with("the end of a string");
  const char name = *at_++;
  if (name == 'u') return append_unicode();
  const std::size_t which = kNames.find(name);
  if (which == std::string_view::npos) return fail_with("a known escape in a string");
  unescaped_ += kMeanings[which];
  return true;
}

bool JsonCursor::append_unicode() {
  auto unit = hex4();
  if (!unit) return fail_with("four hexadecimal digits");
  std::uint32_t character = *unit;
  if (character >= 0xD800 && character < 0xE000) {
    const bool pair = character < 0xDC00 && end_ - at_ >= 2 && at_[0] == '\\' && at_[1] == 'u';
    if (pair) at_ += 2;
    const auto low = pair ? hex4() : std::nullopt;
    if (!low || *low < 0xDC00 || *low >= 0xE000) return fail_with("both halves of a surrogate pair");
    character = 0x10000 + ((character - 0xD800) << 10) + (*low - 0xDC00);
  }
  text::append_code_point(unescaped_, character);
  return true;
}

std::optional<std::uint32_t> JsonCursor::hex4() {
  std::uint32_t unit = 0;
  if (end_ - at_ < 4) return std::nullopt;
  const auto [end, problem] = std::from_chars(at_, at_ + 4, unit, 16);
  if (problem != std::errc{} || end != at_ + 4) return std::nullopt;
  at_ += 4;
  return unit;
}

std::string_view JsonCursor::number_text() {
  if (peek() == '\0') return {};
  const char* begin = at_;
  constexpr std::string_view kParts = "+-.0123456789eE";
  while (at_ != end_ && kParts.find(*at_) != std::string_view::npos) ++at_;
  return {begin, static_cast<std::size_t>(at_ - begin)};
}

std::uint32_t JsonCursor::unsigned_number() {
  const std::string_view digits = number_text();
  std::uint32_t value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || problem != std::errc{} || end != digits.data() + digits.size()) {
    fail_with("a whole number from 0 to 4294967295");
  }
  return value;
}

namespace {

constexpr int kLargestPower = 308;

double power_of_ten(int exponent) {
  static const auto powers = [] {
    std::array<double, kLargestPower + 1> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string text = fmt::format("1e{}", i);
      std::from_chars(text.data(), text.data() + text.size(), all[i]);
    }
    return all;
  }();
  return powers[static_cast<std::size_t>(exponent)];
}

/// As many digits of a number as fit into 64 bits, and the power of ten that they are to be multiplied by.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

Decimal decimal_of(std::string_view text) {
  Decimal decimal;
  bool fraction = false;
  bool full = false;
  for (const char c : text) {
    if (c == 'e' || c == 'E') break;
    if (c == '.') fraction = true;
    if (c < '0' || c > '9') continue;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    full = full || decimal.digits > (std::numeric_limits<std::uint64_t>::max() - digit) / 10;
    if (!full) decimal.digits = decimal.digits * 10 + digit;
    if (full != fraction) decimal.exponent += full ? 1 : -1;
  }
  return decimal;
}

/// The number as the library's JSON reader has it: its digits, rounded, times or through a power of ten,
/// rounded again. The last bit may so be another than that of the nearest double, and equal scores are told
/// by it.
double rounded_twice(std::string_view text, double nearest) {
  const std::size_t e = text.find_first_of("eE");
  int written = 0;
  if (e != std::string_view::npos) {
    const std::size_t digits = e + (e + 1 < text.size() && text[e + 1] == '+' ? 2 : 1);
    std::from_chars(text.data() + digits, text.data() + text.size(), written);
  }
  const Decimal decimal = decimal_of(text);
  const std::int64_t exponent = std::int64_t{decimal.exponent} + written;
  if (exponent < -kLargestPower || exponent > kLargestPower) return nearest;
  const double power = power_of_ten(static_cast<int>(std::abs(exponent)));
  const auto digits = static_cast<double>(decimal.digits);
  const double value = exponent < 0 ? digits / power : digits * power;
  return text.starts_with('-') ? -value : value;
}

}  // namespace

double JsonCursor::number() {
  const std::string_view text = number_text();
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc{} || end != text.data() + text.size()) {
    fail_with("a number");
    return value;
  }
  return rounded_twice(text, value);
}

void JsonCursor::skip_string() {
  ++at_;
  while (at_ != end_ && *at_ != '"') at_ += *at_ == '\\' && end_ - at_ > 1 ? 2 : 1;
  if (at_ == end_) {
    fail_with("the end of a string");
  } else {
    ++at_;
  }
}

std::string_view JsonCursor::skip() {
  if (peek() == '\0') fail_with("a value");
  const char* begin = at_;
  std::size_t depth = 0;
  while (!failed() && at_ != end_) {
    const char c = *at_;
    if (depth > 0 && !kMarks[static_cast<unsigned char>(c)]) {
      ++at_;
      continue;
    }
    if (c == '"') {
      skip_string();
      if (depth == 0) break;
      continue;
    }
    const bool closes = c == '}' || c == ']';
    if (depth == 0 && (closes || c == ',' || is_space(c))) break;
    if (c == '{' || c == '[') ++depth;
    ++at_;
    if (closes && --depth == 0) break;
  }
  if (depth > 0) fail_with("the end of an object or array");
  if (at_ == begin) fail_with("a value");
  return {begin, static_cast<std::size_t>(at_ - begin)};
}

bool JsonCursor::finish() {
  if (failed()) return false;
  return (peek() == '\0' && at_ == end_) || fail_with("nothing more");
}

Result<std::vector<JsonMember>> json_members(std::string_view whole, std::string_view part) {
  JsonCursor cursor(whole, part);
  std::vector<JsonMember> members;
  cursor.expect('{');
  for (bool first = true; cursor.next(first, '}');) {
    std::string name(cursor.string());
    cursor.expect(':');
    members.push_back({std::move(name), cursor.skip()});
  }
  if (!cursor.finish()) return std::unexpected(cursor.error());
  return members;
}

}  // namespace dynamo::tokens
