#include <cstdint>

#include "net/http_parser.h"

namespace {

/// Feeds `text` in two pieces, the second with what the first left over, as a connection does.
void parse(dynamo::net::HttpParser::Kind kind, std::string_view text, std::size_t cut) {
  dynamo::net::HttpParser parser(kind, {.header = 4096, .body = 4096});
  std::string body;
  std::string input(text.substr(0, cut));
  for (int round = 0; round < 2; ++round) {
    for (;;) {
      const auto used = parser.feed(input, body);
      if (!used) return;
      if (*used > input.size()) __builtin_trap();
      input.erase(0, *used);
      if (*used == 0 || input.empty() || parser.done()) break;
    }
    if (parser.done()) return;
    if (round == 0) input += text.substr(cut);
  }
  static_cast<void>(parser.finish());
  if (body.size() > 4096) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = text.empty() ? 0 : data[0] % (text.size() + 1);
  parse(dynamo::net::HttpParser::Kind::request, text, cut);
  parse(dynamo::net::HttpParser::Kind::response, text, cut);
  return 0;
}
