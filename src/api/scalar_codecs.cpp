#include "api/describe.h"

namespace dynamo::api {
namespace {

using schema::FieldError;
using schema::FieldErrorKind;
using schema::FieldPath;

using Errors = std::vector<FieldError>;

void wrong_type(const FieldPath& at, const json::value& v, std::string_view wanted, Errors& errors) {
  errors.push_back({at.str(), FieldErrorKind::type_invalid, fmt::format("must be {}", wanted), v});
}

schema::Schema typed(std::string_view type, std::string_view format = {}) {
  schema::Schema schema;
  schema.type = type;
  schema.format = format;
  return schema;
}

class StringCodec final : public Codec {
 public:
  void decode(const json::value& v, void* out, const FieldPath& at, Errors& errors) const override {
    const auto* s = v.if_string();
    if (s == nullptr) return wrong_type(at, v, "a string", errors);
    static_cast<std::string*>(out)->assign(s->data(), s->size());
  }
  json::value encode(const void* in) const override {
    return json::value(*static_cast<const std::string*>(in));
  }
  bool absent(const void* in) const override { return static_cast<const std::string*>(in)->empty(); }
  schema::Schema schema(Detail) const override { return typed("string"); }
  std::string type_text() const override { return "string"; }
};

class BoolCodec final : public Codec {
 public:
  void decode(const json::value& v, void* out, const FieldPath& at, Errors& errors) const override {
    const auto* b = v.if_bool();
    if (b == nullptr) return wrong_type(at, v, "true or false", errors);
    *static_cast<bool*>(out) = *b;
  }
  json::value encode(const void* in) const override { return json::value(*static_cast<const bool*>(in)); }
  bool absent(const void* in) const override { return !*static_cast<const bool*>(in); }
  schema::Schema schema(Detail) const override { return typed("boolean"); }
  std::string type_text() const override { return "boolean"; }
};

template <class Int>
class IntCodec final : public Codec {
 public:
  void decode(const json::value& v, void* out, const FieldPath& at, Errors& errors) const override {
    boost::system::error_code error;
    const auto number = v.to_number<Int>(error);
    if (error) return wrong_type(at, v, fmt::format("a whole number of {} bits", 8 * sizeof(Int)), errors);
    *static_cast<Int*>(out) = number;
  }
  json::value encode(const void* in) const override { return json::value(*static_cast<const Int*>(in)); }
  bool absent(const void*) const override { return false; }
  schema::Schema schema(Detail) const override {
    return typed("integer", sizeof(Int) == 4 ? "int32" : "int64");
  }
  std::string type_text() const override { return sizeof(Int) == 4 ? "integer (int32)" : "integer (int64)"; }
};

class QuantityCodec final : public Codec {
 public:
  void decode(const json::value& v, void* out, const FieldPath& at, Errors& errors) const override {
    if (!v.is_string() && !v.is_number())
      return wrong_type(at, v, "a quantity: a string or a number", errors);
    const std::string text = v.is_string() ? std::string(v.get_string()) : json::dump(v);
    auto quantity = Quantity::parse(text);
    if (!quantity) {
      errors.push_back(schema::invalid(at.str(), v, std::move(quantity.error().message)));
    } else {
      *static_cast<Quantity*>(out) = *quantity;
    }
  }
  json::value encode(const void* in) const override {
    return json::value(static_cast<const Quantity*>(in)->to_string());
  }
  bool absent(const void*) const override { return false; }
  schema::Schema schema(Detail) const override;
  std::string type_text() const override { return "quantity"; }
};

/// Strings or whole numbers; the pattern speaks of strings only.
schema::Schema QuantityCodec::schema(Detail) const {
  schema::Schema schema;
  schema.int_or_string = true;
  schema.any_of = {std::make_shared<const schema::Schema>(typed("integer")),
                   std::make_shared<const schema::Schema>(typed("string"))};
  schema.pattern = *schema::Pattern::compile(
      R"(^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$)");
  return schema;
}

class TimeCodec final : public Codec {
 public:
  void decode(const json::value& v, void* out, const FieldPath& at, Errors& errors) const override {
    const auto* s = v.if_string();
    const auto time = s == nullptr ? std::nullopt : parse_rfc3339({s->data(), s->size()});
    if (!time) return wrong_type(at, v, "a time such as \"2026-02-03T04:05:06Z\"", errors);
    *static_cast<WallTime*>(out) = *time;
  }
  json::value encode(const void* in) const override {
    return json::value(format_rfc3339(*static_cast<const WallTime*>(in)));
  }
  bool absent(const void*) const override { return false; }
  schema::Schema schema(Detail) const override { return typed("string", "date-time"); }
  std::string type_text() const override { return "time"; }
};

schema::Schema anything() {
  schema::Schema schema;
  schema.preserve_unknown_fields = true;
  return schema;
}

class ObjectCodec final : public Codec {
 public:
  void decode(const json::value& v, void* out, const FieldPath& at, Errors& errors) const override {
    const auto* o = v.if_object();
    if (o == nullptr) return wrong_type(at, v, "an object", errors);
    *static_cast<json::object*>(out) = *o;
  }
  json::value encode(const void* in) const override { return *static_cast<const json::object*>(in); }
  bool absent(const void* in) const override { return static_cast<const json::object*>(in)->empty(); }
  schema::Schema schema(Detail) const override {
    auto schema = anything();
    schema.type = "object";
    return schema;
  }
  std::string type_text() const override { return "object"; }
};

class ArrayCodec final : public Codec {
 public:
  void decode(const json::value& v, void* out, const FieldPath& at, Errors& errors) const override {
    const auto* a = v.if_array();
    if (a == nullptr) return wrong_type(at, v, "a list", errors);
    *static_cast<json::array*>(out) = *a;
  }
  json::value encode(const void* in) const override { return *static_cast<const json::array*>(in); }
  bool absent(const void* in) const override { return static_cast<const json::array*>(in)->empty(); }
  schema::Schema schema(Detail) const override {
    auto schema = typed("array");
    auto item = anything();
    item.type = "object";
    schema.items = std::make_shared<const schema::Schema>(std::move(item));
    return schema;
  }
  std::string type_text() const override { return "list of object"; }
};

class ValueCodec final : public Codec {
 public:
  void decode(const json::value& v, void* out, const FieldPath&, Errors&) const override {
    *static_cast<json::value*>(out) = v;
  }
  json::value encode(const void* in) const override { return *static_cast<const json::value*>(in); }
  bool absent(const void* in) const override { return static_cast<const json::value*>(in)->is_null(); }
  schema::Schema schema(Detail) const override { return anything(); }
  std::string type_text() const override { return "any JSON"; }
};

template <class T>
const Codec& the() {
  static const T kCodec;
  return kCodec;
}

}  // namespace

const Codec& codec_of(Type<std::string>) { return the<StringCodec>(); }
const Codec& codec_of(Type<bool>) { return the<BoolCodec>(); }
const Codec& codec_of(Type<std::int32_t>) { return the<IntCodec<std::int32_t>>(); }
const Codec& codec_of(Type<std::int64_t>) { return the<IntCodec<std::int64_t>>(); }
const Codec& codec_of(Type<Quantity>) { return the<QuantityCodec>(); }
const Codec& codec_of(Type<WallTime>) { return the<TimeCodec>(); }
const Codec& codec_of(Type<json::object>) { return the<ObjectCodec>(); }
const Codec& codec_of(Type<json::array>) { return the<ArrayCodec>(); }
const Codec& codec_of(Type<json::value>) { return the<ValueCodec>(); }

}  // namespace dynamo::api
