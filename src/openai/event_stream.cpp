#include "openai/event_stream.h"

#include <algorithm>

#include "openai/error_body.h"

namespace dynamo::openai {

void append_event(std::string& out, std::string_view data) {
  out.append("data: ").append(data).append("\n\n");
}

void append_error_event(std::string& out, const Error& error) {
  std::string comment = error.message;
  std::ranges::replace_if(comment, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  out.append("event: error\n: ").append(comment).append("\ndata: ").append(error_body(error)).append("\n\n");
}

}  // namespace dynamo::openai
