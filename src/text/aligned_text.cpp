#include "text/aligned_text.h"

namespace dynamo::text {
namespace {

Range range(std::size_t begin, std::size_t end) {
  return {.begin = static_cast<std::uint32_t>(begin), .end = static_cast<std::uint32_t>(end)};
}

/// Where the character at `at` ends; the end of `text` stays where it is.
std::size_t behind(std::string_view text, std::size_t at) {
  return at < text.size() ? at + sequence_size(text[at]) : at;
}

}  // namespace

AlignedText::AlignedText(std::string_view original) : origin_(range(0, original.size())) {
  text_.reserve(original.size());
  origins_.reserve(original.size());
  std::size_t valid = valid_prefix(original);
  for (std::size_t at = 0; at < original.size();) {
    const bool broken = at == valid;
    const std::size_t size = broken ? broken_prefix(original.substr(at)) : sequence_size(original[at]);
    const std::string_view character = broken ? kReplacementUtf8 : original.substr(at, size);
    text_.append(character);
    origins_.insert(origins_.end(), character.size(), range(at, at + size));
    at += size;
    if (broken) valid = at + valid_prefix(original.substr(at));
  }
}

AlignedText::AlignedText(std::string text, std::vector<Range> origins, Range origin)
    : text_(std::move(text)), origins_(std::move(origins)), origin_(origin) {}

Range AlignedText::origin(Range range) const {
  if (range.empty()) return {.begin = origin_.begin + range.begin, .end = origin_.begin + range.end};
  return {.begin = origins_[range.begin].begin, .end = origins_[range.end - 1].end};
}

AlignedText AlignedText::slice(Range range) const {
  const auto first = origins_.begin() + range.begin;
  return {text_.substr(range.begin, range.size()), {first, first + range.size()}, origin(range)};
}

/// What a character that is added at byte `at` shares with the one before it.
Range AlignedText::origin_before(std::size_t at) const {
  if (at == 0) return {.begin = origin_.begin, .end = origin_.begin};
  return origins_[at - 1];
}

void AlignedText::transform(const Edits& edits) {
  std::string text;
  std::vector<Range> origins;
  text.reserve(text_.size());
  origins.reserve(text_.size());
  std::size_t at = 0;  // the next old character
  for (std::size_t skipped = 0; skipped < edits.skipped_at_start(); ++skipped) at = behind(text_, at);
  for (const auto& [character, change] : edits.list()) {
    const bool added = change > 0 || at == text_.size();
    const Range origin = added ? origin_before(at) : origins_[at];
    append_code_point(text, character);
    origins.resize(text.size(), origin);
    for (std::int32_t consumed = change; consumed <= 0; ++consumed) at = behind(text_, at);
  }
  text_ = std::move(text);
  origins_ = std::move(origins);
}

void AlignedText::prepend(std::string_view content) {
  if (empty()) return;
  origins_.insert(origins_.begin(), content.size(), origins_.front());
  text_.insert(0, content);
}

void AlignedText::replace(std::span<const Range> matches, std::string_view content) {
  if (matches.empty()) return;
  std::string text;
  std::vector<Range> origins;
  std::size_t at = 0;
  const auto keep_until = [&](std::size_t end) {
    text.append(text_, at, end - at);
    origins.insert(origins.end(), origins_.begin() + static_cast<std::ptrdiff_t>(at),
                   origins_.begin() + static_cast<std::ptrdiff_t>(end));
  };
  for (const Range match : matches) {
    keep_until(match.begin);
    text.append(content);
    origins.resize(text.size(), origin_before(match.end));
    at = match.end;
  }
  keep_until(text_.size());
  text_ = std::move(text);
  origins_ = std::move(origins);
}

}  // namespace dynamo::text
