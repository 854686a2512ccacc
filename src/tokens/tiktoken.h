#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

#include "tokens/token.h"

namespace dynamo::tokens {

struct Parts;

/// The tokens of a tiktoken file by rank, which is their id: lines of base64, a space, and a number. Ranks
/// may have holes. Errors: invalid, with the line; unsupported for a SentencePiece model, by name.
Result<std::vector<std::string>> read_tiktoken_ranks(std::string_view text);

/// A tokenizer from a tiktoken file. The file says nothing of the pattern that cuts texts into words, nor of
/// special tokens: the family is known by the number of ranks, and its special tokens are those of `special`
/// when there are any. Errors: as above; unsupported for a number of ranks that no family has; invalid.
Result<Parts> parts_from_tiktoken(std::string_view text,
                                  std::vector<std::pair<std::string, TokenId>> special);

/// The special tokens that `added_tokens_decoder` of a tokenizer_config.json lists; none when it has no such
/// list. Errors: invalid.
Result<std::vector<std::pair<std::string, TokenId>>> special_tokens_of_config(
    std::string_view tokenizer_config_json);

}  // namespace dynamo::tokens
