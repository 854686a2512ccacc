#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/token_chain.h"
#include "openai/request.h"

/// The built-in engines' notion of text: one word is one token.
namespace dynamo::engine {

/// The word at `position` of the answer that `seed` stands for.
std::string_view mock_word(std::uint64_t seed, std::size_t position) noexcept;

/// Words of `text`, cut at white space.
std::vector<std::string_view> split_words(std::string_view text);

/// Prompts as tokens. A chat's role is a token of its own, so that a conversation that goes on begins as it
/// did.
TokenChain chat_prompt(std::span<const openai::Message> messages, std::size_t block_size);
TokenChain completion_prompt(const openai::Prompt& prompt, std::size_t block_size);

/// What the answer depends on: the request's seed, or else the prompt; and the number of the choice.
std::uint64_t answer_seed(std::optional<std::int64_t> seed, const TokenChain& prompt,
                          std::size_t choice) noexcept;

}  // namespace dynamo::engine
