#include <algorithm>
#include <array>
#include <unordered_map>

#include "schema/schema.h"

namespace dynamo::schema {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::array<std::string_view, 6> kTypes{"object", "array", "string", "integer", "number", "boolean"};

/// Reads one schema and those below it; stops at the first thing that is wrong and remembers it.
class Reader {
 public:
  Schema read(const json::value& v, const FieldPath& at, int depth);
  std::optional<Error> failure() { return std::move(failure_); }

 private:
  using Handler = void (Reader::*)(Schema&, const json::value&, const FieldPath&);
  static const std::unordered_map<std::string_view, Handler>& handlers();

  void refuse(const FieldPath& at, std::string_view why) {
    if (!failure_) failure_ = Error{Errc::invalid, fmt::format("{}: {}", at.str(), why)};
  }

  std::string text(const json::value& v, const FieldPath& at) {
    if (const auto* s = v.if_string()) return {s->data(), s->size()};
    refuse(at, "must be a string");
    return {};
  }
  bool flag(const json::value& v, const FieldPath& at) {
    if (const auto* b = v.if_bool()) return *b;
    refuse(at, "must be true or false");
    return false;
  }
  std::optional<std::int64_t> count(const json::value& v, const FieldPath& at) {
    const auto number = json::int_at(v, {});
    if (!number || *number < 0) refuse(at, "must be a whole number, 0 or more");
    return number;
  }
  json::value number(const json::value& v, const FieldPath& at) {
    if (!v.is_number()) refuse(at, "must be a number");
    return v;
  }
  const json::array& list(const json::value& v, const FieldPath& at) {
    static const json::array kEmpty;
    if (const auto* a = v.if_array()) return *a;
    refuse(at, "must be a list");
    return kEmpty;
  }
  const json::object& object(const json::value& v, const FieldPath& at) {
    static const json::object kEmpty;
    if (const auto* o = v.if_object()) return *o;
    refuse(at, "must be an object");
    return kEmpty;
  }
  std::vector<std::string> texts(const json::value& v, const FieldPath& at);
  SchemaPtr child(const json::value& v, const FieldPath& at) {
    return std::make_shared<const Schema>(read(v, at, depth_ + 1));
  }
  std::vector<SchemaPtr> children(const json::value& v, const FieldPath& at);

  void read_type(Schema& s, const json::value& v, const FieldPath& at);
  void read_properties(Schema& s, const json::value& v, const FieldPath& at);
  void read_additional(Schema& s, const json::value& v, const FieldPath& at);
  void read_items(Schema& s, const json::value& v, const FieldPath& at);
  void read_pattern(Schema& s, const json::value& v, const FieldPath& at);
  void read_enum(Schema& s, const json::value& v, const FieldPath& at);
  void read_list_type(Schema& s, const json::value& v, const FieldPath& at);
  void read_map_type(Schema& s, const json::value& v, const FieldPath& at);
  void read_patch_strategy(Schema& s, const json::value& v, const FieldPath& at);
  void read_cel(Schema& s, const json::value& v, const FieldPath& at);
  void read_unique(Schema& s, const json::value& v, const FieldPath& at);
  void read_refused(Schema&, const json::value&, const FieldPath& at) {
    refuse(at, "is not supported in a structural schema");
  }

  // Keywords whose value is simply stored.
  template <auto Member>
  void text_into(Schema& s, const json::value& v, const FieldPath& at) {
    s.*Member = text(v, at);
  }
  template <auto Member>
  void flag_into(Schema& s, const json::value& v, const FieldPath& at) {
    s.*Member = flag(v, at);
  }
  template <auto Member>
  void count_into(Schema& s, const json::value& v, const FieldPath& at) {
    s.*Member = count(v, at);
  }
  template <auto Member>
  void number_into(Schema& s, const json::value& v, const FieldPath& at) {
    s.*Member = number(v, at);
  }
  template <auto Member>
  void texts_into(Schema& s, const json::value& v, const FieldPath& at) {
    s.*Member = texts(v, at);
  }
  template <auto Member>
  void children_into(Schema& s, const json::value& v, const FieldPath& at) {
    s.*Member = children(v, at);
  }
  void default_into(Schema& s, const json::value& v, const FieldPath&) { s.default_value = v; }
  void not_into(Schema& s, const json::value& v, const FieldPath& at) { s.not_ = child(v, at); }

  std::optional<Error> failure_;
  int depth_{0};
};

const std::unordered_map<std::string_view, Reader::Handler>& Reader::handlers() {
  static const std::unordered_map<std::string_view, Handler> kTable{
      {"type", &Reader::read_type},
      {"format", &Reader::text_into<&Schema::format>},
      {"description", &Reader::text_into<&Schema::description>},
      {"nullable", &Reader::flag_into<&Schema::nullable>},
      {"default", &Reader::default_into},
      {"properties", &Reader::read_properties},
      {"required", &Reader::texts_into<&Schema::required>},
      {"additionalProperties", &Reader::read_additional},
      {"minProperties", &Reader::count_into<&Schema::min_properties>},
      {"maxProperties", &Reader::count_into<&Schema::max_properties>},
      {"items", &Reader::read_items},
      {"minItems", &Reader::count_into<&Schema::min_items>},
      {"maxItems", &Reader::count_into<&Schema::max_items>},
      {"minLength", &Reader::count_into<&Schema::min_length>},
      {"maxLength", &Reader::count_into<&Schema::max_length>},
      {"pattern", &Reader::read_pattern},
      {"minimum", &Reader::number_into<&Schema::minimum>},
      {"maximum", &Reader::number_into<&Schema::maximum>},
      {"exclusiveMinimum", &Reader::flag_into<&Schema::exclusive_minimum>},
      {"exclusiveMaximum", &Reader::flag_into<&Schema::exclusive_maximum>},
      {"multipleOf", &Reader::number_into<&Schema::multiple_of>},
      {"enum", &Reader::read_enum},
      {"allOf", &Reader::children_into<&Schema::all_of>},
      {"anyOf", &Reader::children_into<&Schema::any_of>},
      {"oneOf", &Reader::children_into<&Schema::one_of>},
      {"not", &Reader::not_into},
      {"x-kubernetes-preserve-unknown-fields", &Reader::flag_into<&Schema::preserve_unknown_fields>},
      {"x-kubernetes-int-or-string", &Reader::flag_into<&Schema::int_or_string>},
      {"x-kubernetes-embedded-resource", &Reader::flag_into<&Schema::embedded_resource>},
      {"x-kubernetes-list-type", &Reader::read_list_type},
      {"x-kubernetes-list-map-keys", &Reader::texts_into<&Schema::list_map_keys>},
      {"x-kubernetes-map-type", &Reader::read_map_type},
      {"x-kubernetes-patch-strategy", &Reader::read_patch_strategy},
      {"x-kubernetes-patch-merge-key", &Reader::text_into<&Schema::patch_merge_key>},
      {"x-kubernetes-validations", &Reader::read_cel},
      {"uniqueItems", &Reader::read_unique},
      {"$ref", &Reader::read_refused},
      {"$schema", &Reader::read_refused},
      {"id", &Reader::read_refused},
      {"definitions", &Reader::read_refused},
      {"dependencies", &Reader::read_refused},
      {"patternProperties", &Reader::read_refused},
      {"additionalItems", &Reader::read_refused},
  };
  return kTable;
}

Schema Reader::read(const json::value& v, const FieldPath& at, int depth) {
  Schema schema;
  if (depth > kMaxDepth) {
    refuse(at, fmt::format("is nested deeper than {} levels", kMaxDepth));
    return schema;
  }
  const int depth_before = std::exchange(depth_, depth);
  for (const auto& keyword : object(v, at)) {
    if (failure_) break;
    const auto handler = handlers().find(keyword.key());
    if (handler == handlers().end()) {
      schema.other[keyword.key()] = keyword.value();
    } else {
      (this->*handler->second)(schema, keyword.value(), at.member(keyword.key()));
    }
  }
  depth_ = depth_before;
  return schema;
}

std::vector<std::string> Reader::texts(const json::value& v, const FieldPath& at) {
  std::vector<std::string> out;
  for (const auto& item : list(v, at)) out.push_back(text(item, at.item(out.size())));
  return out;
}

std::vector<SchemaPtr> Reader::children(const json::value& v, const FieldPath& at) {
  std::vector<SchemaPtr> out;
  for (const auto& item : list(v, at)) out.push_back(child(item, at.item(out.size())));
  return out;
}

void Reader::read_type(Schema& s, const json::value& v, const FieldPath& at) {
  s.type = text(v, at);
  if (std::ranges::find(kTypes, s.type) == kTypes.end()) {
    refuse(at, fmt::format("must be one of {}, not \"{}\"", fmt::join(kTypes, ", "), s.type));
  }
}

void Reader::read_properties(Schema& s, const json::value& v, const FieldPath& at) {
  for (const auto& member : object(v, at)) {
    s.properties.push_back({member.key(), child(member.value(), at.member(member.key()))});
  }
}

void Reader::read_additional(Schema& s, const json::value& v, const FieldPath& at) {
  if (const auto* allowed = v.if_bool()) {
    s.additional_properties_allowed = *allowed;
  } else {
    s.additional_properties = child(v, at);
  }
}

void Reader::read_items(Schema& s, const json::value& v, const FieldPath& at) {
  if (v.is_array()) return refuse(at, "must be one schema, not a list of them");
  s.items = child(v, at);
}

void Reader::read_pattern(Schema& s, const json::value& v, const FieldPath& at) {
  auto compiled = Pattern::compile(text(v, at));
  if (!compiled) return refuse(at, compiled.error().message);
  s.pattern = std::move(*compiled);
}

void Reader::read_enum(Schema& s, const json::value& v, const FieldPath& at) {
  const auto& values = list(v, at);
  s.enumeration.assign(values.begin(), values.end());
}

void Reader::read_list_type(Schema& s, const json::value& v, const FieldPath& at) {
  const std::string name = text(v, at);
  if (name == "atomic") {
    s.list_type = ListType::atomic;
  } else if (name == "set") {
    s.list_type = ListType::set;
  } else if (name == "map") {
    s.list_type = ListType::map;
  } else {
    refuse(at, "must be atomic, set or map");
  }
}

void Reader::read_map_type(Schema& s, const json::value& v, const FieldPath& at) {
  const std::string name = text(v, at);
  if (name != "atomic" && name != "granular") return refuse(at, "must be atomic or granular");
  s.map_type = name == "atomic" ? MapType::atomic : MapType::granular;
}

/// Built-in kinds write several strategies as one text: "merge,retainKeys".
void Reader::read_patch_strategy(Schema& s, const json::value& v, const FieldPath& at) {
  std::string rest = text(v, at);
  for (std::size_t comma; (comma = rest.find(',')) != std::string::npos; rest.erase(0, comma + 1)) {
    s.patch_strategy.push_back(rest.substr(0, comma));
  }
  s.patch_strategy.push_back(rest);
}

void Reader::read_cel(Schema& s, const json::value& v, const FieldPath& at) {
  for (const auto& item : list(v, at)) {
    json::object rest = object(item, at);
    CelRule rule{std::string(json::string_at(rest, {"rule"})),
                 std::string(json::string_at(rest, {"message"}))};
    rest.erase("rule");
    rest.erase("message");
    rule.other = std::move(rest);
    s.cel_rules.push_back(std::move(rule));
  }
}

void Reader::read_unique(Schema&, const json::value& v, const FieldPath& at) {
  if (flag(v, at)) refuse(at, "must not be true: use x-kubernetes-list-type: set");
}

}  // namespace

Result<Schema> parse(const json::value& openapi) {
  Reader reader;
  Schema schema = reader.read(openapi, FieldPath{}, 0);
  if (auto failure = reader.failure()) return std::unexpected(std::move(*failure));
  return schema;
}

}  // namespace dynamo::schema
