#include "text/case_folding.h"

#include <algorithm>
#include <array>
#include <map>

namespace dynamo::text {
namespace {

struct Fold {
  char32_t code;
  char32_t to;
};

struct LongFold {
  char32_t code;
  std::array<char32_t, 3> to;  // 0 after the second of two

  std::u32string_view text() const { return {to.data(), to[2] == 0 ? 2U : 3U}; }
};

#include "text/unicode_folds.inc"

/// Characters that are the same, by what they fold to.
using Groups = std::map<std::u32string, CodeSet, std::less<>>;

const Groups& groups() {
  static const Groups all = [] {
    Groups made;
    for (const auto& [code, to] : kFolds) {
      CodeSet& group = made[std::u32string(1, to)];
      group.add(CodeSet(to));
      group.add(CodeSet(code));
    }
    for (const LongFold& fold : kLongFolds) made[std::u32string(fold.text())].add(CodeSet(fold.code));
    return made;
  }();
  return all;
}

CodeSet group_of(std::u32string_view folded) {
  const auto found = groups().find(folded);
  return found == groups().end() ? CodeSet() : found->second;
}

bool has_any(const CodeSet& set, const CodeSet& few) {
  return std::ranges::any_of(few.ranges(), [&set](const CodeRange& range) {
    for (char32_t code = range.first; code <= range.last; ++code) {
      if (set.has(code)) return true;
    }
    return false;
  });
}

}  // namespace

char32_t fold_case(char32_t code) {
  const auto found = std::ranges::lower_bound(kFolds, code, {}, &Fold::code);
  return found != std::end(kFolds) && found->code == code ? found->to : code;
}

std::u32string_view long_fold(char32_t code) {
  const auto found = std::ranges::lower_bound(kLongFolds, code, {}, &LongFold::code);
  if (found == std::end(kLongFolds) || found->code != code) return {};
  return found->text();
}

CodeSet case_variants(char32_t code) {
  const char32_t folded = fold_case(code);
  const std::u32string_view several = long_fold(code);
  CodeSet variants = group_of(several.empty() ? std::u32string_view(&folded, 1) : several);
  variants.add(CodeSet(code));
  return variants;
}

CodeSet characters_folding_to(std::u32string_view codes) { return group_of(codes); }

CodeSet with_case_variants(const CodeSet& set) {
  std::vector<CodeRange> ranges = set.ranges();
  for (const auto& [folded, group] : groups()) {
    if (!has_any(set, group)) continue;
    ranges.insert(ranges.end(), group.ranges().begin(), group.ranges().end());
  }
  return CodeSet(std::move(ranges));
}

std::vector<std::u32string_view> long_folds(const CodeSet& set) {
  std::vector<std::u32string_view> found;
  for (const LongFold& fold : kLongFolds) {
    if (set.has(fold.code) && std::ranges::find(found, fold.text()) == found.end())
      found.push_back(fold.text());
  }
  std::ranges::stable_sort(found, {}, [](std::u32string_view text) { return text.size(); });
  return found;
}

}  // namespace dynamo::text
