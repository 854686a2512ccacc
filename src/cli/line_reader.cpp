#include "cli/line_reader.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace dynamo::cli {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 18;

}  // namespace

Result<LineReader> LineReader::open(const std::string& name) {
  if (name == "-") return LineReader("<stdin>", STDIN_FILENO);
  const int descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::unexpected(system_error(name, errno));
  return LineReader(name, descriptor);
}

LineReader::LineReader(LineReader&& other) noexcept
    : name_(std::move(other.name_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

LineReader::~LineReader() {
  if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
}

bool LineReader::may_wait() const { return !ended_ && buffer_.find('\n', begin_) == std::string::npos; }

Result<void> LineReader::read_more() {
  buffer_.erase(0, std::exchange(begin_, 0));
  if (buffer_.size() > kMaxLine) {
    return fail(Errc::too_large, fmt::format("{}: a line of more than {} MiB", name_, kMaxLine >> 20));
  }
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kPiece);
  ssize_t count = 0;
  do {
    count = ::read(descriptor_, buffer_.data() + before, kPiece);
  } while (count < 0 && errno == EINTR);
  const int error = errno;
  buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count < 0) return std::unexpected(system_error(name_, error));
  ended_ = count == 0;
  return {};
}

Result<std::optional<std::string_view>> LineReader::next() {
  std::size_t searched = begin_;
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched);
    const bool is_last = end == std::string::npos && ended_;
    if (is_last && begin_ == buffer_.size()) return std::optional<std::string_view>{};
    if (end != std::string::npos || is_last) {
      const std::size_t from = begin_;
      const std::size_t to = is_last ? buffer_.size() : end;
      begin_ = is_last ? to : to + 1;
      ++line_number_;
      return std::string_view(buffer_).substr(from, to - from);
    }
    searched = buffer_.size() - begin_;
    if (auto more = read_more(); !more) return std::unexpected(std::move(more.error()));
  }
}

}  // namespace dynamo::cli
