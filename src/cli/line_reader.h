#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace dynamo::cli {

/// Lines of a file or of standard input, one at a time, however many there are.
class LineReader {
 public:
  static constexpr std::size_t kMaxLine = std::size_t{256} << 20;

  /// Opens `name`; "-" is standard input. Errors: as system_error.
  static Result<LineReader> open(const std::string& name);
  LineReader(LineReader&& other) noexcept;
  LineReader& operator=(LineReader&&) = delete;
  ~LineReader();

  /// The next line without its end, valid until the next call; nothing at the end of the input.
  /// Errors: io, too_large.
  Result<std::optional<std::string_view>> next();
  /// The next call may have to wait for input: a good time to show what there is.
  bool may_wait() const;

  /// "<stdin>" for "-".
  const std::string& name() const noexcept { return name_; }
  /// Of the line read last, from 1.
  std::size_t line_number() const noexcept { return line_number_; }

 private:
  LineReader(std::string name, int descriptor) : name_(std::move(name)), descriptor_(descriptor) {}
  Result<void> read_more();

  std::string name_;
  int descriptor_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what was not given out
  bool ended_ = false;
  std::size_t line_number_ = 0;
};

}  // namespace dynamo::cli
