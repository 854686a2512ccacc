#pragma once

#include <cstdint>

namespace dynamo::jinja {
struct Program;
}

namespace dynamo::chat {

/// What a template expects in `message.content`.
enum class ContentFormat : std::uint8_t {
  text,   // a string; engines join the parts of a message ("string" in vLLM)
  parts,  // an array of parts; engines wrap a string into one ("openai" in vLLM)
};

/// Decided as vLLM does, from the tree: a template that loops over the content of a message, or over a
/// macro's parameter that is given one, expects parts. Names are followed through `set` and `for`, scopes are
/// not told apart.
ContentFormat content_format(const jinja::Program& program);

}  // namespace dynamo::chat
