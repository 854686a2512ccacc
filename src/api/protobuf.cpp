#include "api/protobuf.h"

#include <array>
#include <bit>

#include "api/builtin.h"
#include "api/protobuf_wire.h"
#include "base/clock.h"

// A body is the bytes "k8s\0" and a message `Unknown`: field 1 says which apiVersion and kind, field 2 holds
// the object. Messages and their field numbers are those of Kubernetes' Go types (builtin_field_numbers.inc);
// what a field holds, and how JSON writes it, is taken from its OpenAPI definition.
namespace dynamo::api {
namespace {

constexpr std::string_view kNumbersText =
#include "api/builtin_field_numbers.inc"
    ;

constexpr std::string_view kMagic{"k8s\0", 4};
constexpr std::string_view kPointer = "#/definitions/";
constexpr std::size_t kMaxDepth = 64;

std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k > bytes.size() ? '=' : kAlphabet[group >> (18 - 6 * k) & 63];
    }
  }
  return out;
}

/// How a field of a message is called, and whether its zero means something.
struct Row {
  std::string_view name;  // "=TYPE" holds fields of the outer object
  bool pointer = false;
};

std::optional<Row> row_of(std::string_view type, std::uint64_t number) {
  static const json::object kNumbers = json::parse(kNumbersText).value().as_object();
  const json::value* rows = kNumbers.if_contains(type);
  if (rows == nullptr) return std::nullopt;
  for (const auto& row : rows->as_array()) {
    const auto& cells = row.as_array();
    if (static_cast<std::uint64_t>(cells[0].as_int64()) != number) continue;
    const auto& name = cells[1].as_string();
    return Row{{name.data(), name.size()}, cells.size() > 2};
  }
  return std::nullopt;
}

std::string_view referenced(const json::object& schema) {
  const auto reference = json::string_at(schema, {"$ref"});
  return reference.empty() ? reference : reference.substr(kPointer.size());
}

bool is_zero(const json::value& value) {
  return value.is_null() || value == json::value(0) || value == json::value(0.0) ||
         value == json::value(false) || value == json::value("");
}

/// Decodes one body. Depth is that of the types, none of which contains itself; the bound is for what may
/// come.
class Decoder {
 public:
  Result<json::object> object(std::string_view type, std::string_view message) {
    json::object out;
    const json::value* definition = builtin_definitions().if_contains(type);
    if (definition == nullptr) return fail(Errc::not_found, fmt::format("no such type: {}", type));
    auto filled = fill(out, type, definition->as_object(), message);
    if (!filled) return std::unexpected(filled.error());
    return out;
  }

 private:
  Result<void> fill(json::object& out, std::string_view type, const json::object& definition,
                    std::string_view message);
  Result<void> add(json::object& out, const Row& row, const json::object& schema, const WireField& field);
  Result<void> add_entry(json::object& map, const json::object& schema, std::string_view entry);
  Result<json::value> value(const json::object& schema, const WireField& field);
  Result<json::value> referenced_value(std::string_view type, const WireField& field);

  std::size_t depth_ = 0;
};

Result<void> Decoder::fill(json::object& out, std::string_view type, const json::object& definition,
                           std::string_view message) {
  const auto fields = wire_fields(message);
  if (!fields) return std::unexpected(fields.error());
  for (const auto& field : *fields) {
    const auto row = row_of(type, field.number);
    if (!row) continue;
    if (row->name.starts_with('=')) {
      if (auto inner = fill(out, row->name.substr(1), definition, field.bytes); !inner) return inner;
      continue;
    }
    const json::value* schema = json::find(definition, {"properties", row->name});
    if (schema == nullptr) continue;
    if (auto added = add(out, *row, schema->as_object(), field); !added) return added;
  }
  return {};
}

/// Puts a field into its object: another item, another entry, or the value.
Result<void> Decoder::add(json::object& out, const Row& row, const json::object& schema,
                          const WireField& field) {
  const json::value* entries = schema.if_contains("additionalProperties");
  if (entries != nullptr) {
    return add_entry(json::ensure_object(out, row.name), entries->as_object(), field.bytes);
  }
  const json::value* items = schema.if_contains("items");
  auto decoded = value(items == nullptr ? schema : items->as_object(), field);
  if (!decoded) return std::unexpected(decoded.error());
  if (items != nullptr) {
    json::value& list = out[row.name];
    if (!list.is_array()) list.emplace_array();
    list.get_array().push_back(std::move(*decoded));
  } else if (row.pointer || !is_zero(*decoded)) {
    out[row.name] = std::move(*decoded);
  }
  return {};
}

/// An entry of a map is a message of its key, 1, and its value, 2.
Result<void> Decoder::add_entry(json::object& map, const json::object& schema, std::string_view entry) {
  const auto parts = wire_fields(entry);
  if (!parts) return std::unexpected(parts.error());
  std::string_view key;
  WireField held{.number = 2, .wire = Wire::bytes};
  for (const auto& part : *parts) {
    if (part.number == 1) key = part.bytes;
    if (part.number == 2) held = part;
  }
  auto decoded = value(schema, held);
  if (!decoded) return std::unexpected(decoded.error());
  map[key] = std::move(*decoded);
  return {};
}

Result<json::value> Decoder::value(const json::object& schema, const WireField& field) {
  if (const auto type = referenced(schema); !type.empty()) return referenced_value(type, field);
  const auto type = json::string_at(schema, {"type"});
  if (type == "boolean") return json::value(field.value != 0);
  if (type == "integer") return json::value(static_cast<std::int64_t>(field.value));
  if (type == "number") return json::value(std::bit_cast<double>(field.value));
  if (type == "array") {  // a list inside a map: a message whose field 1 repeats
    json::object holder;
    const json::object list{{"items", schema.at("items")}};
    const auto items = wire_fields(field.bytes);
    if (!items) return std::unexpected(items.error());
    for (const auto& item : *items) {
      if (auto added = add(holder, Row{"items"}, list, item); !added) return std::unexpected(added.error());
    }
    return holder["items"];
  }
  if (json::string_at(schema, {"format"}) == "byte") return json::value(base64(field.bytes));
  return json::value(field.bytes);
}

/// Types that JSON writes in another way than as an object of their fields.
Result<json::value> Decoder::referenced_value(std::string_view type, const WireField& field) {
  const auto name = type.substr(type.rfind('.') + 1);
  const bool special = name == "Time" || name == "MicroTime" || name == "Quantity" || name == "IntOrString" ||
                       name == "FieldsV1" || name == "RawExtension";
  if (!special) {
    if (++depth_ > kMaxDepth) return std::unexpected(broken_message());
    auto inner = object(type, field.bytes);
    --depth_;
    if (!inner) return std::unexpected(inner.error());
    return json::value(std::move(*inner));
  }
  const auto parts = wire_fields(field.bytes);
  if (!parts) return std::unexpected(parts.error());
  std::array<WireField, 4> part{};
  for (const auto& one : *parts) {
    if (one.number < part.size()) part[one.number] = one;
  }
  if (name == "IntOrString" && part[1].value == 0)
    return json::value(static_cast<std::int32_t>(part[2].value));
  if (name == "IntOrString") return json::value(part[3].bytes);
  if (name == "Quantity") return json::value(part[1].bytes);
  if (name == "FieldsV1" || name == "RawExtension") return json::parse(part[1].bytes);
  if (part[1].value == 0) return json::value();
  const WallTime time{std::chrono::seconds{static_cast<std::int64_t>(part[1].value)}};
  const auto nanos = std::chrono::nanoseconds{static_cast<std::int64_t>(part[2].value)};
  const auto exact = time + std::chrono::duration_cast<WallTime::duration>(nanos);
  return json::value(name == "Time" ? format_rfc3339(exact) : format_rfc3339_micro(exact));
}

/// The definition of a kind, by what its OpenAPI document says of it.
std::string_view definition_of(std::string_view api_version, std::string_view kind) {
  const auto slash = api_version.find('/');
  const auto group = slash == api_version.npos ? std::string_view{} : api_version.substr(0, slash);
  const auto version = slash == api_version.npos ? api_version : api_version.substr(slash + 1);
  for (const auto& definition : builtin_definitions()) {
    const json::value* kinds = json::find(definition.value(), {"x-kubernetes-group-version-kind"});
    if (kinds == nullptr) continue;
    for (const auto& one : kinds->as_array()) {
      if (json::string_at(one, {"kind"}) == kind && json::string_at(one, {"group"}) == group &&
          json::string_at(one, {"version"}) == version) {
        return {definition.key().data(), definition.key().size()};
      }
    }
  }
  return {};
}

}  // namespace

Result<json::object> decode_protobuf(std::string_view body) {
  if (!body.starts_with(kMagic)) return fail(Errc::invalid, "a protobuf body begins with \"k8s\"");
  const auto parts = wire_fields(body.substr(kMagic.size()));
  if (!parts) return std::unexpected(parts.error());
  std::string_view type;
  std::string_view message;
  for (const auto& part : *parts) {
    if (part.number == 1) type = part.bytes;
    if (part.number == 2) message = part.bytes;
  }
  const auto names = wire_fields(type);
  if (!names) return std::unexpected(names.error());
  std::string_view api_version;
  std::string_view kind;
  for (const auto& name : *names) {
    if (name.number == 1) api_version = name.bytes;
    if (name.number == 2) kind = name.bytes;
  }
  const auto definition = definition_of(api_version, kind);
  if (definition.empty() || !row_of(definition, 1)) {
    return fail(Errc::not_found, fmt::format("{} {} cannot be read from protobuf", api_version, kind));
  }
  auto object = Decoder{}.object(definition, message);
  if (!object) return object;
  (*object)["apiVersion"] = api_version;
  (*object)["kind"] = kind;
  // Texts of protobuf should be UTF-8; JSON that has others in it could be written but not read back.
  if (!json::parse(json::dump(*object))) return fail(Errc::invalid, "a text of the message is not UTF-8");
  return object;
}

}  // namespace dynamo::api
