#include "tokens/utf8_mender.h"

#include "text/utf8.h"

namespace dynamo::tokens {
namespace {

bool begins_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0xC2 && byte <= 0xF4;
}

}  // namespace

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
    const std::size_t broken = text::broken_prefix(bytes);
    if (broken == bytes.size() && begins_character(bytes.front())) {
      unfinished_ = bytes;
      return;
    }
    out += text::kReplacementUtf8;
    bytes.remove_prefix(broken);
  }
}

void Utf8Mender::finish(std::string& out) {
  if (unfinished_.empty()) return;
  unfinished_.clear();
  out += text::kReplacementUtf8;
}

}  // namespace dynamo::tokens
