#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dynamo::parsers {

/// Where a machine that reads text piece by piece stands.
enum class Progress { more, done, bad };

/// How far it came with one piece.
struct Fed {
  std::size_t used;  // bytes of the piece
  Progress progress;
};

/// Reads one JSON value as it comes, without building it: a push-down automaton of constant size. What it has
/// read is written to `out`, so that `out` is at any time the beginning of a valid value. Slips of models
/// in strings are put right on the way: control characters are escaped, a backslash that begins no escape
/// stands for itself (but is left out before an apostrophe), and surrogates without their other half become
/// U+FFFD. White space before the value is left out. Nesting up to 64. Threads: one.
class JsonScanner {
 public:
  /// Reads on until the value ends, the text ends, or a byte cannot belong to the value (it is not used).
  /// A number at the top ends with the first byte that is not part of it.
  Fed feed(std::string_view text, std::string& out);
  /// No more text comes: true when the value is complete.
  bool close();

 private:
  enum class Expect {
    value,
    value_or_end,  // after [
    key_or_end,    // after {
    key,
    colon,
    comma_or_end,
    string,
    escape,
    hex,
    literal,
    number,
    nothing,  // the value is complete
  };
  enum class Number { minus, zero, integer, point, fraction, e, e_sign, exponent };
  enum class Taken { yes, no, again };  // again: the byte ends a number or no escape, and is still to be read

  Taken take(char c, std::string& out);
  Taken take_value(char c, std::string& out);
  Taken take_in_string(char c, std::string& out);
  Taken take_escape(char c, std::string& out);
  Taken take_hex(char c, std::string& out);
  Taken take_number(char c, std::string& out);
  Taken open(bool object, char c, std::string& out);
  Taken close_level(bool object, char c, std::string& out);
  Taken begin_string(bool key, std::string& out);
  void end_value();
  void end_hex(std::string& out);
  void flush_surrogate(std::string& out);
  std::optional<Number> after(Number at, char c) const;
  static bool number_may_end(Number at);

  static constexpr std::size_t kMaxDepth = 64;
  Expect expect_ = Expect::value;
  std::bitset<kMaxDepth> objects_;  // which open levels are objects
  std::size_t depth_ = 0;
  bool in_key_ = false;
  Number number_ = Number::minus;
  std::string_view literal_;         // what is left of true, false or null
  std::string unit_;                 // hex digits of the escape being read
  std::optional<std::string> high_;  // digits of a high surrogate that waits for its other half
};

/// `text` as one JSON value, white space around it aside, as JsonScanner writes it.
std::optional<std::string> whole_json(std::string_view text);

/// The text of a JSON string, quotes included. `text` is valid UTF-8.
std::string quoted(std::string_view text);
/// What a JSON string, quotes included, says; nothing when it is not one.
std::optional<std::string> unquoted(std::string_view text);

}  // namespace dynamo::parsers
