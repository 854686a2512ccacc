#include <fmt/format.h>

#include "jinja/attributes.h"
#include "jinja/characters.h"
#include "jinja/numbers.h"

/// Python's json.dumps, as transformers makes it the filter `tojson`.
namespace dynamo::jinja {
namespace {

struct JsonStyle {
  bool ascii = false;
  bool sorted = false;
  std::optional<std::string_view> indent{};
  std::string_view item_separator = ", ";
  std::string_view key_separator = ": ";
};

/// Characters of text that stand for themselves.
bool is_plain(char c, bool ascii) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && c != '"' && c != '\\' && (!ascii || byte < 0x7F);
}

class JsonWriter {
 public:
  JsonWriter(Runtime& runtime, const JsonStyle& style) : runtime_(runtime), style_(style) {}

  std::string run(const Value& value) {
    write(value);
    return std::move(out_);
  }

 private:
  void write(const Value& value) {
    runtime_.charge(1);
    make_room(0);
    switch (value.kind()) {
      case Kind::none:
        out_ += "null";
        return;
      case Kind::boolean:
        out_ += value.as_boolean() ? "true" : "false";
        return;
      case Kind::integer:
        out_ += fmt::format_int(value.as_integer()).str();
        return;
      case Kind::large:
        out_ += fmt::format_int(value.as_large()).str();
        return;
      case Kind::real:
        return real(value.as_real());
      case Kind::text:
        return text(value.as_text());
      case Kind::list:
      case Kind::tuple:
      case Kind::json_list:
        return list(value);
      case Kind::dict:
      case Kind::json_dict:
        return dict(value);
      case Kind::missing:
      case Kind::undefined:
      case Kind::object:
        break;
    }
    runtime_.fail(fmt::format("Object of type {} is not JSON serializable", type_name(value)));
  }

  void make_room(std::size_t bytes) const {
    if (out_.size() + bytes > runtime_.options.limits.memory_bytes) throw HeapExhausted{};
  }

  void real(double value) {
    if (value != value) {
      out_ += "NaN";
    } else if (value - value != 0) {
      out_ += value < 0 ? "-Infinity" : "Infinity";
    } else {
      print_real(value, out_);
    }
  }

  void text(std::string_view text) {
    runtime_.charge_bytes(text.size());
    out_ += '"';
    std::size_t plain = 0;
    for (std::size_t at = 0; at < text.size();) {
      if (is_plain(text[at], style_.ascii)) {
        ++at;
        continue;
      }
      out_ += text.substr(plain, at - plain);
      escape(next_character(text, at));
      plain = at;
    }
    out_ += text.substr(plain);
    out_ += '"';
  }

  void escape(char32_t c) {
    runtime_.charge(1);
    static constexpr std::string_view kShort = "\"\\\n\r\t\f\b";
    static constexpr std::string_view kLetters = "\"\\nrtfb";
    const auto found = c < 0x80 ? kShort.find(static_cast<char>(c)) : std::string_view::npos;
    if (found != std::string_view::npos) {
      out_ += '\\';
      out_ += kLetters[found];
    } else if (c < 0x10000) {
      unit(static_cast<std::uint32_t>(c));
    } else {
      const auto rest = static_cast<std::uint32_t>(c) - 0x10000U;
      unit(0xD800U + (rest >> 10U));
      unit(0xDC00U + (rest & 0x3FFU));
    }
  }

  void unit(std::uint32_t code) { out_ += fmt::format("\\u{:04x}", code); }

  void line_break() {
    if (!style_.indent) return;
    out_ += '\n';
    runtime_.charge_bytes(level_ * style_.indent->size());
    make_room(level_ * style_.indent->size());
    for (std::uint32_t i = 0; i < level_; ++i) out_ += *style_.indent;
  }

  void list(const Value& value) {
    const auto count = value.item_count();
    if (count == 0) {
      out_ += "[]";
      return;
    }
    const Deeper deeper(runtime_);
    out_ += '[';
    ++level_;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out_ += style_.item_separator;
      line_break();
      write(value.item(i));
    }
    --level_;
    line_break();
    out_ += ']';
  }

  void dict(const Value& value) {
    if (value.entry_count() == 0) {
      out_ += "{}";
      return;
    }
    const Deeper deeper(runtime_);
    out_ += '{';
    ++level_;
    if (style_.sorted) {
      sorted_entries(value);
    } else {
      for (std::size_t i = 0; i < value.entry_count(); ++i) entry(value.entry(i), i == 0);
    }
    --level_;
    line_break();
    out_ += '}';
  }

  void sorted_entries(const Value& value) {
    std::vector<Keyed> entries;
    for (std::size_t i = 0; i < value.entry_count(); ++i)
      entries.push_back({value.entry(i).key, value.entry(i).value});
    sort_by_key(runtime_, entries, false);
    for (std::size_t i = 0; i < entries.size(); ++i) entry({entries[i].key, entries[i].item}, i == 0);
  }

  void entry(const Entry& entry, bool first) {
    if (!first) out_ += style_.item_separator;
    line_break();
    key(entry.key);
    out_ += style_.key_separator;
    write(entry.value);
  }

  void key(const Value& key) {
    if (key.is_text()) return text(key.as_text());
    if (!key.is_number() && !key.is_none()) {
      runtime_.fail(fmt::format("keys must be str, int, float, bool or None, not {}", type_name(key)));
    }
    out_ += '"';
    write(key);
    out_ += '"';
  }

  Runtime& runtime_;
  const JsonStyle& style_;
  std::string out_;
  std::uint32_t level_ = 0;
};

void read_indent(Runtime& runtime, const Value& indent, JsonStyle& style) {
  if (indent.is_missing() || indent.is_none()) return;
  style.item_separator = ",";
  if (indent.is_text()) {
    style.indent = indent.as_text();
    return;
  }
  require_defined(runtime, indent);
  if (!indent.is_whole())
    runtime.fail(fmt::format("can't multiply sequence by non-int of type '{}'", type_name(indent)));
  style.indent = text_of(runtime, padded(runtime, {}, indent.as_integer(), " ", Align::left));
}

void read_separators(Runtime& runtime, const Value& separators, JsonStyle& style) {
  if (separators.is_missing() || separators.is_none()) return;
  const auto parts = collect(runtime, separators);
  if (parts.size() != 2 || !parts[0].is_text() || !parts[1].is_text())
    runtime.fail("separators must be two texts");
  style.item_separator = parts[0].as_text();
  style.key_separator = parts[1].as_text();
}

}  // namespace

Value to_json(Runtime& runtime, const Value& self, const Given& given) {
  JsonStyle style;
  style.ascii = flag_argument(runtime, given, 0);
  read_indent(runtime, given[1], style);
  read_separators(runtime, given[2], style);
  style.sorted = flag_argument(runtime, given, 3);
  return runtime.text(JsonWriter(runtime, style).run(self));
}

}  // namespace dynamo::jinja
