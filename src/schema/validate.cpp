#include <cmath>

#include "base/clock.h"
#include "base/quantity.h"
#include "schema/schema.h"

namespace dynamo::schema {
namespace {

/// Name of a value's type as API servers print it.
std::string_view type_name(const json::value& v) {
  switch (v.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
      return "integer";
    case boost::json::kind::double_:
      return "number";
    case boost::json::kind::string:
      return "string";
    case boost::json::kind::array:
      return "array";
    case boost::json::kind::object:
      return "object";
  }
  return "unknown";
}

bool is_integer(const json::value& v) {
  return v.is_int64() || v.is_uint64() || (v.is_double() && v.get_double() == std::floor(v.get_double()));
}

bool has_type(const json::value& v, std::string_view type) {
  if (type == "object") return v.is_object();
  if (type == "array") return v.is_array();
  if (type == "string") return v.is_string();
  if (type == "integer") return is_integer(v);
  if (type == "number") return v.is_number();
  if (type == "boolean") return v.is_bool();
  return true;
}

/// Numbers are equal by value (1 and 1.0), everything else as JSON.
bool same(const json::value& a, const json::value& b) {
  if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
  return a == b;
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_base64(std::string_view text) {
  if (text.size() % 4 != 0) return false;
  const std::size_t end = text.find_last_not_of('=') + 1;
  if (text.size() - end > 2) return false;
  return std::ranges::all_of(text.substr(0, end),
                             [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '/'; });
}

std::string_view text_of(const json::value& v) { return {v.get_string().data(), v.get_string().size()}; }

class Validator {
 public:
  explicit Validator(std::vector<FieldError>& errors) : errors_(errors) {}
  void check(const Schema& s, const json::value& v, const FieldPath& at);

 private:
  bool check_type(const Schema& s, const json::value& v, const FieldPath& at);
  void check_enum(const Schema& s, const json::value& v, const FieldPath& at);
  void check_number(const Schema& s, const json::value& v, const FieldPath& at);
  void check_string(const Schema& s, const json::value& v, const FieldPath& at);
  void check_array(const Schema& s, const json::array& a, const FieldPath& at);
  void check_unique(const Schema& s, const json::array& a, const FieldPath& at);
  void check_object(const Schema& s, const json::object& o, const FieldPath& at);
  void check_members(const Schema& s, const json::object& o, const FieldPath& at);
  void check_junctors(const Schema& s, const json::value& v, const FieldPath& at);

  /// "PATH in body TEXT": the sentence of OpenAPI validation.
  void invalid_body(const json::value& v, const FieldPath& at, std::string_view text) {
    const std::string path = at.str();
    errors_.push_back(invalid(path, v, fmt::format("{} in body {}", path, text)));
  }
  void wrong_type(const json::value& shown, const FieldPath& at, std::string_view wanted) {
    std::string path = at.str();
    std::string text = fmt::format("{} in body must be of type {}: {}", path, wanted, json::dump(shown));
    errors_.push_back({std::move(path), FieldErrorKind::type_invalid, std::move(text), shown});
  }

  std::vector<FieldError>& errors_;
};

void Validator::check(const Schema& s, const json::value& v, const FieldPath& at) {
  if (v.is_null() && s.nullable) return;
  if (!check_type(s, v, at)) return;
  check_enum(s, v, at);
  if (v.is_number()) check_number(s, v, at);
  if (v.is_string()) check_string(s, v, at);
  if (const auto* a = v.if_array()) check_array(s, *a, at);
  if (const auto* o = v.if_object()) check_object(s, *o, at);
  check_junctors(s, v, at);
}

bool Validator::check_type(const Schema& s, const json::value& v, const FieldPath& at) {
  if (s.format == "quantity" && v.is_number()) return true;
  if (s.int_or_string) {
    if (v.is_string() || is_integer(v)) return true;
    wrong_type(json::value(type_name(v)), at, "integer,string");
    return false;
  }
  if (s.type.empty()) return true;
  if (has_type(v, s.type)) return true;
  wrong_type(json::value(type_name(v)), at, s.type);
  return false;
}

void Validator::check_enum(const Schema& s, const json::value& v, const FieldPath& at) {
  if (s.enumeration.empty()) return;
  std::vector<std::string> allowed;
  for (const auto& candidate : s.enumeration) {
    if (same(candidate, v)) return;
    allowed.push_back(candidate.is_string() ? std::string(text_of(candidate)) : json::dump(candidate));
  }
  errors_.push_back(not_supported(at.str(), v, allowed));
}

void Validator::check_number(const Schema& s, const json::value& v, const FieldPath& at) {
  const auto number = v.to_number<double>();
  const auto bound = [](const json::value& limit) { return limit.to_number<double>(); };
  if (s.minimum && (s.exclusive_minimum ? number <= bound(*s.minimum) : number < bound(*s.minimum))) {
    invalid_body(v, at,
                 fmt::format("should be greater than {}{}", s.exclusive_minimum ? "" : "or equal to ",
                             json::dump(*s.minimum)));
  }
  if (s.maximum && (s.exclusive_maximum ? number >= bound(*s.maximum) : number > bound(*s.maximum))) {
    invalid_body(v, at,
                 fmt::format("should be less than {}{}", s.exclusive_maximum ? "" : "or equal to ",
                             json::dump(*s.maximum)));
  }
  if (s.multiple_of && std::remainder(number, bound(*s.multiple_of)) != 0) {
    invalid_body(v, at, fmt::format("should be a multiple of {}", json::dump(*s.multiple_of)));
  }
  constexpr double kInt32Limit = 2147483648.0;
  constexpr double kInt64Limit = 9223372036854775808.0;
  const double limit = s.format == "int32" ? kInt32Limit : s.format == "int64" ? kInt64Limit : INFINITY;
  if (number < -limit || number >= limit) invalid_body(v, at, fmt::format("must fit into an {}", s.format));
}

void Validator::check_string(const Schema& s, const json::value& v, const FieldPath& at) {
  const std::string_view text = text_of(v);
  if (s.min_length && code_points(text) < static_cast<std::size_t>(*s.min_length)) {
    invalid_body(v, at, fmt::format("should be at least {} chars long", *s.min_length));
  }
  if (s.max_length && code_points(text) > static_cast<std::size_t>(*s.max_length)) {
    errors_.push_back(too_long(at.str(), static_cast<std::size_t>(*s.max_length)));
  }
  if (s.pattern && !s.pattern->matches(text)) {
    invalid_body(v, at, fmt::format("should match '{}'", s.pattern->text()));
  }
  if (s.format == "date-time" && !parse_rfc3339(text)) wrong_type(v, at, "date-time");
  if (s.format == "byte" && !is_base64(text)) wrong_type(v, at, "byte");
  if (s.format == "quantity") {
    const auto quantity = Quantity::parse(text);
    if (!quantity) errors_.push_back(invalid(at.str(), v, quantity.error().message));
  }
}

void Validator::check_array(const Schema& s, const json::array& a, const FieldPath& at) {
  if (s.min_items && a.size() < static_cast<std::size_t>(*s.min_items)) {
    invalid_body(json::value(a.size()), at, fmt::format("should have at least {} items", *s.min_items));
  }
  if (s.max_items && a.size() > static_cast<std::size_t>(*s.max_items)) {
    errors_.push_back(too_many(at.str(), a.size(), static_cast<std::size_t>(*s.max_items)));
  }
  if (s.items) {
    for (std::size_t i = 0; i < a.size(); ++i) check(*s.items, a[i], at.item(i));
  }
  if (s.list_type && *s.list_type != ListType::atomic) check_unique(s, a, at);
}

/// What tells the items of a set or map list apart: the item itself, or its key members, defaults included.
json::value identity(const Schema& s, const json::value& item) {
  if (*s.list_type == ListType::set || !item.is_object()) return item;
  json::object keys;
  for (const auto& key : s.list_map_keys) {
    const json::value* found = item.get_object().if_contains(key);
    const Schema* member = s.items ? s.items->property(key) : nullptr;
    if (found == nullptr && member != nullptr && member->default_value) found = &*member->default_value;
    if (found != nullptr) keys[key] = *found;
  }
  return keys;
}

void Validator::check_unique(const Schema& s, const json::array& a, const FieldPath& at) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < a.size(); ++i) {
    json::value id = identity(s, a[i]);
    if (!seen.try_emplace(json::dump(id), i).second) {
      errors_.push_back(duplicate(at.item(i).str(), std::move(id)));
    }
  }
}

void Validator::check_object(const Schema& s, const json::object& o, const FieldPath& at) {
  if (s.min_properties && o.size() < static_cast<std::size_t>(*s.min_properties)) {
    invalid_body(json::value(o.size()), at,
                 fmt::format("should have at least {} properties", *s.min_properties));
  }
  if (s.max_properties && o.size() > static_cast<std::size_t>(*s.max_properties)) {
    errors_.push_back(too_many(at.str(), o.size(), static_cast<std::size_t>(*s.max_properties)));
  }
  for (const auto& name : s.required) {
    if (!o.contains(name)) errors_.push_back(required(at.member(name).str()));
  }
  check_members(s, o, at);
}

void Validator::check_members(const Schema& s, const json::object& o, const FieldPath& at) {
  for (const auto& member : o) {
    const Schema* schema = s.member(member.key());
    if (schema != nullptr) check(*schema, member.value(), at.member(member.key()));
  }
}

void Validator::check_junctors(const Schema& s, const json::value& v, const FieldPath& at) {
  const auto fits = [&](const SchemaPtr& candidate) {
    std::vector<FieldError> found;
    Validator(found).check(*candidate, v, at);
    return found.empty();
  };
  for (const auto& part : s.all_of) check(*part, v, at);
  if (!s.any_of.empty() && std::ranges::none_of(s.any_of, fits)) {
    const std::string path = at.str();
    errors_.push_back(
        invalid(path, v, fmt::format("\"{}\" must validate at least one schema (anyOf)", path)));
  }
  const auto matching = std::ranges::count_if(s.one_of, fits);
  if (!s.one_of.empty() && matching != 1) {
    const std::string path = at.str();
    errors_.push_back(
        invalid(path, v,
                fmt::format("\"{}\" must validate one and only one schema (oneOf). {}", path,
                            matching == 0 ? "Found none valid"
                                          : fmt::format("Found {} valid alternatives", matching))));
  }
  if (s.not_ && fits(s.not_)) {
    const std::string path = at.str();
    errors_.push_back(invalid(path, v, fmt::format("\"{}\" must not validate the schema (not)", path)));
  }
}

}  // namespace

std::vector<FieldError> validate(const Schema& schema, const json::value& value, std::string_view at) {
  std::vector<FieldError> errors;
  Validator(errors).check(schema, value, FieldPath(at));
  return errors;
}

}  // namespace dynamo::schema
