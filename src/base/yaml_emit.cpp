#include <algorithm>

#include "base/yaml.h"

namespace dynamo::yaml {
namespace {

/// Longest key that YAML allows before its colon on the same line is 1024; longer ones are written with "?".
constexpr std::size_t kLongKey = 1000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Characters that only a double-quoted scalar can carry: controls, and line breaks other than \n.
bool needs_escapes(std::string_view s) {
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto c = static_cast<unsigned char>(s[i]);
    if ((c < 0x20 && c != '\n') || c == 0x7F) return true;
    const auto rest = s.substr(i);
    // U+0080 to U+009F, U+2028, U+2029, U+FEFF, U+FFFE and U+FFFF.
    if (c == 0xC2 && rest.size() > 1 && static_cast<unsigned char>(rest[1]) < 0xA0) return true;
    if (rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9") ||
        rest.starts_with("\xEF\xBB\xBF") || rest.starts_with("\xEF\xBF\xBE") ||
        rest.starts_with("\xEF\xBF\xBF")) {
      return true;
    }
  }
  return false;
}

/// Numbers in base 60 ("12:30:45") and dates are strings to us, and something else to other readers.
bool looks_like_time(std::string_view s) {
  if (!s.empty() && (s[0] == '+' || s[0] == '-')) s.remove_prefix(1);
  return !s.empty() && is_digit(s[0]) &&
         s.find_first_not_of("0123456789:-_.TtZz+ ") == std::string_view::npos &&
         s.find_first_of(":-") != std::string_view::npos;
}

bool is_ambiguous(std::string_view s) {
  const auto resolved = resolve_plain(s);
  return !resolved || !resolved->is_string() || s == "=" || s == "<<" || looks_like_time(s);
}

/// Whether `s` would be read as something other than one plain scalar.
bool breaks_syntax(std::string_view s) {
  constexpr std::string_view kIndicators = ",[]{}#&*!|>'\"%@`";
  if (s.front() == ' ' || s.back() == ' ' || s.back() == ':' || kIndicators.contains(s.front())) return true;
  const bool marker = s.starts_with("---") || s.starts_with("...");
  if (marker && (s.size() == 3 || s[3] == ' ')) return true;
  const bool may_introduce = s.front() == '-' || s.front() == '?' || s.front() == ':';
  if (may_introduce && (s.size() == 1 || s[1] == ' ')) return true;
  return s.find(": ") != std::string_view::npos || s.find(" #") != std::string_view::npos;
}

std::string single_quoted(std::string_view s) {
  std::string out = "'";
  for (const char c : s) {
    out += c;
    if (c == '\'') out += c;
  }
  return out += '\'';
}

/// The code point that starts at `i` if it is one that must be escaped and takes more than a byte.
std::optional<unsigned> wide_escape(std::string_view s, std::size_t i) {
  const auto byte = [&](std::size_t n) {
    return i + n < s.size() ? static_cast<unsigned char>(s[i + n]) : 0U;
  };
  if (byte(0) == 0xC2 && byte(1) < 0xA0) return byte(1);
  const unsigned code = (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
  const bool three = (byte(0) & 0xF0U) == 0xE0U;
  if (three && (code == 0x2028 || code == 0x2029 || code == 0xFEFF || code >= 0xFFFE)) return code;
  return std::nullopt;
}

std::string double_quoted(std::string_view s) {
  std::string out = "\"";
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    if (const auto wide = wide_escape(s, i)) {
      out += fmt::format("\\u{:04x}", *wide);
      i += *wide < 0x800 ? 1 : 2;
    } else if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out += '"';
}

/// A literal block carries it as it is: several lines, the first not indented, at most one line break at the
/// end.
bool fits_block(std::string_view s) {
  if (s.find('\n') == std::string_view::npos || needs_escapes(s)) return false;
  if (s.front() == ' ' || s.front() == '\n') return false;
  return !s.ends_with("\n\n");
}

std::string inline_string(std::string_view s) {
  if (s.empty()) return "\"\"";
  if (needs_escapes(s) || s.find('\n') != std::string_view::npos || is_ambiguous(s)) return double_quoted(s);
  return breaks_syntax(s) ? single_quoted(s) : std::string(s);
}

class Emitter {
 public:
  void document(const json::value& v) {
    if (is_block(v)) {
      block(v, 0);
    } else {
      out_ += inline_value(v);
      out_ += '\n';
    }
  }
  std::string take() { return std::move(out_); }

 private:
  /// Objects and arrays with something inside take lines of their own.
  static bool is_block(const json::value& v) {
    return (v.is_object() && !v.get_object().empty()) || (v.is_array() && !v.get_array().empty());
  }

  static std::string inline_value(const json::value& v) {
    if (const auto* s = v.if_string()) return inline_string({s->data(), s->size()});
    return json::dump(v);
  }

  void indent(std::size_t by) { out_.append(by, ' '); }

  void block(const json::value& v, std::size_t depth) {
    if (const auto* o = v.if_object()) {
      members(*o, depth, false);
    } else {
      items(v.get_array(), depth, false);
    }
  }

  /// `first_placed`: the line is already indented for the first member, behind "- ".
  void members(const json::object& o, std::size_t depth, bool first_placed) {
    for (const auto& member : o) {
      if (!first_placed) indent(depth);
      first_placed = false;
      key(member.key(), depth);
      const json::value& v = member.value();
      if (v.is_array() && is_block(v)) {
        out_ += '\n';
        items(v.get_array(), depth, false);
      } else if (is_block(v)) {
        out_ += '\n';
        members(v.get_object(), depth + 2, false);
      } else {
        out_ += ' ';
        scalar(v, depth);
      }
    }
  }

  void key(std::string_view name, std::size_t depth) {
    const std::string text = inline_string(name);
    if (text.size() <= kLongKey) {
      out_ += text + ":";
      return;
    }
    out_ += "? " + text + "\n";
    indent(depth);
    out_ += ":";
  }

  void items(const json::array& a, std::size_t depth, bool first_placed) {
    for (const auto& item : a) {
      if (!first_placed) indent(depth);
      first_placed = false;
      out_ += "- ";
      if (!is_block(item)) {
        scalar(item, depth);
      } else if (const auto* o = item.if_object()) {
        members(*o, depth + 2, true);
      } else {
        items(item.get_array(), depth + 2, true);
      }
    }
  }

  void scalar(const json::value& v, std::size_t depth) {
    const auto* s = v.if_string();
    if (s != nullptr && fits_block({s->data(), s->size()})) return literal({s->data(), s->size()}, depth + 2);
    out_ += inline_value(v);
    out_ += '\n';
  }

  void literal(std::string_view text, std::size_t depth) {
    out_ += text.ends_with('\n') ? "|\n" : "|-\n";
    if (text.ends_with('\n')) text.remove_suffix(1);
    for (;;) {
      const auto end = text.find('\n');
      const auto line = text.substr(0, end);
      if (!line.empty()) indent(depth);
      out_.append(line) += '\n';
      if (end == std::string_view::npos) return;
      text.remove_prefix(end + 1);
    }
  }

  std::string out_;
};

}  // namespace

std::string emit(const json::value& v) {
  Emitter emitter;
  emitter.document(v);
  return emitter.take();
}

}  // namespace dynamo::yaml
