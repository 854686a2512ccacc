#include "parsers/json_scanner.h"

#include <charconv>
#include <fmt/format.h>

#include "base/json.h"

#include "parsers/input.h"

namespace dynamo::parsers {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

unsigned code_unit(std::string_view digits) {
  unsigned unit = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
  return unit;
}
bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

void append_unit(std::string& out, std::string_view digits) { out.append("\\u").append(digits); }

constexpr std::string_view kReplacementDigits = "fffd";

void append_control(std::string& out, char c) {
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c == '\r') {
    out += "\\r";
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

}  // namespace

Fed JsonScanner::feed(std::string_view text, std::string& out) {
  std::size_t used = 0;
  while (used < text.size() && expect_ != Expect::nothing) {
    const Taken taken = take(text[used], out);
    if (taken == Taken::no) return {used, Progress::bad};
    if (taken == Taken::yes) ++used;
  }
  return {used, expect_ == Expect::nothing ? Progress::done : Progress::more};
}

bool JsonScanner::close() {
  if (expect_ == Expect::number && depth_ == 0 && number_may_end(number_)) end_value();
  return expect_ == Expect::nothing;
}

JsonScanner::Taken JsonScanner::take(char c, std::string& out) {
  const bool between = expect_ < Expect::string;
  if (between && kWhite.find(c) != std::string_view::npos) {
    if (depth_ > 0) out += c;
    return Taken::yes;
  }
  switch (expect_) {
    case Expect::value:
      return take_value(c, out);
    case Expect::value_or_end:
      return c == ']' ? close_level(false, c, out) : take_value(c, out);
    case Expect::key_or_end:
      if (c == '}') return close_level(true, c, out);
      [[fallthrough]];
    case Expect::key:
      return c == '"' ? begin_string(true, out) : Taken::no;
    case Expect::colon:
      if (c != ':') return Taken::no;
      out += c;
      expect_ = Expect::value;
      return Taken::yes;
    case Expect::comma_or_end:
      if (c != ',') return close_level(c == '}', c, out);
      out += c;
      expect_ = objects_[depth_ - 1] ? Expect::key : Expect::value;
      return Taken::yes;
    case Expect::string:
      return take_in_string(c, out);
    case Expect::escape:
      return take_escape(c, out);
    case Expect::hex:
      return take_hex(c, out);
    case Expect::literal:
      if (c != literal_.front()) return Taken::no;
      out += c;
      literal_.remove_prefix(1);
      if (literal_.empty()) end_value();
      return Taken::yes;
    case Expect::number:
      return take_number(c, out);
    case Expect::nothing:
      return Taken::no;
  }
  return Taken::no;
}

JsonScanner::Taken JsonScanner::take_value(char c, std::string& out) {
  if (c == '"') return begin_string(false, out);
  if (c == '{' || c == '[') return open(c == '{', c, out);
  if (c == 't' || c == 'f' || c == 'n') {
    literal_ = c == 't' ? "rue" : c == 'f' ? "alse" : "ull";
    expect_ = Expect::literal;
  } else if (c == '-' || is_digit(c)) {
    number_ = c == '-' ? Number::minus : c == '0' ? Number::zero : Number::integer;
    expect_ = Expect::number;
  } else {
    return Taken::no;
  }
  out += c;
  return Taken::yes;
}

JsonScanner::Taken JsonScanner::open(bool object, char c, std::string& out) {
  if (depth_ == kMaxDepth) return Taken::no;
  objects_[depth_++] = object;
  expect_ = object ? Expect::key_or_end : Expect::value_or_end;
  out += c;
  return Taken::yes;
}

JsonScanner::Taken JsonScanner::close_level(bool object, char c, std::string& out) {
  if (c != (object ? '}' : ']') || objects_[depth_ - 1] != object) return Taken::no;
  --depth_;
  out += c;
  end_value();
  return Taken::yes;
}

JsonScanner::Taken JsonScanner::begin_string(bool key, std::string& out) {
  in_key_ = key;
  expect_ = Expect::string;
  out += '"';
  return Taken::yes;
}

void JsonScanner::end_value() { expect_ = depth_ == 0 ? Expect::nothing : Expect::comma_or_end; }

JsonScanner::Taken JsonScanner::take_in_string(char c, std::string& out) {
  if (c == '\\') {
    expect_ = Expect::escape;
    return Taken::yes;
  }
  flush_surrogate(out);
  if (static_cast<unsigned char>(c) < 0x20) {
    append_control(out, c);
    return Taken::yes;
  }
  out += c;
  if (c != '"') return Taken::yes;
  if (in_key_) {
    expect_ = Expect::colon;
  } else {
    end_value();
  }
  return Taken::yes;
}

JsonScanner::Taken JsonScanner::take_escape(char c, std::string& out) {
  if (c == 'u') {
    unit_.clear();
    expect_ = Expect::hex;
    return Taken::yes;
  }
  flush_surrogate(out);
  expect_ = Expect::string;
  if (std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) {
    if (c != '\'') out += "\\\\";
    return Taken::again;
  }
  out += '\\';
  out += c;
  return Taken::yes;
}

JsonScanner::Taken JsonScanner::take_hex(char c, std::string& out) {
  if (!is_hex(c)) {
    flush_surrogate(out);
    out.append("\\\\u").append(unit_);
    expect_ = Expect::string;
    return Taken::again;
  }
  unit_ += c;
  if (unit_.size() == 4) end_hex(out);
  return Taken::yes;
}

void JsonScanner::end_hex(std::string& out) {
  expect_ = Expect::string;
  const unsigned unit = code_unit(unit_);
  if (is_low_surrogate(unit) && high_) {
    append_unit(out, *high_);
    append_unit(out, unit_);
    high_.reset();
    return;
  }
  flush_surrogate(out);
  if (is_high_surrogate(unit)) {
    high_ = unit_;
  } else {
    append_unit(out, is_low_surrogate(unit) ? kReplacementDigits : unit_);
  }
}

void JsonScanner::flush_surrogate(std::string& out) {
  if (high_) append_unit(out, kReplacementDigits);
  high_.reset();
}

std::optional<JsonScanner::Number> JsonScanner::after(Number at, char c) const {
  const bool digit = is_digit(c);
  const bool e = c == 'e' || c == 'E';
  switch (at) {
    case Number::minus:
      if (!digit) return std::nullopt;
      return c == '0' ? Number::zero : Number::integer;
    case Number::zero:
    case Number::integer:
      if (digit && at == Number::integer) return Number::integer;
      if (c == '.') return Number::point;
      return e ? std::optional(Number::e) : std::nullopt;
    case Number::point:
    case Number::fraction:
      if (digit) return Number::fraction;
      return e && at == Number::fraction ? std::optional(Number::e) : std::nullopt;
    case Number::e:
      if (c == '+' || c == '-') return Number::e_sign;
      [[fallthrough]];
    case Number::e_sign:
    case Number::exponent:
      return digit ? std::optional(Number::exponent) : std::nullopt;
  }
  return std::nullopt;
}

bool JsonScanner::number_may_end(Number at) {
  return at == Number::zero || at == Number::integer || at == Number::fraction || at == Number::exponent;
}

JsonScanner::Taken JsonScanner::take_number(char c, std::string& out) {
  if (const auto next = after(number_, c)) {
    number_ = *next;
    out += c;
    return Taken::yes;
  }
  if (!number_may_end(number_)) return Taken::no;
  end_value();
  return Taken::again;
}

std::optional<std::string> whole_json(std::string_view text) {
  JsonScanner scanner;
  std::string out;
  text = trimmed(text);
  const Fed fed = scanner.feed(text, out);
  if (fed.progress == Progress::bad || fed.used != text.size() || !scanner.close()) return std::nullopt;
  return out;
}

std::string quoted(std::string_view text) { return json::dump(json::value(text)); }

std::optional<std::string> unquoted(std::string_view text) {
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->is_string()) return std::nullopt;
  return std::string(parsed->get_string());
}

}  // namespace dynamo::parsers
