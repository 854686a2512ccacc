#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "parsers/section_stage.h"
#include "parsers/tools.h"

namespace dynamo::parsers {

/// A call that was read from the whole text between its markers.
struct WrittenCall {
  std::string name;
  std::string arguments;  // a JSON object
};

/// A format whose calls are not JSON. One is told when it is complete: only then are the types of its values
/// certain.
struct ElementCallsFormat {
  SectionMarkers markers;
  /// Reads the text between the two markers of a call; nothing when that is none.
  std::function<std::optional<WrittenCall>(std::string_view text, const Tools& tools)> read;
  std::string string_mark{};  // around strings, in which the closing marker is text; empty: there is none
  std::string
      last_part_end{};  // right behind this, a section's closing marker ends a call that lacks its own
};

/// An element that is never closed is content.
class ElementCallsStage final : public SectionStage {
 public:
  explicit ElementCallsStage(ElementCallsFormat format);

 private:
  void begin_call() override;
  bool step_call(Writer& out) override;
  std::optional<Markers::Hit> find_end(std::string_view text);
  bool is_end(std::string_view marker, std::string_view before);

  ElementCallsFormat format_;
  Markers ends_;
  std::size_t searched_ = 0;  // of the call's text, for its end
  bool in_string_ = false;
};

}  // namespace dynamo::parsers
