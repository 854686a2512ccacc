#pragma once

#include <string>
#include <string_view>

#include "net/http.h"

namespace dynamo::frontend {

/// Whether `text` is a UUID in its usual form, 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text) noexcept;

/// A new random (version 4) UUID. Threads: safe.
std::string new_uuid();

/// The id that a request goes by: the body's `user` if it is a UUID, else the header `x-dynamo-request-id` if
/// it is one, else `x-request-id` as it is (at most 256 printable characters), else a new UUID.
std::string request_id(const net::Headers& headers, std::string_view user);

}  // namespace dynamo::frontend
