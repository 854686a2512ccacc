#pragma once

#include <span>
#include <vector>

#include "tokens/merges.h"
#include "tokens/vocabulary.h"

namespace dynamo::tokens {

/// The rules of a model whose file lists no merges, only which token goes first: tokens of `order` one behind
/// the other, each with all pairs of tokens that it can be made of. For Merges::Order::by_token. Time: linear
/// in the length of the tokens' texts, times their average length.
std::vector<Merge> split_rules(const Vocabulary& vocabulary, std::span<const TokenId> order);

}  // namespace dynamo::tokens
