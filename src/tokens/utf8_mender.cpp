#include "tokens/utf8_mender.h"

#include "base/utf8.h"

#include "text/utf8.h"

namespace dynamo::tokens {

void Utf8Mender::feed(std::string_view bytes, std::string& out) {
  if (unfinished_.empty()) return mend(bytes, out);
  const std::string joined = std::exchange(unfinished_, {}).append(bytes);
  mend(joined, out);
}

void Utf8Mender::mend(std::string_view bytes, std::string& out) {
  for (;;) {
    const std::size_t valid = text::valid_prefix(bytes);
    out += bytes.substr(0, valid);
    bytes.remove_prefix(valid);
    if (bytes.empty()) return;
    const utf8::Reading reading = utf8::read_character(bytes);
    if (reading.state == utf8::Reading::State::cut) {
      unfinished_ = bytes;
      return;
    }
    out += text::kReplacementUtf8;
    bytes.remove_prefix(reading.size);
  }
}

void Utf8Mender::finish(std::string& out) {
  if (unfinished_.empty()) return;
  unfinished_.clear();
  out += text::kReplacementUtf8;
}

}  // namespace dynamo::tokens
