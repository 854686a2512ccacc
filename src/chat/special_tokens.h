#pragma once

#include "base/json.h"

namespace dynamo::chat {

/// The named special tokens of a model, "bos_token" → "<s>", from its tokenizer_config.json and
/// special_tokens_map.json (either may be empty). A token is written as its text or as an object with
/// `content`; null means that the model has none. Besides the seven that every tokenizer may have, any other
/// member whose name ends in "_token" counts, and the members of `extra_special_tokens` where that is an
/// object.
json::object special_tokens(const json::object& config, const json::object& map);

}  // namespace dynamo::chat
