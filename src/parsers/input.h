#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dynamo::parsers {

/// The white space that formats allow between their parts (that of JSON).
inline constexpr std::string_view kWhite = " \t\r\n";

/// A longer run of white space is text like any other: nobody waits for what comes behind it.
inline constexpr std::size_t kMaxWhite = 256;

/// How many bytes of white space `text` begins with.
inline std::size_t leading_white(std::string_view text) {
  return std::min(text.find_first_not_of(kWhite), text.size());
}

/// `text` without the white space at its end, looking at nothing else.
inline std::string_view without_white_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kWhite) + 1);
}

/// `text` without white space at both ends.
inline std::string_view trimmed(std::string_view text) {
  text.remove_prefix(leading_white(text));
  return without_white_end(text);
}

/// The text that a state machine has been given and has not yet taken.
class Input {
 public:
  void append(std::string_view text) {
    text_.erase(0, taken_);
    taken_ = 0;
    text_ += text;
  }
  /// No more text will come.
  void close() { closed_ = true; }
  bool closed() const { return closed_; }

  std::string_view rest() const { return std::string_view(text_).substr(taken_); }
  bool empty() const { return taken_ == text_.size(); }
  /// Takes the first `count` bytes; they stay valid until the next `append`.
  std::string_view take(std::size_t count) {
    const auto piece = rest().substr(0, count);
    taken_ += piece.size();
    return piece;
  }

 private:
  std::string text_;
  std::size_t taken_ = 0;
  bool closed_ = false;
};

}  // namespace dynamo::parsers
