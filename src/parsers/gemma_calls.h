#pragma once

#include "parsers/element_calls.h"

namespace dynamo::parsers {

/// Gemma 4: `<|tool_call>call:NAME{KEY:<|"|>TEXT<|"|>,KEY:VALUE}<tool_call|>`. Values are strings between
/// marks, numbers, constants, lists and objects; nesting up to 64. A bare word is a string.
ElementCallsFormat gemma_calls();

}  // namespace dynamo::parsers
