#include "frontend/chunk.h"

#include <charconv>
#include <cstring>

namespace dynamo::frontend {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// The text behind `"name":` at its first place in `data`, white space skipped; empty when it is not there.
std::string_view value_of(std::string_view data, std::string_view quoted_name) noexcept {
  for (;;) {
    const void* found = ::memmem(data.data(), data.size(), quoted_name.data(), quoted_name.size());
    if (found == nullptr) return {};
    data.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(found) - data.data()) +
                       quoted_name.size());
    std::string_view rest = data;
    rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
    if (!rest.starts_with(':')) continue;  // a string value that reads like the name
    rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
    return rest;
  }
}

std::optional<std::uint64_t> number_of(std::string_view data, std::string_view quoted_name) noexcept {
  const auto text = value_of(data, quoted_name);
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{}) return std::nullopt;
  return out;
}

bool is_empty_list(std::string_view value) noexcept {
  if (!value.starts_with('[')) return false;
  value.remove_prefix(1);
  const auto at = value.find_first_not_of(kSpace);
  return at != std::string_view::npos && value[at] == ']';
}

/// A string of at least one character.
bool is_text(std::string_view value) noexcept {
  return value.size() > 1 && value[0] == '"' && value[1] != '"';
}

bool carries_text(std::string_view data) noexcept {
  return is_text(value_of(data, R"("content")")) || is_text(value_of(data, R"("text")")) ||
         is_text(value_of(data, R"("reasoning_content")")) || is_text(value_of(data, R"("reasoning")")) ||
         value_of(data, R"("tool_calls")").starts_with('[');
}

}  // namespace

ChunkFacts look_into(std::string_view data) noexcept {
  ChunkFacts facts;
  const auto choices = value_of(data, R"("choices")");
  if (choices.empty()) {
    facts.is_error = !value_of(data, R"("error")").empty();
    return facts;
  }
  facts.usage_only = is_empty_list(choices);
  facts.has_text = !facts.usage_only && carries_text(data);
  const auto reason = value_of(data, R"("finish_reason")");
  facts.has_finish = reason.starts_with('"');
  facts.aborted = reason.starts_with(R"("abort")");
  const auto usage = value_of(data, R"("usage")");
  if (usage.starts_with('{')) {
    facts.prompt_tokens = number_of(usage, R"("prompt_tokens")");
    facts.completion_tokens = number_of(usage, R"("completion_tokens")");
    facts.cached_tokens = number_of(usage, R"("cached_tokens")");
  }
  return facts;
}

}  // namespace dynamo::frontend
