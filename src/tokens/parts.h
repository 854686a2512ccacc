#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tokens/added_tokens.h"
#include "tokens/decoder.h"
#include "tokens/model.h"
#include "tokens/normalizer.h"
#include "tokens/post_processor.h"
#include "tokens/pre_tokenizer.h"

namespace dynamo::tokens {

/// What a tokenizer is made of. Text goes through the parts from top to bottom, ids through the decoder
/// alone.
struct Parts {
  std::vector<AddedToken> added_tokens;
  std::unique_ptr<const Normalizer> normalizer;         // null: text stays as it is
  std::unique_ptr<const PreTokenizer> pre_tokenizer;    // null: text is one word
  std::unique_ptr<const Model> model;                   // never null
  std::unique_ptr<const PostProcessor> post_processor;  // null: tokens stay as they are
  std::shared_ptr<const Decoder> decoder;               // null: tokens joined by spaces
  std::vector<std::string> notes;                       // what was ignored, one sentence each
};

/// Reads the contents of a `tokenizer.json`. Errors: invalid and unsupported, with the name of the field or
/// feature.
Result<Parts> parts_from_json(std::string_view tokenizer_json);

}  // namespace dynamo::tokens
