#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

/// YAML as kubectl reads it, into JSON values, and written as kubectl writes it.
///
/// A plain scalar becomes what kubectl makes of it, which is YAML 1.1: `on`, `yes` and `n` are booleans (also
/// as keys, where they become "true" and "false"), `0777` and `0o777` are 511, `1_000` is 1000, `1e3` is the
/// whole number 1000, `12:30:45` and dates stay strings. (One difference: whole numbers from 2^63 to 2^64 - 1
/// stay exact.) A document whose first character is `{` is read as JSON first. Merge keys (`<<`) are
/// resolved; members given explicitly win. Aliases are expanded within the limits. Refused, with the place:
/// tags other than those of JSON's types, maps and lists as keys, `.inf` and `.nan`, control characters, text
/// that is not UTF-8, a second document without `---` before it.
namespace dynamo::yaml {

/// Counted from 1; the column in bytes.
struct Position {
  std::size_t line{1};
  std::size_t column{1};
  friend auto operator<=>(const Position&, const Position&) = default;
};

/// Where the parts of a document stand: of a member its key, of a list item its start. Paths are written like
/// those of field errors, "spec.pvcs[0].name".
class Positions {
 public:
  void set(std::string path, Position at) { places_[std::move(path)] = at; }
  std::optional<Position> find(std::string_view path) const;
  /// The place of `path` or, where the document has no such part, of the nearest one around it.
  Position nearest(std::string_view path) const;

 private:
  std::map<std::string, Position, std::less<>> places_;
};

/// A key that a map has twice. The value is that of the last one.
struct DuplicateKey {
  std::string path;
  Position at;     // of the later one
  Position first;  // of the earlier one
};

struct Document {
  json::value value;  // an object
  Position start{};
  Positions positions{};
  std::vector<DuplicateKey> duplicates{};
};

struct SyntaxError {
  Position at;
  std::string message;
};

/// What a text held. An error in one document does not hide the others.
struct Stream {
  std::vector<Document> documents{};  // empty ones are left out
  std::vector<SyntaxError> errors{};  // in the order of the text
};

struct Limits {
  std::size_t text_bytes = 16U << 20U;
  std::size_t expanded_bytes = 64U << 20U;  // of all values after aliases are expanded, roughly
  std::size_t depth = 64;
};

Stream read(std::string_view text, const Limits& limits = {});

/// The values alone. Errors: invalid, with the first error's line and column; duplicate keys are errors.
Result<std::vector<json::value>> parse_all(std::string_view text);
/// The value of a text with exactly one document.
Result<json::value> parse(std::string_view text);

/// What kubectl makes of a plain scalar; nothing for infinities and NaN, which JSON does not have.
std::optional<json::value> resolve_plain(std::string_view scalar);

/// Block style, members in the order given, two spaces deep, lists level with their key, strings quoted where
/// reading them back would make something else of them. Ends with a new line. `parse(emit(v))` equals `v`,
/// but for doubles with a whole value, which come back as whole numbers.
std::string emit(const json::value& v);

}  // namespace dynamo::yaml
