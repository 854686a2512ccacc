#include "load/request_reader.h"

#include <algorithm>
#include <charconv>

namespace dynamo::bench {
namespace {

constexpr std::size_t kLargestBody = 256UL << 20;

}  // namespace

RequestReader::Progress RequestReader::read(std::string& input) {
  if (state_ == State::kHead) {
    const Progress head = read_head(input);
    if (head != Progress::kComplete) return head;
  }
  const Progress body = state_ == State::kBody ? read_body(input) : read_chunks(input);
  if (body == Progress::kComplete) state_ = State::kHead;
  return body;
}

RequestReader::Progress RequestReader::read_head(std::string& input) {
  const std::size_t end = input.find("\r\n\r\n");
  if (end == std::string::npos) return Progress::kNeedMore;
  head_.assign(input, 0, end);
  input.erase(0, end + 4);
  body_.clear();
  if (header(head_, "transfer-encoding").starts_with("chunked")) {
    state_ = State::kChunkedBody;
    decoder_ = {};
    return Progress::kComplete;
  }
  const std::string_view length = header(head_, "content-length");
  left_ = 0;
  std::from_chars(length.data(), length.data() + length.size(), left_);
  state_ = State::kBody;
  return left_ <= kLargestBody ? Progress::kComplete : Progress::kTooLarge;
}

RequestReader::Progress RequestReader::read_body(std::string& input) {
  const std::size_t taken = std::min<std::uint64_t>(left_, input.size());
  body_.append(input, 0, taken);
  input.erase(0, taken);
  left_ -= taken;
  return left_ == 0 ? Progress::kComplete : Progress::kNeedMore;
}

RequestReader::Progress RequestReader::read_chunks(std::string& input) {
  std::size_t used = 0;
  const auto progress = decoder_.feed(input, used, body_);
  input.erase(0, used);
  switch (progress) {
    case ChunkedDecoder::Progress::kNeedMore:
      return Progress::kNeedMore;
    case ChunkedDecoder::Progress::kDone:
      return Progress::kComplete;
    case ChunkedDecoder::Progress::kBad:
      break;
  }
  return Progress::kBad;
}

std::string_view RequestReader::target() const {
  const std::string_view line = std::string_view(head_).substr(0, head_.find("\r\n"));
  return line.substr(0, line.rfind(' '));
}

}  // namespace dynamo::bench
