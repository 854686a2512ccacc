#include "jinja/value.h"

#include <limits>

namespace dynamo::jinja {

template <class T>
Value Value::made(Kind kind, T Value::* member, T content) {
  Value out(kind);
  out.*member = content;
  return out;
}

Value Value::boolean(bool value) {
  return made(Kind::boolean, &Value::integer_, std::int64_t{value ? 1 : 0});
}
Value Value::integer(std::int64_t value) { return made(Kind::integer, &Value::integer_, value); }
Value Value::large(std::uint64_t value) {
  return made(Kind::large, &Value::integer_, static_cast<std::int64_t>(value));
}
Value Value::real(double value) { return made(Kind::real, &Value::real_, value); }
Value Value::undefined(const Absence* absence) { return made(Kind::undefined, &Value::absence_, absence); }
Value Value::list(const Items* items) { return made(Kind::list, &Value::items_, items); }
Value Value::tuple(const Items* items) { return made(Kind::tuple, &Value::items_, items); }
Value Value::dict(const Dict* dict) { return made(Kind::dict, &Value::dict_, dict); }
Value Value::object(Object* object) { return made(Kind::object, &Value::object_, object); }
Value Value::json(const json::object& value) { return made(Kind::json_dict, &Value::json_object_, &value); }

Value Value::text(std::string_view text) {
  Value out = made(Kind::text, &Value::text_, text.data());
  out.size_ = static_cast<std::uint32_t>(std::min<std::size_t>(text.size(), UINT32_MAX));
  return out;
}

Value Value::growing_text(std::string_view text) {
  Value out = Value::text(text);
  out.growing_ = true;
  return out;
}

Value Value::as_marked() const {
  Value out = *this;
  out.marked_ = true;
  return out;
}

Value Value::json(const json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return none();
    case boost::json::kind::bool_:
      return boolean(value.get_bool());
    case boost::json::kind::int64:
      return integer(value.get_int64());
    case boost::json::kind::uint64:
      if (value.get_uint64() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return large(value.get_uint64());
      }
      return integer(static_cast<std::int64_t>(value.get_uint64()));
    case boost::json::kind::double_:
      return real(value.get_double());
    case boost::json::kind::string:
      return text({value.get_string().data(), value.get_string().size()});
    case boost::json::kind::object:
      return json(value.get_object());
    case boost::json::kind::array:
      break;
  }
  return made(Kind::json_list, &Value::json_array_, &value.get_array());
}

double Value::as_real() const {
  if (kind_ == Kind::large) return static_cast<double>(as_large());
  return kind_ == Kind::real ? real_ : static_cast<double>(integer_);
}

std::size_t Value::item_count() const {
  return kind_ == Kind::json_list ? json_array_->size() : items_->values.size();
}

Value Value::item(std::size_t index) const {
  return kind_ == Kind::json_list ? json((*json_array_)[index]) : items_->values[index];
}

std::size_t Value::entry_count() const {
  return kind_ == Kind::json_dict ? json_object_->size() : dict_->entries.size();
}

Entry Value::entry(std::size_t index) const {
  if (kind_ == Kind::dict) return dict_->entries[index];
  const auto& member = *(json_object_->begin() + static_cast<std::ptrdiff_t>(index));
  return {text({member.key().data(), member.key().size()}), json(member.value())};
}

bool Value::is_group() const { return kind_ == Kind::tuple && items_->group; }

bool Value::same(const Value& other) const {
  if (kind_ != other.kind_) return false;
  if (kind_ == Kind::none) return true;
  if (kind_ == Kind::text) return as_text() == other.as_text();
  if (kind_ == Kind::real) return real_ == other.real_;
  return integer_ == other.integer_;  // the number itself, or the address of what is referred to
}

}  // namespace dynamo::jinja
