#include "tokens/post_processor_kinds.h"

#include "text/classes.h"
#include "text/code_point.h"

namespace dynamo::tokens {
namespace {

constexpr char32_t kVisibleSpace = 0x120;  // what a space looks like in the byte-level alphabet

bool counts_as_space(char32_t code) { return code == kVisibleSpace || text::is_white_space(code); }

std::size_t leading_spaces(std::string_view token) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < token.size(); ++count) {
    const auto [code, size] = text::code_point_at(token, at);
    if (!counts_as_space(code)) break;
    at += size;
  }
  return count;
}

std::size_t trailing_spaces(std::string_view token) {
  std::size_t count = 0;
  for (std::size_t end = token.size(); end > 0; ++count) {
    const std::size_t before = text::code_point_before(token, end);
    if (!counts_as_space(text::code_point_at(token, before).code)) break;
    end = before;
  }
  return count;
}

/// `count` characters behind byte `at`, at most `end`.
std::uint32_t forward(std::string_view text, std::uint32_t at, std::size_t count, std::uint32_t end) {
  while (count-- > 0 && at < end) at += text::code_point_at(text, at).size;
  return std::min(at, end);
}

/// `count` characters before byte `at`, but not before `begin`; `at` when the text has not that many before
/// it.
std::uint32_t backward(std::string_view text, std::uint32_t at, std::size_t count, std::uint32_t begin) {
  std::size_t moved = at;
  while (count-- > 0) {
    if (moved == 0) return at;
    moved = text::code_point_before(text, moved);
  }
  return std::max(static_cast<std::uint32_t>(moved), begin);
}

Encoding special_encoding(const std::vector<SpecialToken>& tokens, std::uint32_t type) {
  Encoding encoding;
  for (const SpecialToken& token : tokens) {
    encoding.ids.push_back(token.id);
    encoding.offsets.push_back({});
    encoding.tokens.push_back(token.token);
    encoding.types.push_back(type);
    encoding.special.push_back(true);
  }
  return encoding;
}

/// Puts special tokens around the encoding, whose own are no longer marked special, as in the library.
void surround(Encoding& encoding, const std::vector<SpecialToken>& before, const SpecialToken& after,
              std::uint32_t type) {
  encoding.special.assign(encoding.ids.size(), false);
  Encoding whole = special_encoding(before, type);
  append(whole, encoding);
  append(whole, special_encoding({after}, type));
  encoding = std::move(whole);
}

}  // namespace

void append(Encoding& encoding, const Encoding& more) {
  encoding.ids.insert(encoding.ids.end(), more.ids.begin(), more.ids.end());
  encoding.offsets.insert(encoding.offsets.end(), more.offsets.begin(), more.offsets.end());
  encoding.tokens.insert(encoding.tokens.end(), more.tokens.begin(), more.tokens.end());
  encoding.types.insert(encoding.types.end(), more.types.begin(), more.types.end());
  encoding.special.insert(encoding.special.end(), more.special.begin(), more.special.end());
}

void ByteLevelProcessor::trim(std::size_t index, EncodedPart& part) const {
  const std::string& token = part.encoding.tokens[index];
  Span& offsets = part.encoding.offsets[index];
  std::size_t leading = leading_spaces(token);
  const std::size_t trailing = trailing_spaces(token);
  const bool first = index == 0 || offsets.begin == 0;
  if (first && add_prefix_space_ && leading == 1) leading = 0;
  offsets.begin = forward(part.text, offsets.begin, leading, offsets.end);
  if (trailing > 0) offsets.end = backward(part.text, offsets.end, trailing, offsets.begin);
}

void ByteLevelProcessor::apply(std::vector<EncodedPart>& parts, SpecialTokens /*special*/) const {
  if (!trim_offsets_) return;
  for (EncodedPart& part : parts) {
    for (std::size_t i = 0; i < part.encoding.ids.size(); ++i) trim(i, part);
  }
}

void BertProcessor::apply(std::vector<EncodedPart>& parts, SpecialTokens special) const {
  if (special == SpecialTokens::leave_out) return;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i == 0) {
      surround(parts[i].encoding, {begin_}, separator_, 0);
    } else {
      surround(parts[i].encoding, {}, separator_, 1);
    }
  }
}

void RobertaProcessor::apply(std::vector<EncodedPart>& parts, SpecialTokens special) const {
  trim_.apply(parts, special);
  for (EncodedPart& part : parts) part.encoding.types.assign(part.encoding.ids.size(), 0);
  if (special == SpecialTokens::leave_out) return;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    surround(parts[i].encoding, {i == 0 ? begin_ : separator_}, separator_, 0);
  }
}

void TemplateProcessor::apply(std::vector<EncodedPart>& parts, SpecialTokens special) const {
  if (parts.empty() || parts.size() > 2) return;
  std::vector<EncodedPart> row;
  for (const Item& item : parts.size() == 1 ? single_ : pair_) {
    if (item.sequence) {
      EncodedPart& part = parts[*item.sequence];
      part.encoding.types.assign(part.encoding.ids.size(), item.type);
      row.push_back(part);
    } else if (special == SpecialTokens::add) {
      row.push_back({special_encoding(item.tokens, item.type), {}});
    }
  }
  parts = std::move(row);
}

std::size_t TemplateProcessor::parts_after(std::size_t count) const {
  if (count == 1) return single_.size();
  return count == 2 ? pair_.size() : kCannot;
}

void ProcessorSequence::apply(std::vector<EncodedPart>& parts, SpecialTokens special) const {
  for (const auto& step : steps_) step->apply(parts, special);
}

std::size_t ProcessorSequence::parts_after(std::size_t count) const {
  for (const auto& step : steps_) count = count == kCannot ? kCannot : step->parts_after(count);
  return count;
}

}  // namespace dynamo::tokens
