#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace dynamo::tokens {

/// Reads JSON from left to right without building a document: vocabularies have hundreds of thousands of
/// entries, and a document of them takes longer to make than to use. The first failure sticks: what follows
/// reads as nothing, and error() tells what was expected where.
class JsonCursor {
 public:
  /// `whole` is the document that error() counts lines in; reading starts at its beginning.
  explicit JsonCursor(std::string_view whole) : JsonCursor(whole, whole) {}
  /// Reads `part`, a stretch of `whole`.
  JsonCursor(std::string_view whole, std::string_view part)
      : whole_(whole.data()), at_(part.data()), end_(part.data() + part.size()) {}

  /// Takes `mark` when it comes next, behind white space.
  bool take(char mark);
  /// Takes `mark`, which has to come next.
  bool expect(char mark);
  /// Whether another element comes: call it before each. `close` ends the list and is taken.
  bool next(bool& first, char close);

  /// A string, valid until the next one is read.
  std::string_view string();
  /// A whole number from 0 to 2^32 - 1.
  std::uint32_t unsigned_number();
  /// A number as the library reads it, which is not always the nearest double.
  double number();
  /// Any value, as its text. Its inside is followed only as far as its end has to be found.
  std::string_view skip();
  /// Nothing but white space may follow.
  bool finish();

  /// The character that comes next behind white space, 0 at the end.
  char peek();
  bool failed() const { return failure_ != nullptr; }
  Error error() const;

 private:
  bool fail_with(const char* expected);
  std::string_view escaped_string(const char* begin);
  bool append_escape();
  bool append_unicode();
  std::optional<std::uint32_t> hex4();
  void skip_string();
  std::string_view number_text();

  const char* whole_;
  const char* at_;
  const char* end_;
  const char* failure_ = nullptr;
  std::string unescaped_;
};

/// A member of a JSON object: its name and the text of its value.
struct JsonMember {
  std::string name;
  std::string_view value;
};

/// The members of the object `part`, a stretch of the document `whole`. Errors: invalid, with line and
/// column.
Result<std::vector<JsonMember>> json_members(std::string_view whole, std::string_view part);

}  // namespace dynamo::tokens
