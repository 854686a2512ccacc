#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/json.h"

namespace dynamo::chat {

/// Whether messages go to the template as they are, or first become what engines make of them
/// (engine_messages.h).
enum class Preparation : std::uint8_t { none, engine };

/// One conversation with all that goes with it to a template.
struct Chat {
  json::array messages{};    // objects, at least one
  json::value tools{};       // an array of objects, or null for none
  json::value documents{};   // the same
  json::object variables{};  // whatever else templates may ask for; wins over the model's special tokens
  bool add_generation_prompt = false;  // ends with the head of the answer
  /// The member of the last message that the model is to go on writing, "content" as a rule; empty for none.
  std::string continued{};
  std::string template_name{};  // empty: the model's own choice
  Preparation preparation = Preparation::none;
};

/// Template arguments as `apply_chat_template` of transformers takes them: `messages`, `tools`, `documents`,
/// `add_generation_prompt`, `continue_final_message` (true or the name of a member) and `chat_template` (the
/// name of one); members of `chat_template_kwargs` and all the others become variables. Errors: invalid,
/// naming the member that is wrong.
Result<Chat> read_arguments(json::object arguments);

/// The body of a chat completion request, as engines read it: of the other members only `reasoning_effort`
/// reaches the template, and a generation prompt is added unless the request says otherwise. The messages are
/// left as they are; engine_messages.h prepares them once it is known what the template expects. Errors:
/// invalid, naming the member that is wrong; a request that brings its own template is refused.
Result<Chat> read_request(json::object body);

}  // namespace dynamo::chat
