#pragma once

#include <string>
#include <string_view>

// The alphabet of byte-level tokens: every byte is written as one visible character, so that a vocabulary of
// byte strings is a list of texts. Bytes that Latin-1 shows stand for themselves, the others, in order, for
// the characters from U+0100. Source: GPT-2's vocabulary files.

namespace dynamo::tokens {

/// Appends to `out` the bytes that `token` writes. False, with `out` as far as it came, when a character is
/// not of the alphabet.
bool append_bytes_of(std::string_view token, std::string& out);

/// Appends to `out` what `bytes` look like.
void append_visible(std::string_view bytes, std::string& out);

/// What `byte` looks like.
char32_t visible_character(unsigned char byte);

}  // namespace dynamo::tokens
