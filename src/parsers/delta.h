#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace dynamo::parsers {

/// A step of an answer, as OpenAI clients are told of it.
struct Delta {
  enum class Kind {
    reasoning,  // `reasoning_content`
    content,    // `content`
    call,       // a tool call begins: id and name, `text` is the beginning of its arguments
    arguments,  // the arguments of call `index` go on with `text`
  };
  Kind kind = Kind::content;
  std::string text{};
  std::uint32_t index = 0;  // which call, from 0
  std::string id{};         // of a call
  std::string name{};       // of a call
  friend bool operator==(const Delta&, const Delta&) = default;
};

/// Appends `next`, joined to the last of `deltas` where the two say the same of the same thing.
void append_delta(std::vector<Delta>& deltas, Delta next);

/// The `delta` object of a chunk.
json::object to_json(const Delta& delta);

/// The `message` object that a whole answer's deltas add up to: `content` is null when nothing was said.
json::object message_of(const std::vector<Delta>& deltas);

}  // namespace dynamo::parsers
