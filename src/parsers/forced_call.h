#pragma once

#include <string>

#include "parsers/held_text.h"
#include "parsers/json_scanner.h"
#include "parsers/stage.h"

namespace dynamo::parsers {

/// The request names the one function to call, and an engine that was held to its schema writes nothing but
/// the arguments. An answer that begins with anything else than `{` goes on to `next`, which reads a format.
class ForcedCallStage final : public SteppedStage {
 public:
  ForcedCallStage(std::string name, std::unique_ptr<Stage> next)
      : name_(std::move(name)), next_(std::move(next)) {}

  bool reads_call() const override { return state_ == State::arguments || next_->reads_call(); }

 private:
  enum class State { beginning, arguments, rest };
  bool step(Writer& out) override;
  void end(Writer& out) override;
  bool step_beginning();
  bool step_arguments(Writer& out);

  std::string name_;
  std::unique_ptr<Stage> next_;
  State state_ = State::beginning;
  HeldText held_;
  JsonScanner scanner_;
};

}  // namespace dynamo::parsers
