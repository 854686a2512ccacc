#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "schema/schema.h"

/// One list of fields per type. Decoder, encoder, strict checks, defaults, CustomResourceDefinition and the
/// API reference all walk it, so they cannot disagree. The lists themselves are in *_fields.cpp.
namespace dynamo::api {

struct StructInfo;

/// How much a schema says about the parts that are plain Kubernetes (PodSpec, Probe, ObjectMeta, …).
enum class Detail {
  published,  // what the CustomResourceDefinition carries: unknown fields are kept in large parts
  strict,     // every field that Kubernetes knows, and no other
};

/// Reads, writes and describes the values of one C++ type. Stateless; one object per type.
class Codec {
 public:
  virtual ~Codec() = default;
  virtual void decode(const json::value& v, void* out, const schema::FieldPath& at,
                      std::vector<schema::FieldError>& errors) const = 0;
  virtual json::value encode(const void* in) const = 0;
  /// Left out when written, unless the field is required.
  virtual bool absent(const void* in) const = 0;
  virtual schema::Schema schema(Detail detail) const = 0;
  /// As the reference names it: "list of Pvc".
  virtual std::string type_text() const = 0;
  /// The struct inside, if there is one: of the list, of the map, of the optional.
  virtual const StructInfo* nested() const { return nullptr; }
};

/// A definition of Kubernetes that describes a JSON part, "io.k8s.api.core.v1.Probe".
struct BuiltinPart {
  std::string definition{};
  bool inlined{false};                      // written out in the CustomResourceDefinition too
  std::vector<std::string> not_required{};  // fields that Kubernetes requires and we do not
  bool empty() const { return definition.empty(); }
};

struct Field {
  std::string name;  // in JSON
  std::string doc;   // one line
  const Codec* codec;
  void* (*at)(void* object);  // the member

  bool required{false};
  bool deprecated{false};
  std::optional<json::value> default_value{};
  std::optional<std::int64_t> minimum{};
  std::optional<std::int64_t> min_length{};
  std::optional<std::int64_t> max_length{};
  std::optional<std::int64_t> max_items{};
  std::optional<std::int64_t> max_properties{};
  std::string pattern{};
  std::vector<std::string> enumeration{};
  BuiltinPart builtin{};

  const void* at_const(const void* object) const { return at(const_cast<void*>(object)); }
};

struct StructInfo {
  std::string name;
  std::string doc;
  std::vector<Field> fields{};
  std::optional<Field> rest{};  // a JSON object that takes every member without a field
  BuiltinPart builtin{};        // the whole type is one of Kubernetes; published as a bare object
  std::vector<schema::CelRule> rules{};

  const Field* find(std::string_view field) const;
};

/// The schema of a type, of the detail wanted.
schema::Schema schema_of(const StructInfo& info, Detail detail);
schema::Schema schema_of(const Field& field, Detail detail);

}  // namespace dynamo::api
