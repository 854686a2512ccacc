#pragma once

#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "frontend/model_files.h"
#include "openai/request.h"

#include "jinja/template.h"

namespace dynamo::frontend {

/// A request to POST /tokenize, as vLLM takes it: a prompt, or a chat, which is the whole body.
struct TokenizeRequest {
  std::string model;  // empty: the only one
  std::optional<std::string> prompt;
  json::object body;
  bool add_special_tokens = true;  // unless it says otherwise, not for chats: their template writes them
  bool return_token_strs = false;
};
/// Errors: invalid, naming the field.
Result<TokenizeRequest> parse_tokenize_request(std::string_view body);

struct DetokenizeRequest {
  std::string model;
  std::vector<tokens::TokenId> tokens;
};
/// Errors: invalid, naming the field.
Result<DetokenizeRequest> parse_detokenize_request(std::string_view body);

/// Errors: invalid, naming the first of `ids` that is no token.
Result<void> check_ids(const tokens::Tokenizer& tokenizer, std::span<const tokens::TokenId> ids);

/// {"count", "max_model_len", "tokens", "token_strs"}; null for a length of 0, which is not known, and for
/// texts that nobody asked for. Errors: invalid, with the words of a template that refuses the chat;
/// unsupported, for chats that only the engine can prepare; too_large, for texts that take too long; timeout,
/// where a template takes more steps than `options` allow and they allow fewer than usual.
Result<std::string> tokenize_answer(const ModelFiles& files, const TokenizeRequest& request,
                                    std::uint64_t max_model_len, const jinja::Options& options);

/// {"prompt"}. Errors: invalid for an id that the vocabulary does not have.
Result<std::string> detokenize_answer(const ModelFiles& files, const DetokenizeRequest& request);

/// The prompts of a chat or completions request as the engine will see them.
struct PromptFacts {
  std::vector<std::uint64_t> lengths;  // tokens of each
  std::string end{};                   // of a chat's: its last kPromptEnd bytes

  std::uint64_t tokens() const { return std::reduce(lengths.begin(), lengths.end()); }
};
/// Enough for the markers behind which answers begin.
inline constexpr std::size_t kPromptEnd = 64;

/// Nothing when only the engine can tell, or it would take too long. Errors: invalid, with the words of a
/// template that refuses the chat; timeout, as of tokenize_answer.
Result<std::optional<PromptFacts>> prompt_facts(const ModelFiles& files, const openai::Request& request,
                                                const jinja::Options& options);

/// Errors: invalid, when one of `lengths` is beyond `context_length` (0: not known).
Result<void> check_context(const std::vector<std::uint64_t>& lengths, std::uint64_t context_length,
                           openai::Endpoint endpoint);

}  // namespace dynamo::frontend
