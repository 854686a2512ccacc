#include <fmt/format.h>

#include "jinja/characters.h"
#include "jinja/lexer.h"
#include "jinja/runtime.h"

namespace dynamo::jinja {
namespace {

/// Jinja spells characters beyond ASCII as escapes before it resolves any, so that a backslash before one of
/// them escapes the backslash of the spelling.
std::string spell_in_ascii(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = next_character(text, at);
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      append_escape(out, c);
    }
  }
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Resolves the escapes of one literal, spelled in ASCII.
class Unescaper {
 public:
  Unescaper(std::string_view text, std::uint32_t line) : text_(text), line_(line) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (text_[at_] != '\\') {
        out_ += text_[at_++];
      } else {
        ++at_;
        escape();
      }
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw Fault{Errc::invalid, fmt::format("string literal: {}", what), line_};
  }

  void escape() {
    if (at_ == text_.size()) fail("\\ at end of string");
    const char c = text_[at_++];
    static constexpr std::string_view kNames = "abfnrtv\\'\"";
    static constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\'\"";
    if (const auto found = kNames.find(c); found != std::string_view::npos) {
      out_ += kValues[found];
    } else if (c >= '0' && c <= '7') {
      octal(c);
    } else if (c == 'x') {
      hexadecimal(2, "truncated \\xXX escape");
    } else if (c == 'u') {
      hexadecimal(4, "truncated \\uXXXX escape");
    } else if (c == 'U') {
      hexadecimal(8, "truncated \\UXXXXXXXX escape");
    } else if (c == 'N') {
      throw Fault{Errc::unsupported, "string literal: characters by name (\\N{…}) are not supported", line_};
    } else if (c != '\n') {
      out_ += '\\';
      out_ += c;
    }
  }

  void octal(char first) {
    auto value = static_cast<char32_t>(first - '0');
    for (int i = 0; i < 2 && at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '7'; ++i) {
      value = value * 8 + static_cast<char32_t>(text_[at_++] - '0');
    }
    append_character(out_, value);
  }

  void hexadecimal(std::size_t digits, std::string_view complaint) {
    char32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i, ++at_) {
      const int digit = at_ < text_.size() ? hex_digit(text_[at_]) : -1;
      if (digit < 0) fail(complaint);
      value = value * 16 + static_cast<char32_t>(digit);
    }
    if (value > 0x10FFFF) fail("illegal Unicode character");
    append_character(out_, value);
  }

  std::string_view text_;
  std::uint32_t line_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string_view unescape(std::string_view literal, std::uint32_t line, Heap& heap) {
  if (literal.find('\\') == std::string_view::npos) return literal;
  if (is_ascii(literal)) return heap.copy(Unescaper(literal, line).run());
  const auto ascii = spell_in_ascii(literal);
  return heap.copy(Unescaper(ascii, line).run());
}

}  // namespace dynamo::jinja
