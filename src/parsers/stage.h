#pragma once

#include <memory>
#include <string_view>

#include "parsers/input.h"
#include "parsers/writer.h"

namespace dynamo::parsers {

/// A state machine that takes the text of an answer and says to a Writer what it means. The same text gives
/// the same, in whatever pieces it comes. Text is valid UTF-8 and pieces end between characters.
class Stage {
 public:
  virtual ~Stage() = default;
  virtual void feed(std::string_view text, Writer& out) = 0;
  /// The text is over: says what was held back.
  virtual void finish(Writer& out) = 0;
  /// The text so far ends inside what looks like a call: a marker of another format is part of it.
  virtual bool reads_call() const { return false; }
};

/// A stage that works in steps on the text it holds.
class SteppedStage : public Stage {
 public:
  void feed(std::string_view text, Writer& out) final {
    input_.append(text);
    while (step(out)) {
    }
  }
  void finish(Writer& out) final {
    input_.close();
    while (step(out)) {
    }
    end(out);
  }

 protected:
  /// Takes some of `input_` or changes the state; false when only more text can help.
  virtual bool step(Writer& out) = 0;
  /// After the last step: `input_` is closed.
  virtual void end(Writer& out) = 0;

  Input input_;
};

/// All text is content: the last stage where no tool calls are read.
class PlainStage final : public Stage {
 public:
  void feed(std::string_view text, Writer& out) override { out.content(text); }
  void finish(Writer&) override {}
};

}  // namespace dynamo::parsers
