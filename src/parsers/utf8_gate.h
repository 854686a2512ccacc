#pragma once

#include <string>
#include <string_view>

namespace dynamo::parsers {

/// Lets whole characters through and holds back one that is cut at the end of a piece (3 bytes at most).
/// Bytes that are no UTF-8 become U+FFFD, so that what is behind the gate can be written as JSON.
class Utf8Gate {
 public:
  std::string pass(std::string_view piece);
  /// What was held back, as U+FFFD, now that nothing follows.
  std::string close();

 private:
  std::string held_;
};

/// The longest beginning of `text`, which is valid UTF-8, that has at most `max_bytes` and ends between
/// characters.
std::string_view whole_characters(std::string_view text, std::size_t max_bytes);

}  // namespace dynamo::parsers
