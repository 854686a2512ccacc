#include "text/classes.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace dynamo::text {
namespace {

/// Characters from `begin` to the next run's have the script of this number.
struct ScriptRun {
  char32_t begin;
  std::uint8_t script;
};

#include "text/unicode_properties.inc"
#include "text/unicode_traits.inc"

struct NamedCategories {
  std::string_view names;  // with = between
  Categories categories;
};

constexpr NamedCategories kCategoryNames[] = {
    {"L=Letter", kLetters},
    {"LC=Cased_Letter", kCasedLetters},
    {"Lu=Uppercase_Letter", only(Category::Lu)},
    {"Ll=Lowercase_Letter", only(Category::Ll)},
    {"Lt=Titlecase_Letter", only(Category::Lt)},
    {"Lm=Modifier_Letter", only(Category::Lm)},
    {"Lo=Other_Letter", only(Category::Lo)},
    {"M=Mark=Combining_Mark", kMarks},
    {"Mn=Nonspacing_Mark", only(Category::Mn)},
    {"Mc=Spacing_Mark", only(Category::Mc)},
    {"Me=Enclosing_Mark", only(Category::Me)},
    {"N=Number", kNumbers},
    {"Nd=Decimal_Number=Digit", only(Category::Nd)},
    {"Nl=Letter_Number", only(Category::Nl)},
    {"No=Other_Number", only(Category::No)},
    {"P=Punctuation=Punct", kPunctuation},
    {"PosixPunct", kPunctuation | kSymbols},  // [[:punct:]]
    {"Pc=Connector_Punctuation", only(Category::Pc)},
    {"Pd=Dash_Punctuation", only(Category::Pd)},
    {"Ps=Open_Punctuation", only(Category::Ps)},
    {"Pe=Close_Punctuation", only(Category::Pe)},
    {"Pi=Initial_Punctuation", only(Category::Pi)},
    {"Pf=Final_Punctuation", only(Category::Pf)},
    {"Po=Other_Punctuation", only(Category::Po)},
    {"S=Symbol", kSymbols},
    {"Sm=Math_Symbol", only(Category::Sm)},
    {"Sc=Currency_Symbol", only(Category::Sc)},
    {"Sk=Modifier_Symbol", only(Category::Sk)},
    {"So=Other_Symbol", only(Category::So)},
    {"Z=Separator", kSeparators},
    {"Zs=Space_Separator", only(Category::Zs)},
    {"Zl=Line_Separator", only(Category::Zl)},
    {"Zp=Paragraph_Separator", only(Category::Zp)},
    {"C=Other", kOthers},
    {"Cc=Control=Cntrl", only(Category::Cc)},
    {"Cf=Format", only(Category::Cf)},
    {"Cs=Surrogate", only(Category::Cs)},
    {"Co=Private_Use", only(Category::Co)},
    {"Cn=Unassigned", only(Category::Cn)},
    {"Any", kEveryCategory},
    {"Assigned", kEveryCategory & ~only(Category::Cn)},
};

/// Where the runs of characters begin that have the same traits.
const std::vector<char32_t>& trait_runs() {
  static const std::vector<char32_t> runs = [] {
    std::vector<char32_t> begins{0};
    for (char32_t code = 1; code <= kBroken; ++code) {
      if (detail::traits(code) != detail::traits(code - 1)) begins.push_back(code);
    }
    return begins;
  }();
  return runs;
}

/// The characters for which `holds`, which looks at their traits alone.
template <class Predicate>
CodeSet characters_where(Predicate holds) {
  const std::vector<char32_t>& begins = trait_runs();
  std::vector<CodeRange> ranges;
  for (std::size_t run = 0; run < begins.size(); ++run) {
    const char32_t end = run + 1 < begins.size() ? begins[run + 1] : kBroken + 1;
    if (holds(begins[run])) ranges.push_back({begins[run], end - 1});
  }
  return CodeSet(std::move(ranges));
}

bool is_graphic(char32_t code) {
  return !is_white_space(code) && !in(only(Category::Cc) | only(Category::Cs) | only(Category::Cn), code);
}

struct NamedPredicate {
  std::string_view names;  // with = between
  bool (*holds)(char32_t);
};

constexpr NamedPredicate kPredicateNames[] = {
    {"White_Space=Space=WSpace", is_white_space},
    {"Alphabetic=Alpha", is_alphabetic},
    {"Word", is_word},
    {"Word by itself", is_word_by_itself},
    {"Alnum", [](char32_t code) { return is_alphabetic(code) || category(code) == Category::Nd; }},
    {"Graph", is_graphic},
    {"Print", [](char32_t code) { return is_graphic(code) || category(code) == Category::Zs; }},
};

/// Names compare without case, spaces, `-` and `_`.
std::string plain(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (c == ' ' || c == '-' || c == '_') continue;
    letters.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return letters;
}

using Properties = std::map<std::string, CodeSet, std::less<>>;

void add(Properties& properties, std::string_view names, const CodeSet& set) {
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find('=', begin), names.size());
    properties.emplace(plain(names.substr(begin, end - begin)), set);
    begin = end + 1;
  }
}

void add_scripts(Properties& properties) {
  std::vector<std::vector<CodeRange>> ranges(256);
  const std::span runs(kScriptRuns);
  for (std::size_t at = 0; at < runs.size(); ++at) {
    const char32_t end = at + 1 < runs.size() ? runs[at + 1].begin : kBroken;
    ranges[runs[at].script].push_back({runs[at].begin, end - 1});
  }
  for (std::size_t script = 0; script < std::size(kScriptNames); ++script) {
    add(properties, kScriptNames[script], CodeSet(ranges[script]));
  }
}

void add_ranges(Properties& properties) {
  const std::span all(kPropertyRanges);
  for (std::size_t property = 0; property < std::size(kPropertyNames); ++property) {
    const std::size_t begin = kPropertyBegins[property];
    const auto ranges = all.subspan(begin, kPropertyBegins[property + 1] - begin);
    add(properties, kPropertyNames[property], CodeSet(std::vector(ranges.begin(), ranges.end())));
  }
}

Properties all_properties() {
  Properties properties;
  for (const auto& [names, categories] : kCategoryNames) add(properties, names, characters_of(categories));
  for (const auto& [names, holds] : kPredicateNames) add(properties, names, characters_where(holds));
  CodeSet blank = characters_of(only(Category::Zs));
  blank.add(CodeSet('\t'));
  add(properties, "Blank", blank);
  add(properties, "ASCII", CodeSet({{0, 0x7F}}));
  add(properties, "XDigit", CodeSet({{'0', '9'}, {'A', 'F'}, {'a', 'f'}}));
  add_scripts(properties);
  add_ranges(properties);
  return properties;
}

}  // namespace

namespace detail {
const std::uint16_t* const kTraitIndex = kTraitBlocks;
const std::uint8_t* const kTraitTable = kTraits;
}  // namespace detail

CodeSet characters_of(Categories categories) {
  return characters_where([categories](char32_t code) { return in(categories, code); });
}

const CodeSet* find_property(std::string_view name) {
  static const Properties properties = all_properties();
  const auto found = properties.find(plain(name));
  return found == properties.end() ? nullptr : &found->second;
}

}  // namespace dynamo::text
