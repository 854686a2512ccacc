#include "jinja/lexer.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "jinja/characters.h"
#include "jinja/runtime.h"

namespace dynamo::jinja {
namespace {

constexpr auto kNowhere = std::string_view::npos;

bool is_digit_of(char c, int base) {
  if (base == 16 && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) return true;
  return c >= '0' && c < '0' + std::min(base, 10);
}

class Lexer {
 public:
  Lexer(std::string_view source, Heap& heap) : source_(source), heap_(heap) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) text_until_tag();
    add(TokenKind::end, {});
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void fail(std::string message) const { throw Fault{Errc::invalid, std::move(message), line_}; }

  void add(TokenKind kind, std::string_view text) { tokens_.push_back({kind, line_, text}); }

  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  bool looking_at(std::string_view text) const { return source_.substr(at_).starts_with(text); }

  /// Moves to `end`, counting lines.
  void advance_to(std::size_t end) {
    line_ += static_cast<std::uint32_t>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                   source_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end;
  }

  std::size_t skip_space(std::size_t from) const {
    return source_.size() - strip_left(source_.substr(from)).size();
  }

  /// Where the tag that begins at or behind `from` begins; kNowhere if there is none.
  std::size_t find_tag(std::size_t from) const {
    for (auto at = source_.find('{', from); at != kNowhere; at = source_.find('{', at + 1)) {
      const char next = at + 1 < source_.size() ? source_[at + 1] : '\0';
      if (next == '{' || next == '%' || next == '#') return at;
    }
    return kNowhere;
  }

  /// Data without the white space that the tag behind it takes away. `sign` is what follows the tag's
  /// opening.
  std::string_view before_tag(std::string_view data, char sign, bool variable) const {
    if (sign == '-') return strip_right(data);
    if (sign == '+' || variable) return data;
    const auto line_begin = data.rfind('\n') == kNowhere ? 0 : data.rfind('\n') + 1;
    const auto blank = data.substr(line_begin);
    const bool may_strip = line_begin > 0 || line_starting_;
    return may_strip && !blank.empty() && strip_left(blank).empty() ? data.substr(0, line_begin) : data;
  }

  void text_until_tag() {
    const auto tag = find_tag(at_);
    if (tag == kNowhere) {
      add(TokenKind::data, source_.substr(at_));
      return advance_to(source_.size());
    }
    const char sign = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
    const auto data = before_tag(source_.substr(at_, tag - at_), sign, source_[tag + 1] == '{');
    if (!data.empty()) add(TokenKind::data, data);
    advance_to(tag);
    const auto inside = tag + (sign == '-' || sign == '+' ? 3 : 2);
    if (source_[tag + 1] == '#') return comment(inside);
    if (source_[tag + 1] == '{') return variable(inside);
    if (const auto raw_text = raw_begin(inside); raw_text != kNowhere) return raw(raw_text);
    block(inside);
  }

  /// The end of a tag whose closing characters begin at `at`: -, + and the newline that blocks swallow.
  std::size_t end_of_tag(std::size_t closing, char sign) {
    auto end = closing + 2;
    if (sign == '-') {
      end = skip_space(end);
    } else if (sign != '+' && end < source_.size() && source_[end] == '\n') {
      ++end;
    }
    line_starting_ = source_[end - 1] == '\n';
    return end;
  }

  void comment(std::size_t inside) {
    const auto closing = source_.find("#}", inside);
    if (closing == kNowhere) fail("Missing end of comment tag");
    advance_to(end_of_tag(closing, closing > inside ? source_[closing - 1] : '\0'));
  }

  /// Where the text of a raw block begins, if the block tag whose inside begins at `inside` is `raw`.
  std::size_t raw_begin(std::size_t inside) {
    const auto name = skip_space(inside);
    if (!source_.substr(name).starts_with("raw")) return kNowhere;
    const auto closing = skip_space(name + 3);
    if (source_.substr(closing).starts_with("%}")) return closing + 2;
    return source_.substr(closing).starts_with("-%}") ? skip_space(closing + 3) : kNowhere;
  }

  void raw(std::size_t text) {
    line_starting_ = source_[text - 1] == '\n';
    advance_to(text);
    for (auto tag = source_.find("{%", text); tag != kNowhere; tag = source_.find("{%", tag + 1)) {
      const char sign = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
      const auto name = skip_space(tag + (sign == '-' || sign == '+' ? 3 : 2));
      if (!source_.substr(name).starts_with("endraw")) continue;
      auto closing = skip_space(name + 6);
      const char end_sign = closing < source_.size() ? source_[closing] : '\0';
      if (end_sign == '-' || end_sign == '+') ++closing;
      if (!source_.substr(closing).starts_with("%}")) continue;
      const auto data = before_tag(source_.substr(text, tag - text), sign, false);
      if (!data.empty()) add(TokenKind::data, data);
      return advance_to(end_of_tag(closing, end_sign));
    }
    fail("Missing end of raw directive");
  }

  void variable(std::size_t inside) {
    add(TokenKind::variable_begin, {});
    at_ = inside;
    while (at_ < source_.size()) {
      if (brackets_.empty() && looking_at("-}}")) return close(TokenKind::variable_end, skip_space(at_ + 3));
      if (brackets_.empty() && looking_at("}}")) return close(TokenKind::variable_end, at_ + 2);
      expression_token();
    }
  }

  void block(std::size_t inside) {
    add(TokenKind::block_begin, {});
    at_ = inside;
    while (at_ < source_.size()) {
      if (brackets_.empty() && looking_at("%}")) return close(TokenKind::block_end, end_of_tag(at_, '\0'));
      const bool signed_end = (peek() == '-' || peek() == '+') && source_.substr(at_ + 1).starts_with("%}");
      if (brackets_.empty() && signed_end) return close(TokenKind::block_end, end_of_tag(at_ + 1, peek()));
      expression_token();
    }
  }

  void close(TokenKind kind, std::size_t end) {
    add(kind, {});
    line_starting_ = source_[end - 1] == '\n';
    advance_to(end);
  }

  void expression_token() {
    if (const auto end = skip_space(at_); end != at_) return advance_to(end);
    const auto begin = at_;
    if (const auto end = real_end(); end != begin) return take(TokenKind::real, end);
    if (const auto end = integer_end(); end != begin) return take(TokenKind::integer, end);
    if (const auto end = name_end(); end != begin) return take_name(end);
    if (peek() == '\'' || peek() == '"') return string();
    operation();
  }

  void take(TokenKind kind, std::size_t end) {
    add(kind, source_.substr(at_, end - at_));
    advance_to(end);
  }

  /// The end of digits with single underscores between them; `from` if there are none.
  std::size_t digits_end(std::size_t from, int base) const {
    auto end = from;
    while (end < source_.size()) {
      const auto digit = end > from && source_[end] == '_' ? end + 1 : end;
      if (digit >= source_.size() || !is_digit_of(source_[digit], base)) break;
      end = digit + 1;
    }
    return end;
  }

  std::size_t exponent_end(std::size_t from) const {
    if (from >= source_.size() || (source_[from] != 'e' && source_[from] != 'E')) return from;
    auto digits = from + 1;
    if (digits < source_.size() && (source_[digits] == '+' || source_[digits] == '-')) ++digits;
    const auto end = digits_end(digits, 10);
    return end == digits ? from : end;
  }

  std::size_t real_end() const {
    if (at_ > 0 && source_[at_ - 1] == '.') return at_;
    const auto whole = digits_end(at_, 10);
    if (whole == at_) return at_;
    auto end = whole;
    if (whole < source_.size() && source_[whole] == '.') {
      const auto fraction = digits_end(whole + 1, 10);
      if (fraction != whole + 1) end = fraction;
    }
    end = exponent_end(end);
    return end == whole ? at_ : end;
  }

  std::size_t integer_end() const {
    if (peek() < '0' || peek() > '9') return at_;
    if (peek() != '0') return digits_end(at_, 10);
    const char letter = static_cast<char>(peek(1) | 0x20);
    const int base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    if (base == 0) return digits_end(at_, 1);
    const auto digits = at_ + (peek(2) == '_' ? 3 : 2);
    const auto end = digits_end(digits, base);
    return end == digits ? at_ + 1 : end;
  }

  std::size_t name_end() const {
    auto end = at_;
    while (end < source_.size()) {
      auto next = end;
      const auto c = next_character(source_, next);
      if (c != '_' && !is_alnum(c)) break;
      end = next;
    }
    return end;
  }

  void take_name(std::size_t end) {
    std::size_t first = at_;
    const auto c = next_character(source_, first);
    if (c != '_' && !is_alpha(c)) fail("Invalid character in identifier");
    take(TokenKind::name, end);
  }

  void string() {
    const char quote = peek();
    for (auto end = at_ + 1; end < source_.size(); ++end) {
      if (source_[end] == '\\') {
        ++end;
      } else if (source_[end] == quote) {
        add(TokenKind::string, unescape(source_.substr(at_ + 1, end - at_ - 1), line_, heap_));
        return advance_to(end + 1);
      }
    }
    unexpected_character();
  }

  void operation() {
    static constexpr std::array<std::string_view, 6> kDouble = {"//", "**", "==", "!=", ">=", "<="};
    static constexpr std::string_view kSingle = "+-/*%~[](){}><=.:|,;";
    for (const auto text : kDouble) {
      if (looking_at(text)) return take(TokenKind::operation, at_ + 2);
    }
    if (!kSingle.contains(peek())) unexpected_character();
    balance(peek());
    take(TokenKind::operation, at_ + 1);
  }

  void balance(char c) {
    if (c == '{') brackets_.push_back('}');
    if (c == '(') brackets_.push_back(')');
    if (c == '[') brackets_.push_back(']');
    if (c != '}' && c != ')' && c != ']') return;
    if (brackets_.empty()) fail(fmt::format("unexpected '{}'", c));
    if (brackets_.back() != c) fail(fmt::format("unexpected '{}', expected '{}'", c, brackets_.back()));
    brackets_.pop_back();
  }

  [[noreturn]] void unexpected_character() const {
    auto end = at_;
    next_character(source_, end);
    fail(fmt::format("unexpected char '{}'", source_.substr(at_, end - at_)));
  }

  std::string_view source_;
  Heap& heap_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  bool line_starting_ = true;  // the last tag ended with a newline
  std::vector<char> brackets_;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source, Heap& heap) { return Lexer(source, heap).run(); }

}  // namespace dynamo::jinja
