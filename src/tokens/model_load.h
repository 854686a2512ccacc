#pragma once

#include <memory>
#include <string_view>

#include "base/error.h"

#include "tokens/model.h"

namespace dynamo::tokens {

/// Reads `part`, the value of `model` in the tokenizer.json `whole`: BPE, Unigram, WordPiece or WordLevel.
/// Errors: invalid and unsupported, with the name of the field or feature.
Result<std::unique_ptr<const Model>> load_model(std::string_view whole, std::string_view part);

}  // namespace dynamo::tokens
