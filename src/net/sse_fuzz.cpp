#include <cstdint>
#include <string>

#include "net/sse.h"

namespace {

/// All events of `text`, fed in pieces of `step` bytes.
std::string parse(std::string_view text, std::size_t step) {
  dynamo::net::SseParser parser;
  dynamo::net::SseEvent event;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += step) {
    parser.feed(text.substr(at, step));
    while (parser.next(event)) {
      out.append(event.event).append("|").append(event.data).append("|").append(event.comment).append("\n");
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (parse(text, 1) != parse(text, 1000)) __builtin_trap();
  return 0;
}
