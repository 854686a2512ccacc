#include "api/protobuf_wire.h"

namespace dynamo::api {
namespace {

Result<std::uint64_t> take_varint(std::string_view& rest) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return std::unexpected(broken_message());
}

Result<std::string_view> take_bytes(std::string_view& rest, std::uint64_t size) {
  if (size > rest.size()) return std::unexpected(broken_message());
  const std::string_view taken = rest.substr(0, size);
  rest.remove_prefix(size);
  return taken;
}

Result<WireField> take_fixed(std::string_view& rest, WireField field, std::size_t size) {
  const auto bytes = take_bytes(rest, size);
  if (!bytes) return std::unexpected(bytes.error());
  for (std::size_t i = 0; i < size; ++i) {
    field.value |= static_cast<std::uint64_t>(static_cast<unsigned char>((*bytes)[i])) << (8 * i);
  }
  return field;
}

Result<WireField> take_field(std::string_view& rest) {
  const auto key = take_varint(rest);
  if (!key) return std::unexpected(key.error());
  WireField field{.number = *key >> 3, .wire = static_cast<Wire>(*key & 7)};
  if (field.wire == Wire::fixed64) return take_fixed(rest, field, 8);
  if (field.wire == Wire::fixed32) return take_fixed(rest, field, 4);
  if (field.wire != Wire::varint && field.wire != Wire::bytes) return std::unexpected(broken_message());
  const auto value = take_varint(rest);
  if (!value) return std::unexpected(value.error());
  field.value = *value;
  if (field.wire == Wire::varint) return field;
  const auto bytes = take_bytes(rest, *value);
  if (!bytes) return std::unexpected(bytes.error());
  field.bytes = *bytes;
  return field;
}

}  // namespace

Error broken_message() { return {Errc::invalid, "the protobuf message breaks off or is malformed"}; }

Result<std::vector<WireField>> wire_fields(std::string_view message) {
  std::vector<WireField> fields;
  while (!message.empty()) {
    auto field = take_field(message);
    if (!field) return std::unexpected(field.error());
    fields.push_back(*field);
  }
  return fields;
}

}  // namespace dynamo::api
