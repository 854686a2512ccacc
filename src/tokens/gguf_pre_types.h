#pragma once

#include <span>
#include <string_view>

#include "base/error.h"

namespace dynamo::tokens {

/// What `tokenizer.ggml.pre` of a byte-level GGUF vocabulary stands for.
struct GgufPreType {
  std::span<const std::string_view> patterns;  // a text is split by each in turn, matches and gaps both kept
  bool ignore_merges = false;                  // a word that is a token is taken as it is
  bool add_bos = false;                        // unless the file says otherwise
};

/// Errors: unsupported, with the name: for those that no pattern expresses, and for those that are not known.
Result<GgufPreType> find_gguf_pre_type(std::string_view name);

}  // namespace dynamo::tokens
