#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/yaml.h"

/// Steps of reading YAML that need no parser. Internal to base.
namespace dynamo::yaml {

/// Where each line of a text starts, to turn offsets into positions.
class Lines {
 public:
  explicit Lines(std::string_view text);
  Position at(std::size_t offset) const;

 private:
  std::vector<std::size_t> starts_{0};
};

/// The first byte that YAML cannot carry: not UTF-8, or a control character.
std::optional<SyntaxError> check_characters(std::string_view text);

/// yaml-cpp turns the escapes `\_` and `\N` into the lone bytes A0 and 85; makes them U+00A0 and U+0085.
std::string repair_escapes(std::string text);

/// A part of a stream between two `---` lines.
struct Chunk {
  std::string_view text;
  std::size_t first_line;  // counted from 0
};
std::vector<Chunk> split_documents(std::string_view text);

/// Positions and duplicate keys of one JSON value that is known to be well-formed; `offset` is where in the
/// whole text it starts.
void locate_json(std::string_view value, std::size_t offset, const Lines& lines, Document& document);

}  // namespace dynamo::yaml
