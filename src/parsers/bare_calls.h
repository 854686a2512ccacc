#pragma once

#include <memory>
#include <string>

#include "parsers/object_arguments.h"
#include "parsers/stage.h"

namespace dynamo::parsers {

/// Where the request demands a call, an engine may have been held to a schema, and then writes plain JSON
/// whatever the model's format is: a list of calls, one call, or, when the request names the function, its
/// arguments. An answer that begins otherwise goes on to the format.
class BareCallsStage final : public SteppedStage {
 public:
  /// `forced_tool`: the function that the request names; may be empty. `calls` reads JSON without markers.
  BareCallsStage(std::string forced_tool, std::unique_ptr<Stage> calls, std::unique_ptr<Stage> format);

  bool reads_call() const override { return state_ == State::arguments || rest_->reads_call(); }

 private:
  enum class State { beginning, arguments, rest };
  bool step(Writer& out) override;
  void end(Writer& out) override;
  bool step_beginning();
  bool step_arguments(Writer& out);

  std::string forced_tool_;
  std::unique_ptr<Stage> calls_;
  std::unique_ptr<Stage> rest_;  // reads all that is not arguments
  State state_ = State::beginning;
  HeldText held_;
  ObjectArguments arguments_;
};

}  // namespace dynamo::parsers
