#pragma once

#include <memory>
#include <string>
#include <vector>

#include "parsers/markers.h"
#include "parsers/stage.h"

namespace dynamo::parsers {

/// A format that puts reasoning between two markers.
struct ReasoningTags {
  std::vector<std::string> opens;
  std::vector<std::string> closes;
  std::vector<std::string> interrupts{};  // markers of tool calls that end reasoning too, and are not taken
  bool begins_inside = false;             // the answer begins with reasoning, with or without its marker
  bool once = false;                      // what follows the first reasoning is all content
};

/// Splits reasoning from the rest, which goes on to `next`. Reasoning that never ends stays reasoning.
class ReasoningTagsStage final : public SteppedStage {
 public:
  /// Where the answer begins. An engine that is held to a schema of calls may write nothing but their JSON,
  /// even when the prompt has opened reasoning.
  enum class Begin { outside, inside, inside_unless_json };
  ReasoningTagsStage(const ReasoningTags& format, Begin begin, std::unique_ptr<Stage> next);

 private:
  enum class State { beginning, inside, outside, rest };
  bool step(Writer& out) override;
  void end(Writer& out) override { next_->finish(out); }
  bool step_beginning();
  bool step_inside(Writer& out);
  bool step_outside(Writer& out);

  Markers opens_;
  Markers ends_;
  std::vector<std::string> interrupts_;
  bool once_;
  bool may_be_json_;
  State state_;
  std::unique_ptr<Stage> next_;
};

}  // namespace dynamo::parsers
