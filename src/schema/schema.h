#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "schema/field_error.h"

/// Structural OpenAPI v3 schemas, as CustomResourceDefinitions carry them: what a value may look like, what
/// is filled in when it is left out, what is dropped because nobody declared it. Pure: no I/O, no state.
namespace dynamo::schema {

struct Schema;
/// Parts are shared, never edited in place: the same ObjectMeta serves fifty kinds.
using SchemaPtr = std::shared_ptr<const Schema>;

struct Property {
  std::string name;
  SchemaPtr schema;
};

/// A CEL rule (`x-kubernetes-validations`). Kept and written back, not evaluated: see `unenforced`.
struct CelRule {
  std::string rule;
  std::string message{};
  json::object other{};  // reason, fieldPath, messageExpression, optionalOldSelf
};

enum class ListType { atomic, set, map };
enum class MapType { granular, atomic };

/// A compiled `pattern`. Matches a part of the text unless anchored; by bytes, so `.` is one byte of UTF-8.
class Pattern {
 public:
  /// Errors: invalid, when `text` is not a regular expression.
  static Result<Pattern> compile(std::string text);
  const std::string& text() const { return text_; }
  bool matches(std::string_view value) const;
  friend bool operator==(const Pattern& a, const Pattern& b) { return a.text_ == b.text_; }

 private:
  struct Program;
  std::string text_;
  std::shared_ptr<const Program> program_;
};

/// One node of a structural schema. Absent keywords are empty optionals, empty strings or empty vectors.
///
/// Enforced by `validate`: everything below but `cel_rules` and formats other than those it names.
/// Refused by `parse`, by name: `$ref`, `$schema`, `id`, `definitions`, `dependencies`, `patternProperties`,
/// `additionalItems`, `uniqueItems: true`, as a real API server refuses them in a CustomResourceDefinition.
/// Kept, written back and otherwise ignored: every other keyword (`other`), such as `title` and `example`.
struct Schema {
  std::string type{};    // object, array, string, integer, number, boolean; empty = any
  std::string format{};  // enforced: int32, int64, date-time, byte, quantity; others are notes for readers
  std::string description{};
  bool nullable{false};
  std::optional<json::value> default_value{};

  // object
  std::vector<Property> properties{};  // in the order written
  std::vector<std::string> required{};
  SchemaPtr additional_properties{};                    // schema of every other member
  std::optional<bool> additional_properties_allowed{};  // the keyword was `true` or `false`
  std::optional<std::int64_t> min_properties{};
  std::optional<std::int64_t> max_properties{};

  // array
  SchemaPtr items{};
  std::optional<std::int64_t> min_items{};
  std::optional<std::int64_t> max_items{};

  // string
  std::optional<std::int64_t> min_length{};  // in code points
  std::optional<std::int64_t> max_length{};
  std::optional<Pattern> pattern{};

  // integer, number
  std::optional<json::value> minimum{};
  std::optional<json::value> maximum{};
  bool exclusive_minimum{false};
  bool exclusive_maximum{false};
  std::optional<json::value> multiple_of{};

  std::vector<json::value> enumeration{};

  // conditions on top of the structure; they never add fields
  std::vector<SchemaPtr> all_of{};
  std::vector<SchemaPtr> any_of{};
  std::vector<SchemaPtr> one_of{};
  SchemaPtr not_{};

  // x-kubernetes-*
  bool preserve_unknown_fields{false};
  bool int_or_string{false};
  bool embedded_resource{false};
  std::optional<ListType> list_type{};
  std::vector<std::string> list_map_keys{};
  std::optional<MapType> map_type{};
  std::vector<std::string> patch_strategy{};  // "merge", "replace", "retainKeys"; built-in kinds only
  std::string patch_merge_key{};
  std::vector<CelRule> cel_rules{};

  json::object other{};  // every keyword without a member above, as written

  /// The schema of member `name`: its own, else the one of additional members, else null.
  const Schema* member(std::string_view name) const;
  const Schema* property(std::string_view name) const;
};

/// Reads what stands under `openAPIV3Schema`. Depth up to 64.
/// Errors: invalid, naming the path of the first keyword that has the wrong type or is refused.
Result<Schema> parse(const json::value& openapi);

/// The same keywords in a fixed order; `parse(to_json(s))` equals `s`.
json::object to_json(const Schema& schema);

bool operator==(const Schema& a, const Schema& b);

/// What a CustomResourceDefinition's schema must also fulfil: a type on every node (unless int-or-string or
/// preserve-unknown-fields), `object` at the root, list-map keys that are required or defaulted,
/// defaults that are valid themselves. `root` is where errors point,
/// "spec.versions[0].schema.openAPIV3Schema".
std::vector<FieldError> check_structural(const Schema& schema, std::string_view root);

/// Keywords in `schema` that are kept but not enforced, with their paths: "spec.pvcs[]:
/// x-kubernetes-validations".
std::vector<std::string> unenforced(const Schema& schema);

/// Everything that is wrong with `value`, in the order of the document. Unknown members are no error here.
/// `at` is the path of `value`, "" for a whole object.
std::vector<FieldError> validate(const Schema& schema, const json::value& value, std::string_view at = "");

/// Fills in defaults, as an API server does: absent members, and members that are null without being
/// nullable, get theirs; such nulls without a default are removed. Defaults inside absent parents stay out.
void apply_defaults(const Schema& schema, json::value& value);

/// Reads nulls as a decoder of typed objects does: a declared member that is null without being nullable is
/// as good as absent and goes; in a map of strings a null is an empty text.
void drop_nulls(const Schema& schema, json::value& value);

/// How the top of a value is treated.
enum class Root {
  plain,     // like any other object
  resource,  // apiVersion, kind and metadata belong there, whatever the schema says; metadata is left alone
};

/// Removes members that the schema does not declare and returns their paths, "spec.foo", in the order of the
/// document. Nothing is removed below preserve-unknown-fields, except where properties are declared.
std::vector<std::string> prune(const Schema& schema, json::value& value, Root root = Root::plain);

/// The same list, nothing removed.
std::vector<std::string> unknown_fields(const Schema& schema, const json::value& value,
                                        Root root = Root::plain);

}  // namespace dynamo::schema
