#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parsers/held_text.h"
#include "parsers/markers.h"
#include "parsers/stage.h"

namespace dynamo::parsers {

/// The markers of a format that puts each call between two of them, and several calls into a section.
struct SectionMarkers {
  std::vector<std::string> section_opens{};   // may be missing
  std::vector<std::string> section_closes{};  // likewise
  std::string call_open;
  std::string call_close;
};

/// What such formats share: text up to a marker, and in a section nothing but white space, markers and calls.
/// A section that holds anything else is over; what it held back is content.
class SectionStage : public SteppedStage {
 public:
  bool reads_call() const final { return state_ == State::call; }

 protected:
  explicit SectionStage(const SectionMarkers& markers);

  /// A call begins: its opening marker was taken.
  virtual void begin_call() = 0;
  /// Reads on in the call. It ends with end_call or give_up.
  virtual bool step_call(Writer& out) = 0;

  /// The call is told; the rest of the section follows.
  bool end_call();
  /// What was held back is no call: it is content.
  bool give_up(Writer& out);

  HeldText held_;

 private:
  enum class State { text, between, call };
  bool step(Writer& out) final;
  void end(Writer& out) final;
  bool step_text(Writer& out);
  bool step_between(Writer& out);
  bool take_marker(std::string_view marker, Writer& out);

  std::string call_open_;
  std::vector<std::string> closes_;
  Markers opens_;
  Markers marks_;  // all that may stand between calls
  State state_ = State::text;
};

}  // namespace dynamo::parsers
