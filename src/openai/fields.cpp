#include "openai/fields.h"

#include <limits>

#include "openai/error_body.h"

namespace dynamo::openai {
namespace {

constexpr auto kNoLimit = std::numeric_limits<std::int64_t>::max();

std::string_view kind_name(const json::value& v) {
  switch (v.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "a boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
      return "a number";
    case boost::json::kind::string:
      return "a string";
    case boost::json::kind::array:
      return "an array";
    case boost::json::kind::object:
      return "an object";
  }
  return "something else";
}

}  // namespace

const json::value* Fields::find(std::string_view name) const {
  const json::value* found = object_.if_contains(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

bool Fields::flag(std::string_view name) {
  const json::value* found = find(name);
  if (found == nullptr) return false;
  if (!found->is_bool()) refuse_type(name, "a boolean", *found);
  return found->is_bool() && found->get_bool();
}

std::optional<std::string> Fields::text(std::string_view name) {
  const json::value* found = find(name);
  if (found == nullptr) return std::nullopt;
  const json::string* s = found->if_string();
  if (s == nullptr) {
    refuse_type(name, "a string", *found);
    return std::nullopt;
  }
  return std::string(s->data(), s->size());
}

std::optional<double> Fields::number(std::string_view name, double low, double high) {
  const json::value* found = find(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_number()) {
    refuse_type(name, "a number", *found);
    return std::nullopt;
  }
  const auto value = found->to_number<double>();
  if (value < low || value > high) {
    refuse(name, fmt::format("`{}` must be {} to {}, got {}", name, low, high, value));
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> Fields::integer(std::string_view name, std::int64_t low, std::int64_t high) {
  const json::value* found = find(name);
  if (found == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto value = found->to_number<std::int64_t>(error);
  if (!found->is_number() || (error && found->is_double())) {
    refuse_type(name, "a whole number", *found);
    return std::nullopt;
  }
  if (error || value < low || value > high) {
    refuse(name, high == kNoLimit ? fmt::format("`{}` must be at least {}", name, low)
                                  : fmt::format("`{}` must be {} to {}", name, low, high));
    return std::nullopt;
  }
  return value;
}

void Fields::refuse(std::string_view field, std::string message) {
  if (!error_) error_ = invalid_field(field, std::move(message)).error();
}

void Fields::refuse_type(std::string_view field, std::string_view wanted, const json::value& got) {
  refuse(field, fmt::format("`{}` must be {}, got {}", field, wanted, kind_name(got)));
}

Result<void> Fields::check() const {
  if (error_) return std::unexpected(*error_);
  return {};
}

}  // namespace dynamo::openai
