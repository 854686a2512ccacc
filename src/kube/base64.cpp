#include "kube/base64.h"

#include <openssl/evp.h>

namespace dynamo::kube {

std::string encode_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

Result<std::string> decode_base64(std::string_view text) {
  std::string compact;
  for (const char c : text) {
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') compact += c;
  }
  const bool whole = compact.size() % 4 == 0;
  std::string out(compact.size() / 4 * 3, '\0');
  const int decoded = whole ? EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                              reinterpret_cast<const unsigned char*>(compact.data()),
                                              static_cast<int>(compact.size()))
                            : -1;
  if (decoded < 0) return fail(Errc::invalid, "not base64");
  const std::size_t padding = compact.ends_with("==") ? 2 : compact.ends_with("=") ? 1 : 0;
  out.resize(static_cast<std::size_t>(decoded) - padding);
  return out;
}

}  // namespace dynamo::kube
