#include "jinja/text_tools.h"

#include <algorithm>
#include <array>

#include "jinja/characters.h"
#include "jinja/text_search.h"

namespace dynamo::jinja {
namespace {

constexpr auto kNowhere = std::string_view::npos;

bool is_line_end(char32_t c) {
  return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/// Characters to be looked up again and again.
class CharacterSet {
 public:
  explicit CharacterSet(std::string_view characters) {
    for (std::size_t at = 0; at < characters.size();) add(next_character(characters, at));
    std::ranges::sort(others_);
  }

  bool contains(char32_t c) const {
    return c < ascii_.size() ? ascii_.at(c) : std::ranges::binary_search(others_, c);
  }

 private:
  void add(char32_t c) {
    if (c < ascii_.size()) {
      ascii_.at(c) = true;
    } else {
      others_.push_back(c);
    }
  }

  std::array<bool, 128> ascii_{};
  std::vector<char32_t> others_;
};

/// The end of the word that begins at `at`.
std::size_t word_end(std::string_view text, std::size_t at) {
  for (std::size_t next = at; at < text.size() && !is_space(next_character(text, next)); at = next) {
  }
  return at;
}

std::size_t word_begin(std::string_view text) {
  auto at = text.size();
  while (at > 0) {
    const auto before = previous_boundary(text, at);
    auto next = before;
    if (is_space(next_character(text, next))) break;
    at = before;
  }
  return at;
}

}  // namespace

std::vector<std::string_view> split_at_space(std::string_view text, std::int64_t most) {
  std::vector<std::string_view> out;
  for (text = strip_left(text); !text.empty(); text = strip_left(text)) {
    if (most >= 0 && std::ssize(out) == most) {
      out.push_back(text);
      break;
    }
    const auto end = word_end(text, 0);
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

std::vector<std::string_view> split_back_at_space(std::string_view text, std::int64_t most) {
  std::vector<std::string_view> out;
  for (text = strip_right(text); !text.empty(); text = strip_right(text)) {
    if (most >= 0 && std::ssize(out) == most) {
      out.push_back(text);
      break;
    }
    const auto begin = word_begin(text);
    out.push_back(text.substr(begin));
    text = text.substr(0, begin);
  }
  std::ranges::reverse(out);
  return out;
}

std::vector<std::string_view> split_at(std::string_view text, std::string_view separator, std::int64_t most) {
  std::vector<std::string_view> out;
  for (auto at = find_first(text, separator); at != kNowhere && (most < 0 || std::ssize(out) < most);
       at = find_first(text, separator)) {
    out.push_back(text.substr(0, at));
    text.remove_prefix(at + separator.size());
  }
  out.push_back(text);
  return out;
}

std::vector<std::string_view> split_back_at(std::string_view text, std::string_view separator,
                                            std::int64_t most) {
  std::vector<std::string_view> out;
  for (auto at = find_last(text, separator); at != kNowhere && (most < 0 || std::ssize(out) < most);
       at = find_last(text, separator)) {
    out.push_back(text.substr(at + separator.size()));
    text = text.substr(0, at);
  }
  out.push_back(text);
  std::ranges::reverse(out);
  return out;
}

std::vector<std::string_view> split_lines(std::string_view text, bool keep_ends) {
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = at;
    const auto c = next_character(text, at);
    if (!is_line_end(c)) continue;
    if (c == '\r' && at < text.size() && text[at] == '\n') ++at;
    out.push_back(text.substr(begin, (keep_ends ? at : end) - begin));
    begin = at;
  }
  if (begin < text.size()) out.push_back(text.substr(begin));
  return out;
}

std::string_view strip_left(std::string_view text, std::string_view characters) {
  const CharacterSet stripped(characters);
  std::size_t at = 0;
  for (std::size_t next = 0; at < text.size() && stripped.contains(next_character(text, next)); at = next) {
  }
  return text.substr(at);
}

std::string_view strip_right(std::string_view text, std::string_view characters) {
  const CharacterSet stripped(characters);
  while (!text.empty()) {
    const auto last = previous_boundary(text, text.size());
    std::size_t at = last;
    if (!stripped.contains(next_character(text, at))) break;
    text = text.substr(0, last);
  }
  return text;
}

std::string replace(std::string_view text, std::string_view old, std::string_view with, std::int64_t most) {
  std::string out;
  std::int64_t done = 0;
  const auto more = [&] { return most < 0 || done < most; };
  if (old.empty()) {
    for (std::size_t at = 0; more(); ++done) {
      out += with;
      if (at == text.size()) return out;
      const auto begin = at;
      next_character(text, at);
      out += text.substr(begin, at - begin);
      if (done + 1 == most) return out += text.substr(at);
    }
    return out += text;
  }
  for (auto at = find_first(text, old); at != kNowhere && more(); at = find_first(text, old), ++done) {
    out += text.substr(0, at);
    out += with;
    text.remove_prefix(at + old.size());
  }
  return out += text;
}

std::string pad(std::string_view text, std::int64_t width, std::string_view fill, Align align) {
  const auto missing = std::max<std::int64_t>(0, width - static_cast<std::int64_t>(character_count(text)));
  std::int64_t before = 0;
  if (align == Align::right) before = missing;
  if (align == Align::center) before = missing / 2 + (missing & width & 1);
  std::string out;
  for (std::int64_t i = 0; i < before; ++i) out += fill;
  out += text;
  for (std::int64_t i = before; i < missing; ++i) out += fill;
  return out;
}

}  // namespace dynamo::jinja
