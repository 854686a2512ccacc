#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parsers/held_text.h"
#include "parsers/json_scanner.h"
#include "parsers/markers.h"

namespace dynamo::parsers {

/// Reads the arguments of a call that stand behind its name as a JSON object, and tells the call as they
/// come.
class ObjectArguments {
 public:
  /// One of `ends` in the place of the object stands for no arguments; it is left in the input.
  explicit ObjectArguments(std::vector<std::string> ends = {}) : ends_(std::move(ends)) {}

  /// What follows are the arguments of this call.
  void expect(std::string_view name, std::string_view id = {});
  /// Reads on. done: the call is complete and told; bad: this is no object, and `held` is to be released.
  Progress read(Input& input, HeldText& held, Writer& out);

 private:
  Progress begin(Input& input, HeldText& held, Writer& out);

  Markers ends_;
  std::string name_;
  std::string id_;
  JsonScanner scanner_;
};

}  // namespace dynamo::parsers
