#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parsers/call_object.h"
#include "parsers/held_text.h"
#include "parsers/markers.h"
#include "parsers/object_arguments.h"
#include "parsers/stage.h"

namespace dynamo::parsers {

/// A format that writes calls as JSON objects, `{"name": …, "arguments": …}`, one or several, in a list or
/// one after the other, behind a marker.
struct JsonCallsFormat {
  std::vector<std::string> opens;
  std::vector<std::string> closes{};  // may be missing where the answer ends
  bool bare = false;                  // an answer may also begin with the JSON itself
  bool inline_names = false;          // also `name{…}`, `name[ARGS]{…}`, `name[CALL_ID]id[ARGS]{…}` (Mistral)
};

class JsonCallsStage final : public SteppedStage {
 public:
  explicit JsonCallsStage(const JsonCallsFormat& format);

  bool reads_call() const override { return state_ >= State::body && state_ != State::after; }

 private:
  enum class State { beginning, text, body, object, after, name, id, arguments };
  bool step(Writer& out) override;
  void end(Writer& out) override;

  bool step_beginning();
  bool step_text(Writer& out);
  bool step_body(Writer& out);
  bool step_object(Writer& out);
  bool step_after(Writer& out);
  bool step_name(Writer& out);
  bool step_id(Writer& out);
  bool step_arguments(Writer& out);

  void begin_body(std::size_t marker_bytes, Writer& out);
  bool end_name(Writer& out);
  bool end_call(Writer& out);
  bool give_up(Writer& out);

  bool inline_names_;
  Markers opens_;
  Markers marks_;  // opens and closes
  std::vector<std::string> closes_;
  State state_;
  HeldText held_;
  bool in_bare_ = false;   // this body began without a marker
  bool in_block_ = false;  // no closing marker was seen since the last opening one
  bool in_list_ = false;
  CallObject object_{{}};
  std::string name_;           // of a call with an inline name
  ObjectArguments arguments_;  // likewise
};

}  // namespace dynamo::parsers
