#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace dynamo::chat {

/// Lets a prompt end in the middle of its last message, so that the model goes on writing it: a mark is put
/// behind what is to be continued, and what the template writes from the mark on is cut off. As transformers
/// does it.
class Continuation {
 public:
  /// Puts the mark behind `member` of the last of `messages`. `source` is that of the template, which has to
  /// mention the member. Errors: invalid.
  static Result<Continuation> mark(json::array& messages, std::string_view member, std::string_view source);

  /// What was rendered up to the mark; also without white space at the end, where the template dropped the
  /// message's own. Errors: invalid when the message or the mark is not in there.
  Result<std::string> cut(std::string rendered) const;

 private:
  explicit Continuation(std::string text) : text_(std::move(text)) {}
  std::string text_;  // what is continued
};

/// Names that the reasoning of a message goes by. A message that has it under one has it under all that
/// templates read.
inline constexpr std::array<std::string_view, 3> kReasoningMembers{"reasoning_content", "thinking",
                                                                   "reasoning"};

}  // namespace dynamo::chat
