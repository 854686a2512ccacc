#include "cli/token_output.h"

#include <array>

#include "base/table.h"
#include "openai/json_text.h"

#include "text/utf8.h"

namespace dynamo::cli {
namespace {

/// For each byte of `text`, and its end: how many characters begin before it.
std::vector<std::uint32_t> character_counts(std::string_view text) {
  std::vector<std::uint32_t> counts;
  counts.reserve(text.size() + 1);
  std::uint32_t count = 0;
  const auto add_character = [&](std::size_t size) {
    counts.push_back(count++);
    counts.insert(counts.end(), size - 1, count);
  };
  while (!text.empty()) {
    const std::size_t valid = text::valid_prefix(text);
    for (std::size_t at = 0; at < valid; at += text::sequence_size(text[at])) {
      add_character(text::sequence_size(text[at]));
    }
    text.remove_prefix(valid);
    if (text.empty()) break;
    const std::size_t broken = text::broken_prefix(text);
    add_character(broken);
    text.remove_prefix(broken);
  }
  counts.push_back(count);
  return counts;
}

void append_escaped(std::string& out, std::string_view character) {
  const auto byte = static_cast<unsigned char>(character.front());
  if (character == "\n") {
    out += "\\n";
  } else if (character == "\r") {
    out += "\\r";
  } else if (character == "\t") {
    out += "\\t";
  } else if (byte < 0x20 || byte == 0x7F) {
    out += fmt::format("\\x{:02x}", byte);
  } else if (byte == 0xC2 && character.size() == 2 && static_cast<unsigned char>(character[1]) < 0xA0) {
    out +=
        fmt::format("\\u{:04x}", static_cast<unsigned char>(character[1]));  // the other control characters
  } else {
    out += character;
  }
}

bool was_added(const tokens::Encoding& encoding, std::size_t index) { return encoding.special[index]; }

std::string_view slice(std::string_view text, tokens::Span span) {
  const std::size_t begin = std::min<std::size_t>(span.begin, text.size());
  return text.substr(begin, std::max(span.begin, span.end) - span.begin);
}

constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kAdded = "\x1b[1;7m";  // bold, reversed: tokens that stand for no text
constexpr std::array<std::string_view, 4> kGrounds{"\x1b[30;48;5;153m", "\x1b[30;48;5;151m",
                                                   "\x1b[30;48;5;223m", "\x1b[30;48;5;183m"};

/// A piece of text on its ground; the ground ends with each line.
void append_piece(std::string& out, std::string_view ground, std::string_view text) {
  while (!text.empty()) {
    const std::size_t line = text.find('\n');
    const std::string_view head = text.substr(0, line);
    out += ground;
    out += visible(head);
    if (line == std::string_view::npos) {
      out += kReset;
      return;
    }
    out += "⏎";
    out += kReset;
    out += '\n';
    text.remove_prefix(line + 1);
  }
}

}  // namespace

std::vector<tokens::Span> in_characters(std::span<const tokens::Span> offsets, std::string_view text) {
  const std::vector<std::uint32_t> counts = character_counts(text);
  const auto at = [&](std::uint32_t byte) { return counts[std::min<std::size_t>(byte, text.size())]; };
  std::vector<tokens::Span> out;
  out.reserve(offsets.size());
  for (const tokens::Span& span : offsets) out.push_back({at(span.begin), at(span.end)});
  return out;
}

std::string visible(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t valid = text::valid_prefix(text);
    for (std::size_t at = 0; at < valid;) {
      const std::size_t size = text::sequence_size(text[at]);
      append_escaped(out, text.substr(at, size));
      at += size;
    }
    text.remove_prefix(valid);
    if (text.empty()) break;
    const std::size_t broken = text::broken_prefix(text);
    for (const char byte : text.substr(0, broken)) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
    text.remove_prefix(broken);
  }
  return out;
}

std::string token_table(const tokens::Encoding& encoding, std::string_view text, bool with_offsets) {
  std::vector<std::string> headings{"ID", "TOKEN"};
  if (with_offsets) headings.insert(headings.end(), {"BEGIN", "END"});
  headings.emplace_back("TEXT");
  TextTable table(std::move(headings));
  const auto offsets = with_offsets ? in_characters(encoding.offsets, text) : std::vector<tokens::Span>{};
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    std::vector<std::string> row{std::to_string(encoding.ids[i]), visible(encoding.tokens[i])};
    if (with_offsets) {
      row.push_back(std::to_string(offsets[i].begin));
      row.push_back(std::to_string(offsets[i].end));
    }
    const std::string shown = was_added(encoding, i) ? "" : visible(slice(text, encoding.offsets[i]));
    row.push_back(shown.empty() ? "" : fmt::format("\"{}\"", shown));
    table.add(std::move(row));
  }
  return table.to_string();
}

std::string token_pieces(const tokens::Encoding& encoding, std::string_view text) {
  std::string out;
  std::uint32_t shown = 0;  // bytes of the text
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    const tokens::Span span = encoding.offsets[i];
    const std::string_view ground = kGrounds[i % kGrounds.size()];
    if (was_added(encoding, i)) {
      out += fmt::format("{}{}{}", kAdded, visible(encoding.tokens[i]), kReset);
    } else if (span.end <= shown) {
      out += fmt::format("{}·{}", ground, kReset);  // another part of a character that is shown already
    } else {
      if (span.begin > shown) out += visible(slice(text, {shown, span.begin}));
      append_piece(out, ground, slice(text, {std::max(shown, span.begin), span.end}));
      shown = span.end;
    }
  }
  if (shown < text.size()) out += visible(text.substr(shown));
  if (!out.ends_with('\n')) out += '\n';
  return out + fmt::format("{} token{}\n", encoding.ids.size(), encoding.ids.size() == 1 ? "" : "s");
}

std::string ids_json(std::span<const tokens::TokenId> ids) {
  std::string out = "[";
  for (const tokens::TokenId id : ids) {
    if (out.size() > 1) out += ',';
    const fmt::format_int digits(id);
    out.append(digits.data(), digits.size());
  }
  return out += ']';
}

std::string encoding_json(const tokens::Encoding& encoding, std::string_view text) {
  std::string out = R"({"ids":)" + ids_json(encoding.ids) + R"(,"tokens":[)";
  for (std::size_t i = 0; i < encoding.tokens.size(); ++i) {
    if (i > 0) out += ',';
    openai::append_json_string(out, encoding.tokens[i]);
  }
  out += R"(],"offsets":[)";
  const auto offsets = in_characters(encoding.offsets, text);
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    if (i > 0) out += ',';
    out += fmt::format("[{},{}]", offsets[i].begin, offsets[i].end);
  }
  return out += "]}";
}

Result<std::vector<tokens::TokenId>> ids_from_json(const json::value& list) {
  const auto wrong = [] { return fail(Errc::invalid, "token ids must be a list of whole numbers from 0"); };
  if (!list.is_array()) return wrong();
  std::vector<tokens::TokenId> out;
  out.reserve(list.get_array().size());
  for (const json::value& entry : list.get_array()) {
    boost::system::error_code error;
    const auto id = entry.to_number<tokens::TokenId>(error);
    if (error || entry.is_double()) return wrong();
    out.push_back(id);
  }
  return out;
}

}  // namespace dynamo::cli
