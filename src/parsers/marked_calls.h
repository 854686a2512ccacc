#pragma once

#include <string>
#include <string_view>

#include "parsers/object_arguments.h"
#include "parsers/section_stage.h"

namespace dynamo::parsers {

/// What a model writes before the arguments of a call.
struct CallHeader {
  std::string name;
  std::string id{};  // empty where the format has none
};

/// A format that puts markers around each call and between its name and its arguments, which are plain JSON.
struct MarkedCallsFormat {
  SectionMarkers markers;
  std::string separator;  // between the header and the arguments
  enum class Header {
    name,            // DeepSeek V3.1: NAME
    type_then_name,  // DeepSeek V3: function, the separator, NAME, a line break, arguments in a code fence
    kimi_id,         // Kimi K2: functions.NAME:NUMBER, which is the id too
  } header = Header::name;
};

class MarkedCallsStage final : public SectionStage {
 public:
  explicit MarkedCallsStage(const MarkedCallsFormat& format);

 private:
  enum class Part { header, fence, arguments, closing_fence, closing_marker };
  void begin_call() override { part_ = Part::header; }
  bool step_call(Writer& out) override;
  bool step_header(Writer& out);
  bool step_fence(Writer& out);
  bool step_arguments(Writer& out);
  bool skip(std::string_view marker);
  bool expect_arguments(const CallHeader& head, Writer& out);

  MarkedCallsFormat format_;
  Markers header_ends_;
  Part part_ = Part::header;
  ObjectArguments arguments_;
};

}  // namespace dynamo::parsers
