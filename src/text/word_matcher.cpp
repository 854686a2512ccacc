#include "text/word_matcher.h"

#include <algorithm>
#include <array>
#include <string>

#include "text/word_cutter.h"
#include "text/word_cutter_deepseek.h"
#include "text/word_patterns.h"

namespace dynamo::text {

namespace patterns = word_patterns;

namespace words {

bool is_han(char32_t code) noexcept {
  static const CodeTable han(*find_property("Han"));
  return han.has(code);
}

namespace {

constexpr Rules kByteLevel{.contractions = Contractions::lower,
                           .prefix = Prefix::space,
                           .most_digits = kAnyNumber,
                           .newlines_behind_signs = false,
                           .spaces = Spaces::leave_one};
constexpr Rules kLlama3{};
constexpr Rules kQwen2{.most_digits = 1};
constexpr Rules kQwen35{.letters = Letters::with_marks, .most_digits = 1};
constexpr Rules kGpt4o{
    .contractions = Contractions::behind_word, .letters = Letters::cased, .slashes_behind_signs = true};
constexpr Rules kTekken{.contractions = Contractions::none,
                        .letters = Letters::cased,
                        .most_digits = 1,
                        .slashes_behind_signs = true};
constexpr Rules kKimi{.contractions = Contractions::behind_word,
                      .letters = Letters::cased,
                      .ideographs = Ideographs::han_words};
constexpr Rules kCl100k{.most_digits = kAnyNumber, .spaces = Spaces::all_at_end};
constexpr Rules kCl100kThreeDigits{.spaces = Spaces::all_at_end};
constexpr Rules kMiniCpm{.numbers_cut_off = true};
constexpr Rules kQwen2WithIdeographs{.most_digits = 1, .ideographs = Ideographs::cut_off};
constexpr Rules kDigitsThenByteLevel{.contractions = Contractions::lower,
                                     .prefix = Prefix::space,
                                     .most_digits = 1,
                                     .numbers_cut_off = true,
                                     .newlines_behind_signs = false,
                                     .spaces = Spaces::leave_one};
constexpr Rules kTekkenOfGguf{.contractions = Contractions::none,
                              .letters = Letters::cased_in_ascii,
                              .most_digits = 1,
                              .slashes_behind_signs = true};
constexpr Rules kGpt4oOfGguf{.contractions = Contractions::behind_word,
                             .letters = Letters::cased_in_ascii,
                             .long_s_in_contractions = false,
                             .slashes_behind_signs = true};
constexpr Rules kBailing{.most_digits = 1, .long_s_in_contractions = false};
constexpr Rules kQwen2Lines{.most_digits = 1, .newlines_behind_signs = false};

/// Some files have newlines themselves where others have \n, which is the same to a pattern.
std::string with_escaped_newlines(std::string_view pattern) {
  std::string escaped;
  for (const char c : pattern) {
    if (c == '\n') {
      escaped += "\\n";
    } else if (c == '\r') {
      escaped += "\\r";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

/// Patterns in sequence; unused places are empty.
struct Family {
  std::array<std::string_view, 3> patterns;
  WordMatcher next;
};

constexpr Family kFamilies[] = {
    {{patterns::kGpt2}, Cutter<kByteLevel>::next},
    {{patterns::kLlama3}, Cutter<kLlama3>::next},
    {{patterns::kQwen2}, Cutter<kQwen2>::next},
    {{patterns::kQwen2Possessive}, Cutter<kQwen2>::next},
    {{patterns::kQwen35}, Cutter<kQwen35>::next},
    {{patterns::kSeedCoder}, Cutter<kQwen2Lines>::next},
    {{patterns::kGpt4o}, Cutter<kGpt4o>::next},
    {{patterns::kTekken}, Cutter<kTekken>::next},
    {{patterns::kKimi}, Cutter<kKimi>::next},
    {{patterns::kCl100k}, Cutter<kCl100k>::next},
    {{patterns::kCl100kThreeDigits}, Cutter<kCl100kThreeDigits>::next},
    {{patterns::kOneDigit, patterns::kGpt2}, Cutter<kDigitsThenByteLevel>::next},
    {{patterns::kTekkenOfGguf}, Cutter<kTekkenOfGguf>::next},
    {{patterns::kGpt4oOfGguf}, Cutter<kGpt4oOfGguf>::next},
    {{patterns::kBailing}, Cutter<kBailing>::next},
    {{patterns::kThreeDigits, patterns::kMiniCpm}, Cutter<kMiniCpm>::next},
    {{patterns::kKanaOrIdeographs, patterns::kQwen2}, Cutter<kQwen2WithIdeographs>::next},
    {{patterns::kThreeDigits, patterns::kKanaOrIdeographs, patterns::kDeepSeek}, next_deepseek_word},
};

}  // namespace
}  // namespace words

const std::string_view kByteLevelPattern = patterns::kGpt2;

WordMatcher find_word_matcher(std::span<const std::string_view> patterns) {
  std::vector<std::string> wanted;
  for (const std::string_view pattern : patterns) wanted.push_back(words::with_escaped_newlines(pattern));
  for (const words::Family& family : words::kFamilies) {
    const auto end = std::ranges::find(family.patterns, std::string_view());
    if (std::ranges::equal(wanted, std::ranges::subrange(family.patterns.begin(), end))) return family.next;
  }
  return nullptr;
}

std::vector<std::vector<std::string_view>> word_matcher_families() {
  std::vector<std::vector<std::string_view>> families;
  for (const words::Family& family : words::kFamilies) {
    const auto end = std::ranges::find(family.patterns, std::string_view());
    families.emplace_back(family.patterns.begin(), end);
  }
  return families;
}

}  // namespace dynamo::text
