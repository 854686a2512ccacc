#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/held_text.h"
#include "parsers/markers.h"
#include "parsers/stage.h"

namespace dynamo::parsers {

/// A format that writes calls as elements, `<function=NAME><parameter=KEY>VALUE</parameter></function>`,
/// inside a wrapper that may be missing. The markers that open a function or a parameter go on to the next
/// `>`: what stands there is the name, in quotes or not, and attributes.
struct XmlCallsFormat {
  std::string wrapper_open;
  std::string wrapper_close;
  std::string function_open;
  std::string function_close;
  std::string parameter_open;
  std::string parameter_close;
};

/// A call is told when its element is complete: only then are the types of its values certain. An element
/// that is never closed is content.
class XmlCallsStage final : public SteppedStage {
 public:
  explicit XmlCallsStage(XmlCallsFormat format);

  bool reads_call() const override { return state_ == State::function; }

 private:
  enum class State { text, between, function };
  bool step(Writer& out) override;
  void end(Writer& out) override;
  bool step_text(Writer& out);
  bool step_between(Writer& out);
  bool step_function(Writer& out);
  bool take_marker(std::string_view marker, Writer& out);
  bool give_up(Writer& out);

  XmlCallsFormat format_;
  Markers opens_;
  Markers marks_;
  State state_ = State::text;
  HeldText held_;
  std::size_t searched_ = 0;  // of the function's text, for its end
};

/// One function element between its two markers: `NAME>` and parameters. Nothing when it is broken.
struct XmlCall {
  std::string name;
  std::string arguments;
};
std::optional<XmlCall> parse_xml_call(std::string_view text, const XmlCallsFormat& format,
                                      const Tools& tools);

}  // namespace dynamo::parsers
