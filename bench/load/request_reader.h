#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "load/http.h"

namespace dynamo::bench {

/// Reads the requests of one connection, one after the other, as their bytes arrive.
class RequestReader {
 public:
  enum class Progress { kNeedMore, kComplete, kTooLarge, kBad };

  /// Takes off `input` what belongs to the request under way.
  Progress read(std::string& input);

  /// Of the complete request, "POST /path".
  std::string_view target() const;
  std::string_view body() const { return body_; }

 private:
  enum class State { kHead, kBody, kChunkedBody };

  Progress read_head(std::string& input);
  Progress read_body(std::string& input);
  Progress read_chunks(std::string& input);

  State state_ = State::kHead;
  std::uint64_t left_ = 0;
  std::string head_, body_;
  ChunkedDecoder decoder_;
};

}  // namespace dynamo::bench
