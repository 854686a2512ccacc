#pragma once

#include <string_view>
#include <vector>

#include "api/fields.h"
#include "api/meta.h"
#include "base/error.h"
#include "base/json.h"
#include "schema/field_error.h"

namespace dynamo::api {

/// Reads the fields of `info` into `out`. Unknown fields are ignored, except where the type carries a rest.
/// Every field that has the wrong type is named in the list returned, empty when all is well.
std::vector<schema::FieldError> decode(const StructInfo& info, const json::value& v, void* out);

/// The object without what is absent, in the order of the field list.
json::object encode(const StructInfo& info, const void* in);

/// Reads an object of a kind as an API server sends it. Unknown fields are ignored: a newer writer may know
/// more. Errors: invalid, with every field that has the wrong type, or when it is an object of another kind.
Result<void> decode_object(const StructInfo& info, std::string_view kind, const json::value& v, void* out);
json::object encode_object(const StructInfo& info, std::string_view kind, const void* in);

template <class Object>
Result<Object> from_json(const json::value& v) {
  Object object;
  auto decoded = decode_object(describe(Type<Object>{}), Object::kKind, v, &object);
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  return object;
}

/// With apiVersion and kind in front.
template <class Object>
json::object to_json(const Object& object) {
  return encode_object(describe(Type<Object>{}), Object::kKind, &object);
}

/// The same for a part of an object: a spec, a status, a condition.
template <class Part>
Result<Part> part_from_json(const json::value& v) {
  Part part;
  const auto errors = decode(describe(Type<Part>{}), v, &part);
  if (!errors.empty()) return fail(Errc::invalid, schema::join(errors));
  return part;
}
template <class Part>
json::object part_to_json(const Part& part) {
  return encode(describe(Type<Part>{}), &part);
}

}  // namespace dynamo::api
