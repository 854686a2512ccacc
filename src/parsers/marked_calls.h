#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parsers/held_text.h"
#include "parsers/json_scanner.h"
#include "parsers/markers.h"
#include "parsers/stage.h"

namespace dynamo::parsers {

/// What a model writes before the arguments of a call.
struct CallHeader {
  std::string name;
  std::string id{};  // empty where the format has none
};

/// A format that puts markers around each call and between its name and its arguments, which are plain JSON.
struct MarkedCallsFormat {
  std::vector<std::string> section_opens;
  std::vector<std::string> section_closes;
  std::string call_open;
  std::string separator;  // between the header and the arguments
  std::string call_close;
  enum class Header {
    name,            // DeepSeek V3.1: NAME
    type_then_name,  // DeepSeek V3: function, the separator, NAME, a line break, arguments in a code fence
    kimi_id,         // Kimi K2: functions.NAME:NUMBER, which is the id too
  } header = Header::name;
};

class MarkedCallsStage final : public SteppedStage {
 public:
  explicit MarkedCallsStage(const MarkedCallsFormat& format);

  bool reads_call() const override { return state_ >= State::header; }

 private:
  enum class State { text, between, header, fence, arguments };
  bool step(Writer& out) override;
  void end(Writer& out) override;

  bool step_text(Writer& out);
  bool step_between(Writer& out);
  bool step_header(Writer& out);
  bool step_fence(Writer& out);
  bool step_arguments(Writer& out);
  bool begin_arguments(Writer& out);
  bool end_call(std::string_view last_fragment, Writer& out);
  bool take_marker(std::string_view marker, Writer& out);
  bool give_up(Writer& out);

  MarkedCallsFormat format_;
  Markers opens_;
  Markers marks_;  // all that may stand between calls
  Markers header_ends_;
  State state_ = State::text;
  bool in_fence_ = false;  // the code fence of the last call's arguments is still to be closed
  HeldText held_;
  CallHeader head_;
  JsonScanner scanner_;
};

}  // namespace dynamo::parsers
