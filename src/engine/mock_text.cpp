#include "engine/mock_text.h"

#include <array>

namespace dynamo::engine {
namespace {

constexpr std::array<std::string_view, 64> kWords{
    "the",   "a",      "small",  "quiet", "river", "runs",   "past",    "green", "hills",  "and",    "old",
    "stone", "walls",  "where",  "light", "falls", "soft",   "on",      "water", "while",  "birds",  "turn",
    "above", "slow",   "clouds", "we",    "count", "each",   "token",   "as",    "it",     "leaves", "one",
    "word",  "at",     "time",   "never", "late",  "often",  "early",   "with",  "little", "more",   "than",
    "wind",  "behind", "them",   "some",  "say",   "that",   "clear",   "paths", "begin",  "here",   "under",
    "wide",  "open",   "skies",  "of",    "blue",  "silver", "morning", "gold",  "evening"};

constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

void push_words(TokenChain& chain, std::string_view text) {
  for (const auto word : split_words(text)) chain.push(token_of(word));
}

}  // namespace

std::string_view mock_word(std::uint64_t seed, std::size_t position) noexcept {
  return kWords[mix(seed + mix(position + 1)) % kWords.size()];
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t at = 0;
  while (at < text.size()) {
    while (at < text.size() && is_space(text[at])) ++at;
    const std::size_t begin = at;
    while (at < text.size() && !is_space(text[at])) ++at;
    if (at > begin) out.push_back(text.substr(begin, at - begin));
  }
  return out;
}

TokenChain chat_prompt(std::span<const openai::Message> messages, std::size_t block_size) {
  TokenChain chain(block_size);
  for (const auto& message : messages) {
    chain.push(token_of("<|" + message.role + "|>"));
    push_words(chain, message.text);
  }
  chain.push(token_of("<|assistant|>"));
  return chain;
}

TokenChain completion_prompt(const openai::Prompt& prompt, std::size_t block_size) {
  TokenChain chain(block_size);
  if (const auto* text = std::get_if<std::string>(&prompt)) {
    push_words(chain, *text);
  } else {
    for (const auto id : std::get<std::vector<std::uint32_t>>(prompt)) chain.push(id);
  }
  return chain;
}

std::uint64_t answer_seed(std::optional<std::int64_t> seed, const TokenChain& prompt,
                          std::size_t choice) noexcept {
  const std::uint64_t base = seed ? mix(static_cast<std::uint64_t>(*seed)) : prompt.state();
  return mix(base + choice);
}

}  // namespace dynamo::engine
