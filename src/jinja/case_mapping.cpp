#include <algorithm>
#include <array>
#include <span>
#include <utf8proc.h>

#include "jinja/characters.h"

namespace dynamo::jinja {
namespace {

struct SpecialCase {
  char32_t character;
  std::string_view upper;
  std::string_view title;
};

constexpr SpecialCase kSpecialCases[] = {
#include "jinja/special_case.inc"
};

constexpr char32_t kSigma = 0x3A3;
constexpr char32_t kFinalSigma = 0x3C2;
constexpr char32_t kDottedI = 0x130;

const SpecialCase* special_case(char32_t c) {
  const auto* found = std::ranges::lower_bound(kSpecialCases, c, {}, &SpecialCase::character);
  return found != std::end(kSpecialCases) && found->character == c ? found : nullptr;
}

char32_t simple(utf8proc_int32_t (*map)(utf8proc_int32_t), char32_t c) {
  return static_cast<char32_t>(map(static_cast<utf8proc_int32_t>(c)));
}

void append_upper(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  } else if (const auto* special = special_case(c)) {
    out += special->upper;
  } else {
    append_character(out, simple(utf8proc_toupper, c));
  }
}

void append_title(std::string& out, char32_t c) {
  if (c < 0x80) return append_upper(out, c);
  if (const auto* special = special_case(c)) {
    out += special->title;
  } else {
    append_character(out, simple(utf8proc_totitle, c));
  }
}

bool is_cased(char32_t c) { return is_lower(c) || is_upper(c) || is_title(c); }

/// Characters that the rule of the final sigma looks through.
bool is_case_ignorable(char32_t c) {
  if (c == '\'' || c == '.' || c == ':' || c == '^' || c == '`' || c == 0xB7 || c == 0x2019) return true;
  const auto kind = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_ME || kind == UTF8PROC_CATEGORY_CF ||
         kind == UTF8PROC_CATEGORY_LM || kind == UTF8PROC_CATEGORY_SK;
}

bool cased_before(std::string_view text, std::size_t end) {
  while (end > 0) {
    end = previous_boundary(text, end);
    std::size_t at = end;
    const auto c = next_character(text, at);
    if (!is_case_ignorable(c)) return is_cased(c);
  }
  return false;
}

bool cased_after(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const auto c = next_character(text, at);
    if (!is_case_ignorable(c)) return is_cased(c);
  }
  return false;
}

/// Lower case of the character `c` of `text` at [begin, end): a sigma at the end of a word has a shape of its
/// own.
void append_lower(std::string& out, char32_t c, std::string_view text, std::size_t begin, std::size_t end) {
  if (c < 0x80) {
    out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  } else if (c == kSigma && cased_before(text, begin) && !cased_after(text, end)) {
    append_character(out, kFinalSigma);
  } else if (c == kDottedI) {
    out += "i\u0307";
  } else {
    append_character(out, simple(utf8proc_tolower, c));
  }
}

}  // namespace

std::string upper(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) append_upper(out, next_character(text, at));
  return out;
}

std::string lower(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    const auto c = next_character(text, at);
    append_lower(out, c, text, begin, at);
  }
  return out;
}

std::string title(std::string_view text) {
  std::string out;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    const auto c = next_character(text, at);
    if (inside) {
      append_lower(out, c, text, begin, at);
    } else {
      append_title(out, c);
    }
    inside = is_cased(c);
  }
  return out;
}

std::string capitalize(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    const auto c = next_character(text, at);
    if (begin == 0) {
      append_title(out, c);
    } else {
      append_lower(out, c, text, begin, at);
    }
  }
  return out;
}

std::string casefold(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = next_character(text, at);
    std::array<utf8proc_int32_t, 8> folded{};
    const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), folded.data(), folded.size(),
                                               UTF8PROC_CASEFOLD, nullptr);
    if (count <= 0) append_character(out, c);
    for (const auto part :
         std::span(folded).first(static_cast<std::size_t>(std::max<utf8proc_ssize_t>(0, count)))) {
      append_character(out, static_cast<char32_t>(part));
    }
  }
  return out;
}

std::string swapcase(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    const auto c = next_character(text, at);
    if (is_upper(c)) {
      append_lower(out, c, text, begin, at);
    } else if (is_lower(c)) {
      append_upper(out, c);
    } else {
      append_character(out, c);
    }
  }
  return out;
}

}  // namespace dynamo::jinja
