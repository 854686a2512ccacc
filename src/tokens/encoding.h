#pragma once

#include <string>
#include <vector>

#include "tokens/token.h"

namespace dynamo::tokens {

/// The tokens of one text and where each came from; all vectors have one entry per token.
struct Encoding {
  std::vector<TokenId> ids;
  std::vector<Span> offsets;  // bytes of the input; {0, 0} for tokens that the post-processor added
  std::vector<std::string>
      tokens;  // as the vocabulary writes them; for Unigram's unknown token, the text itself
  std::vector<std::uint32_t> types;  // segment number, as the post-processor counts them
  std::vector<bool> special;         // added by the post-processor
};

}  // namespace dynamo::tokens
