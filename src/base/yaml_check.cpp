#include "base/yaml_check.h"

#include <algorithm>

#include "base/utf8.h"

namespace dynamo::yaml {
namespace {

bool is_control(unsigned char c) { return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F; }

/// "---" alone, or followed by white space or a comment.
bool is_separator(std::string_view line) {
  if (!line.starts_with("---")) return false;
  const auto rest = line.find_first_not_of(" \t\r", 3);
  return rest == std::string_view::npos || (rest > 3 && line[rest] == '#');
}

/// Walks well-formed JSON and notes where members and items start.
class Locator {
 public:
  Locator(std::string_view text, std::size_t offset, const Lines& lines, Document& document)
      : text_(text), offset_(offset), lines_(lines), document_(document) {}

  void value(const std::string& path) {
    skip_space();
    if (text_[at_] == '{') {
      object(path);
    } else if (text_[at_] == '[') {
      array(path);
    } else if (text_[at_] == '"') {
      string();
    } else {
      at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    }
  }

 private:
  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  Position here() const { return lines_.at(offset_ + at_); }
  bool closes(char bracket) {
    skip_space();
    if (text_[at_] == ',') ++at_;
    skip_space();
    if (text_[at_] != bracket) return false;
    ++at_;
    return true;
  }

  std::string string() {
    const std::size_t start = at_++;
    while (text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    ++at_;
    return std::string(json::parse(text_.substr(start, at_ - start)).value().as_string());
  }

  void object(const std::string& path) {
    std::map<std::string, Position> seen;
    for (++at_; !closes('}');) {
      const Position place = here();
      const std::string key = string();
      const std::string member = path.empty() ? key : fmt::format("{}.{}", path, key);
      const auto [first, fresh] = seen.try_emplace(key, place);
      if (!fresh) document_.duplicates.push_back({member, place, first->second});
      document_.positions.set(member, place);
      skip_space();
      ++at_;  // the colon
      value(member);
    }
  }

  void array(const std::string& path) {
    std::size_t index = 0;
    for (++at_; !closes(']'); ++index) {
      const std::string item = fmt::format("{}[{}]", path, index);
      document_.positions.set(item, here());
      value(item);
    }
  }

  std::string_view text_;
  std::size_t offset_;
  const Lines& lines_;
  Document& document_;
  std::size_t at_{0};
};

}  // namespace

Lines::Lines(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts_.push_back(i + 1);
  }
}

Position Lines::at(std::size_t offset) const {
  const auto next = std::ranges::upper_bound(starts_, offset);
  const auto line = static_cast<std::size_t>(next - starts_.begin());
  return {line, offset - starts_[line - 1] + 1};
}

std::optional<SyntaxError> check_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8::character_size(text.substr(i));
    if (length == 0) return SyntaxError{Lines(text).at(i), "the text is not UTF-8"};
    const auto c = static_cast<unsigned char>(text[i]);
    if (is_control(c)) {
      return SyntaxError{Lines(text).at(i), fmt::format("control character 0x{:02x} is not allowed", c)};
    }
    i += length;
  }
  return std::nullopt;
}

std::string repair_escapes(std::string text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8::character_size(std::string_view(text).substr(i));
    if (length == 0) text.insert(i, 1, '\xC2');
    i += length == 0 ? 2 : length;
  }
  return text;
}

std::vector<Chunk> split_documents(std::string_view text) {
  std::vector<Chunk> chunks;
  std::size_t start = 0;
  std::size_t first_line = 0;
  std::size_t line = 0;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (is_separator(text.substr(at, end - at))) {
      chunks.push_back({text.substr(start, at - start), first_line});
      start = std::min(end + 1, text.size());
      first_line = line + 1;
    }
    at = end + 1;
  }
  chunks.push_back({text.substr(start), first_line});
  return chunks;
}

void locate_json(std::string_view value, std::size_t offset, const Lines& lines, Document& document) {
  document.start = lines.at(offset);
  Locator(value, offset, lines, document).value("");
}

}  // namespace dynamo::yaml
