// No test, but for tests alone; and without GoogleTest, whose headers contradict those of Oniguruma.
#include "text/oniguruma_oracle.h"

#include <oniguruma.h>

namespace dynamo::text {
namespace {

const OnigUChar* bytes(std::string_view text) {
  static constexpr char kEmpty[1]{};
  return reinterpret_cast<const OnigUChar*>(text.data() == nullptr ? kEmpty : text.data());
}

}  // namespace

OnigurumaPattern::OnigurumaPattern(std::string_view source) {
  OnigErrorInfo info{};
  OnigUChar message[ONIG_MAX_ERROR_MESSAGE_LEN];
  OnigRegex regex = nullptr;
  const int made = onig_new(&regex, bytes(source), bytes(source) + source.size(), ONIG_OPTION_NONE,
                            ONIG_ENCODING_UTF8, OnigDefaultSyntax, &info);
  regex_ = regex;
  if (made == ONIG_NORMAL) return;
  const int size = onig_error_code_to_str(message, made, &info);
  error_.assign(reinterpret_cast<const char*>(message), static_cast<std::size_t>(size));
}

OnigurumaPattern::~OnigurumaPattern() {
  if (error_.empty()) onig_free(static_cast<OnigRegex>(regex_));
}

std::optional<Range> OnigurumaPattern::find(std::string_view text, std::size_t from) const {
  OnigRegion* region = onig_region_new();
  const OnigUChar* begin = bytes(text);
  const OnigUChar* end = begin + text.size();
  const int found = onig_search(static_cast<OnigRegex>(regex_), begin, end, begin + from, end, region, 0);
  std::optional<Range> range;
  if (found >= 0) {
    range = Range{static_cast<std::uint32_t>(region->beg[0]), static_cast<std::uint32_t>(region->end[0])};
  }
  onig_region_free(region, 1);
  return range;
}

}  // namespace dynamo::text
