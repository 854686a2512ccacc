#pragma once

#include "base/json.h"

namespace dynamo::chat {

/// The tools of a request as vLLM hands them to templates: the members that the API knows, in its order, with
/// `description` and `parameters` null where absent. Templates print tools whole, so order and absence show.
json::array tools_for_engine(const json::array& tools);

/// The tool calls of a message as vLLM hands them to templates: members in the order of the API's types,
/// others behind them, and `arguments`, which clients send as JSON text, read into an object (empty where it
/// is none).
json::array tool_calls_for_engine(const json::array& calls);

}  // namespace dynamo::chat
