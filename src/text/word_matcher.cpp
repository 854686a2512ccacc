#include "text/word_matcher.h"

#include <algorithm>
#include <array>
#include <string>

#include "text/word_cutter.h"
#include "text/word_cutter_deepseek.h"

namespace dynamo::text {

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

/// Patterns as they stand in `tokenizer.json`, in sequence; unused places are empty.
struct Family {
  std::array<std::string_view, 3> patterns;
  WordMatcher next;
};

constexpr std::string_view kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kOneDigit = R"(\p{N})";
constexpr std::string_view kThreeDigits = R"(\p{N}{1,3})";
constexpr std::string_view kKanaOrIdeographs = "[一-龥぀-ゟ゠-ヿ]+";

constexpr Family kFamilies[] = {
    {{kGpt2}, Cutter<kByteLevel>::next},
    {{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|)"
      R"(\s+(?!\S)|\s+)"},
     Cutter<kLlama3>::next},
    {{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|)"
      R"(\s+(?!\S)|\s+)"},
     Cutter<kQwen2>::next},
    {{R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)"},
     Cutter<kQwen2>::next},
    {{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|)"
      R"(\s*[\r\n]+|\s+(?!\S)|\s+)"},
     Cutter<kQwen35>::next},
    {{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|)"
      R"(\s+(?!\S)|\s+)"},
     Cutter<kQwen2Lines>::next},
    {{R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
      R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
      R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
     Cutter<kGpt4o>::next},
    {{R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|)"
      R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|)"
      R"(\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
     Cutter<kTekken>::next},
    {{R"([\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+)"
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+)"
      R"([\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
      R"(\s*[\r\n]+|\s+(?!\S)|\s+)"},
     Cutter<kKimi>::next},
    {{R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|)"
      R"(\s+(?!\S)|\s)"},
     Cutter<kCl100k>::next},
    {{R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|(?>\p{N}{1,3})| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|)"
      R"(\s+(?!\S)|\s)"},
     Cutter<kCl100kThreeDigits>::next},
    {{kOneDigit, kGpt2}, Cutter<kDigitsThenByteLevel>::next},
    {{R"([^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))*((?=[\p{L}])([^A-Z]))+|[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))+()"
      R"((?=[\p{L}])([^A-Z]))*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
     Cutter<kTekkenOfGguf>::next},
    {{R"([^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))*((?=[\p{L}])([^A-Z]))+(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|')"
      R"([lL][lL]|'[dD])?|[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))+((?=[\p{L}])([^A-Z]))*(?:'[sS]|'[tT]|'[rR][eE]|)"
      R"('[vV][eE]|'[mM]|'[lL][lL]|'[dD])?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
     Cutter<kGpt4oOfGguf>::next},
    {{R"('(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[)"
      R"(\r\n]|\s+(?!\S)|\s+)"},
     Cutter<kBailing>::next},
    {{kThreeDigits,
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
     Cutter<kMiniCpm>::next},
    {{kKanaOrIdeographs,
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
     Cutter<kQwen2WithIdeographs>::next},
    {{kThreeDigits, kKanaOrIdeographs,
      R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|)"
      R"(\s*[\r\n]+|\s+(?!\S)|\s+)"},
     next_deepseek_word},
};

}  // namespace
}  // namespace words

const std::string_view kByteLevelPattern = words::kGpt2;

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
