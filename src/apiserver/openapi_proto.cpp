#include <bit>
#include <cstring>

#include "apiserver/openapi.h"

// Only what our documents contain is encoded; field numbers are those of openapiv2/OpenAPIv2.proto in
// github.com/google/gnostic-models.
namespace dynamo::apiserver {
namespace {

/// A protobuf message under construction.
class Message {
 public:
  void text(int field, std::string_view value) {
    key(field, 2);
    varint(value.size());
    out_ += value;
  }
  void number(int field, std::uint64_t value) {
    key(field, 0);
    varint(value);
  }
  void real(int field, double value) {
    key(field, 1);
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) out_ += static_cast<char>(bits >> shift);
  }
  void message(int field, const Message& value) { text(field, value.out_); }
  const std::string& bytes() const { return out_; }

 private:
  void key(int field, int wire_type) {
    varint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(wire_type));
  }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
  }
  std::string out_;
};

Message named(std::string_view name, const Message& value) {
  Message out;
  out.text(1, name);
  out.message(2, value);
  return out;
}

/// `Any` carries YAML, of which JSON is a part.
Message any(const json::value& value) {
  Message out;
  out.text(2, json::dump(value));
  return out;
}

void extensions(const Object& object, int field, Message& out) {
  for (const auto& member : object) {
    const std::string_view name = member.key();
    if (name.starts_with("x-")) out.message(field, named(name, any(member.value())));
  }
}

void texts(const json::value& list, int field, Message& out) {
  for (std::size_t i = 0; list.is_array() && i < list.get_array().size(); ++i) {
    out.text(field, json::string_at(list.get_array()[i], {}));
  }
}

Message schema_message(const json::value& schema);

Message named_schemas(const json::value& schemas) {
  Message out;
  if (!schemas.is_object()) return out;
  for (const auto& member : schemas.get_object())
    out.message(1, named(member.key(), schema_message(member.value())));
  return out;
}

Message additional_properties(const json::value& value) {
  Message out;
  if (value.is_bool()) {
    out.number(2, value.get_bool() ? 1 : 0);
  } else {
    out.message(1, schema_message(value));
  }
  return out;
}

struct Keyword {
  std::string_view name;
  int field;
  enum class Form {
    text,
    integer,
    real,
    flag,
    any,
    any_list,
    text_list,
    type,
    items,
    additional,
    properties
  } form;
};
constexpr Keyword kKeywords[] = {
    {"$ref", 1, Keyword::Form::text},
    {"format", 2, Keyword::Form::text},
    {"title", 3, Keyword::Form::text},
    {"description", 4, Keyword::Form::text},
    {"default", 5, Keyword::Form::any},
    {"multipleOf", 6, Keyword::Form::real},
    {"maximum", 7, Keyword::Form::real},
    {"exclusiveMaximum", 8, Keyword::Form::flag},
    {"minimum", 9, Keyword::Form::real},
    {"exclusiveMinimum", 10, Keyword::Form::flag},
    {"maxLength", 11, Keyword::Form::integer},
    {"minLength", 12, Keyword::Form::integer},
    {"pattern", 13, Keyword::Form::text},
    {"maxItems", 14, Keyword::Form::integer},
    {"minItems", 15, Keyword::Form::integer},
    {"maxProperties", 17, Keyword::Form::integer},
    {"minProperties", 18, Keyword::Form::integer},
    {"required", 19, Keyword::Form::text_list},
    {"enum", 20, Keyword::Form::any_list},
    {"additionalProperties", 21, Keyword::Form::additional},
    {"type", 22, Keyword::Form::type},
    {"items", 23, Keyword::Form::items},
    {"properties", 25, Keyword::Form::properties},
};

void encode(const Keyword& keyword, const json::value& value, Message& out) {
  boost::system::error_code ignored;
  Message inner;
  switch (keyword.form) {
    case Keyword::Form::text:
      return out.text(keyword.field, json::string_at(value, {}));
    case Keyword::Form::integer:
      return out.number(keyword.field, value.to_number<std::uint64_t>(ignored));
    case Keyword::Form::real:
      return out.real(keyword.field, value.to_number<double>(ignored));
    case Keyword::Form::flag:
      return out.number(keyword.field, value == json::value(true) ? 1 : 0);
    case Keyword::Form::any:
      return out.message(keyword.field, any(value));
    case Keyword::Form::text_list:
      return texts(value, keyword.field, out);
    case Keyword::Form::additional:
      return out.message(keyword.field, additional_properties(value));
    case Keyword::Form::properties:
      return out.message(keyword.field, named_schemas(value));
    case Keyword::Form::any_list:
      for (std::size_t i = 0; value.is_array() && i < value.get_array().size(); ++i)
        out.message(keyword.field, any(value.get_array()[i]));
      return;
    case Keyword::Form::type:
      inner.text(1, json::string_at(value, {}));
      return out.message(keyword.field, inner);
    case Keyword::Form::items:
      inner.message(1, schema_message(value));
      return out.message(keyword.field, inner);
  }
}

Message schema_message(const json::value& schema) {
  Message out;
  if (!schema.is_object()) return out;
  for (const auto& keyword : kKeywords) {
    if (const json::value* value = schema.get_object().if_contains(keyword.name))
      encode(keyword, *value, out);
  }
  extensions(schema.get_object(), 31, out);
  return out;
}

/// Ours are all query or path parameters with a name and a type.
Message parameter_message(const json::value& parameter) {
  const bool query = json::string_at(parameter, {"in"}) == "query";
  Message sub;
  if (json::bool_at(parameter, {"required"})) sub.number(1, 1);
  sub.text(2, json::string_at(parameter, {"in"}));
  sub.text(4, json::string_at(parameter, {"name"}));
  sub.text(query ? 6 : 5, json::string_at(parameter, {"type"}));
  Message non_body, kind, item;
  non_body.message(query ? 3 : 4, sub);
  kind.message(2, non_body);
  item.message(1, kind);
  return item;
}

Message responses_message(const Object& operation) {
  Message out;
  for (const auto& entry : kube::object_at(operation, {"responses"})) {
    Message response, value;
    response.text(1, json::string_at(entry.value(), {"description"}));
    value.message(1, response);
    out.message(1, named(entry.key(), value));
  }
  return out;
}

Message operation_message(const Object& operation) {
  Message out;
  out.text(5, json::string_at(operation, {"operationId"}));
  for (const auto& parameter : kube::array_at(operation, {"parameters"}))
    out.message(8, parameter_message(parameter));
  out.message(9, responses_message(operation));
  extensions(operation, 13, out);
  return out;
}

Message path_message(const Object& path) {
  constexpr std::pair<std::string_view, int> kMethods[] = {
      {"get", 2}, {"put", 3}, {"post", 4}, {"delete", 5}, {"patch", 8}};
  Message out;
  for (const auto& [method, field] : kMethods) {
    const json::value* operation = path.if_contains(method);
    if (operation != nullptr) out.message(field, operation_message(operation->get_object()));
  }
  return out;
}

}  // namespace

std::string encode_openapi_v2(const Object& document) {
  Message info, paths, out;
  info.text(1, json::string_at(document, {"info", "title"}));
  info.text(2, json::string_at(document, {"info", "version"}));
  for (const auto& path : kube::object_at(document, {"paths"})) {
    paths.message(2, named(path.key(), path_message(path.value().get_object())));
  }
  out.text(1, "2.0");
  out.message(2, info);
  out.message(8, paths);
  out.message(9, named_schemas(*document.if_contains("definitions")));
  return out.bytes();
}

}  // namespace dynamo::apiserver
