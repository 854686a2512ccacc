#pragma once

#include <string>
#include <string_view>

namespace dynamo::apiserver {

/// Standard base64 with padding; `kube::decode_base64` reads it.
std::string encode_base64(std::string_view bytes);
/// The alphabet for URLs, without padding, as tokens use it.
std::string encode_base64url(std::string_view bytes);
/// Empty when `text` is not of that form.
std::string decode_base64url(std::string_view text);

/// HMAC-SHA-256, 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);
/// `count` bytes from the system's generator.
std::string random_bytes(std::size_t count);
/// A version 4 UUID.
std::string random_uuid();
/// Five letters and digits as API servers put behind generateName: no vowels, nothing that looks like
/// another.
std::string random_suffix();
/// Compares in constant time, as secrets must be.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace dynamo::apiserver
