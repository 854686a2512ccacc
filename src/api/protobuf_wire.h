#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"

/// The encoding that all protobuf messages share: numbered fields, one after the other.
namespace dynamo::api {

enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// One field as it stands in a message: a number, or bytes that live as long as the message.
struct WireField {
  std::uint64_t number = 0;
  Wire wire = Wire::varint;
  std::uint64_t value = 0;
  std::string_view bytes{};
};

/// The fields of a message in their order. Errors: invalid, when it breaks off or has groups.
Result<std::vector<WireField>> wire_fields(std::string_view message);

/// That error, for who finds another reason.
Error broken_message();

}  // namespace dynamo::api
