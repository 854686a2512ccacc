#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

#include "text/code_point.h"

namespace dynamo::text::pattern {

/// A pattern's characters, read from left to right.
class Source {
 public:
  static constexpr char32_t kEnd = 0xFFFFFFFF;  // what `peek` gives behind the last character

  explicit Source(std::string_view text) : text_(text), codes_(code_points(text)) {}

  bool done() const { return next_ == codes_.size(); }
  char32_t peek(std::size_t ahead = 0) const {
    return next_ + ahead < codes_.size() ? codes_[next_ + ahead] : kEnd;
  }
  char32_t take() { return codes_[next_++]; }  // not at the end
  bool take_if(char32_t wanted);
  bool take_if(std::u32string_view wanted);
  /// Whether what comes next is `wanted`.
  bool begins(std::u32string_view wanted) const;
  /// The characters up to the next `end`, which is taken too; nothing where there is none.
  std::optional<std::u32string_view> take_until(char32_t end);

  std::size_t position() const { return next_; }
  void go_back(std::size_t position) { next_ = position; }

  /// "… at byte 12 of the pattern …"; the position is that of the next character.
  std::unexpected<Error> invalid(std::string_view what) const;
  /// The pattern is right, but this feature is left out.
  std::unexpected<Error> unsupported(std::string_view feature) const;
  std::unexpected<Error> too_large(std::string_view what) const;

 private:
  std::string place() const;

  std::string_view text_;
  std::u32string codes_;
  std::size_t next_ = 0;
};

}  // namespace dynamo::text::pattern
