#include "tokens/pre_tokenizer_sections.h"

#include "tokens/definition.h"

namespace dynamo::tokens {
namespace {

constexpr std::pair<std::string_view, Delimiters> kNames[] = {
    {"Removed", Delimiters::removed},
    {"Isolated", Delimiters::isolated},
    {"MergedWithPrevious", Delimiters::merged_with_previous},
    {"MergedWithNext", Delimiters::merged_with_next},
    {"Contiguous", Delimiters::contiguous},
};

void put(text::Range part, std::vector<text::Range>& parts) {
  if (!part.empty()) parts.push_back(part);
}

/// Whether `section` continues the part that the section `before` it belongs to.
bool continues(const Section& before, const Section& section, Delimiters delimiters) {
  switch (delimiters) {
    case Delimiters::removed:
    case Delimiters::isolated:
      return false;
    case Delimiters::merged_with_previous:
      return section.is_delimiter && !before.is_delimiter;
    case Delimiters::merged_with_next:
      return !section.is_delimiter && before.is_delimiter;
    case Delimiters::contiguous:
      return section.is_delimiter == before.is_delimiter;
  }
  return false;
}

}  // namespace

Result<Delimiters> delimiters_member(const json::value& definition) {
  const auto name = string_member(definition, "behavior");
  if (!name) return std::unexpected(name.error());
  const auto* found = std::ranges::find(kNames, *name, &std::pair<std::string_view, Delimiters>::first);
  if (found == std::ranges::end(kNames)) {
    return fail(Errc::invalid, fmt::format("`behavior` must be Removed, Isolated, MergedWithPrevious, "
                                           "MergedWithNext or Contiguous, not {}",
                                           *name));
  }
  return found->second;
}

std::vector<Section> sections_of(const std::vector<text::Range>& matches, std::size_t size) {
  std::vector<Section> sections;
  sections.reserve(matches.size() * 2 + 1);
  std::uint32_t at = 0;
  const auto put_between = [&](std::uint32_t end) {
    if (at != end) sections.push_back({.range = {.begin = at, .end = end}, .is_delimiter = false});
  };
  for (const text::Range match : matches) {
    put_between(match.begin);
    sections.push_back({.range = match, .is_delimiter = true});
    at = match.end;
  }
  put_between(static_cast<std::uint32_t>(size));
  return sections;
}

void join_sections(const std::vector<Section>& sections, Delimiters delimiters,
                   std::vector<text::Range>& parts) {
  for (std::size_t first = 0; first < sections.size();) {
    std::size_t last = first;
    while (last + 1 < sections.size() && continues(sections[last], sections[last + 1], delimiters)) ++last;
    const bool dropped = delimiters == Delimiters::removed && sections[first].is_delimiter;
    if (!dropped) put({.begin = sections[first].range.begin, .end = sections[last].range.end}, parts);
    first = last + 1;
  }
}

}  // namespace dynamo::tokens
