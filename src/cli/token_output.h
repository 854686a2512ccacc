#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.h"

#include "tokens/tokenizer.h"

/// How tokens are shown. Pure.
namespace dynamo::cli {

/// `offsets`, bytes of `text`, as characters of it; bytes that are not UTF-8 count as U+FFFD does.
std::vector<tokens::Span> in_characters(std::span<const tokens::Span> offsets, std::string_view text);

/// `text` on one line: control characters as escapes, broken bytes as \xNN.
std::string visible(std::string_view text);

/// One row for each token: its id, how the vocabulary writes it, and the text it stands for; with
/// `with_offsets` also where that is, in characters.
std::string token_table(const tokens::Encoding& encoding, std::string_view text, bool with_offsets);

/// The text itself, each token on a ground of another colour, for terminals.
std::string token_pieces(const tokens::Encoding& encoding, std::string_view text);

/// "[1,2,3]".
std::string ids_json(std::span<const tokens::TokenId> ids);

/// {"ids":[…],"tokens":[…],"offsets":[[begin,end],…]}, offsets in characters.
std::string encoding_json(const tokens::Encoding& encoding, std::string_view text);

/// A list of token ids. Errors: invalid.
Result<std::vector<tokens::TokenId>> ids_from_json(const json::value& list);

}  // namespace dynamo::cli
