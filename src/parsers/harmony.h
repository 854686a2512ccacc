#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "parsers/held_text.h"
#include "parsers/markers.h"
#include "parsers/object_arguments.h"
#include "parsers/stage.h"

namespace dynamo::parsers {

/// What stands before a message of the harmony format (gpt-oss): `<|start|>assistant to=functions.f
/// <|channel|>commentary json<|message|>`, in several orders.
struct HarmonyHeader {
  std::string_view channel;    // analysis, commentary, final
  std::string_view recipient;  // behind `to=`; empty when it is for the user
};
/// Reads the text from the marker that opens the message up to `<|message|>`.
HarmonyHeader parse_harmony_header(std::string_view text);

/// What is read of the format; the rest is content.
struct HarmonyParts {
  bool reasoning = false;  // the analysis channel
  bool calls = false;      // messages to functions
};

/// Splits the messages of the harmony format. What is for the user goes on to `next`; where
/// that reads calls too, as a demanded one, no message begins within them.
class HarmonyStage final : public SteppedStage {
 public:
  HarmonyStage(HarmonyParts parts, std::unique_ptr<Stage> next);

  bool reads_call() const override { return state_ == State::call || next_->reads_call(); }

 private:
  enum class State { beginning, outside, header, reasoning, content, call, after_call };
  bool step(Writer& out) override;
  void end(Writer& out) override;
  bool step_beginning();
  bool step_outside(Writer& out);
  bool step_header(Writer& out);
  bool step_message(Writer& out);
  bool step_call(Writer& out);
  bool step_after_call();
  bool begin_message(const HarmonyHeader& header, Writer& out);
  bool give_up(Writer& out);
  std::optional<std::string_view> function(std::string_view recipient, const Tools& tools) const;

  HarmonyParts parts_;
  std::unique_ptr<Stage> next_;
  Markers opens_;
  Markers header_ends_;
  Markers message_ends_;
  State state_ = State::beginning;
  HeldText held_;  // of a call
  ObjectArguments arguments_;
};

}  // namespace dynamo::parsers
