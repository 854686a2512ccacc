#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dynamo::bench {

/// The value of a header in a block "first line\r\nName: value\r\n…", without regard to case; empty when
/// absent.
std::string_view header(std::string_view head, std::string_view name);

bool starts_with_no_case(std::string_view text, std::string_view prefix);

/// Takes the framing off a chunked body as it arrives, in pieces of any size.
class ChunkedDecoder {
 public:
  enum class Progress { kNeedMore, kDone, kBad };

  /// Appends the payload found in `input` to `out`; `used` is how much of `input` belongs to the body.
  Progress feed(std::string_view input, std::size_t& used, std::string& out);

 private:
  enum class State { kSize, kExtension, kSizeEnd, kData, kDataEnd, kTrailer };

  /// One byte outside of chunk data.
  Progress step(char byte);
  Progress step_size(char byte);
  Progress step_trailer(char byte);

  State state_ = State::kSize;
  std::uint64_t left_ = 0;  // bytes of the chunk still to come, or its size while it is read
  int digits_ = 0;
  bool line_is_empty_ = true;
};

std::uint64_t now_ns();
/// CPU seconds of this process.
double own_cpu_seconds();
void set_no_delay(int fd);

}  // namespace dynamo::bench
