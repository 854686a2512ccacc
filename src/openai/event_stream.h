#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

/// Framing of streamed answers as server-sent events.
namespace dynamo::openai {

inline constexpr std::string_view kEventStreamType = "text/event-stream";
inline constexpr std::string_view kDoneData = "[DONE]";
inline constexpr std::string_view kDoneEvent = "data: [DONE]\n\n";

/// Appends one event whose data is a line of JSON.
void append_event(std::string& out, std::string_view data);

/// Appends the event that ends a stream by a failure. Named `error`, with the text as a comment, as the
/// Dynamo frontend sends it; its data is the JSON error body, from which the OpenAI clients raise their typed
/// error (an event without data would make them fail to parse instead).
void append_error_event(std::string& out, const Error& error);

}  // namespace dynamo::openai
