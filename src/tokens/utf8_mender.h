#pragma once

#include <string>
#include <string_view>

namespace dynamo::tokens {

/// Bytes to UTF-8, in pieces: a character that is cut by the end of a piece waits for its rest. What is
/// broken becomes U+FFFD, as text::repaired has it for a whole text.
class Utf8Mender {
 public:
  /// Appends to `out` the characters that `bytes` completes.
  void feed(std::string_view bytes, std::string& out);
  /// No byte comes any more: an unfinished character becomes U+FFFD.
  void finish(std::string& out);

 private:
  void mend(std::string_view bytes, std::string& out);
  std::string unfinished_;  // at most three bytes
};

}  // namespace dynamo::tokens
