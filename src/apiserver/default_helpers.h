#pragma once

#include "base/json.h"

namespace dynamo::apiserver {

/// Sets member `key` when it is absent or null. `value` may be another member of `object`: it is copied
/// before the object grows.
template <class Value>
void set_default(json::object& object, std::string_view key, Value&& value) {
  const json::value* present = object.if_contains(key);
  if (present != nullptr && !present->is_null()) return;
  json::value wanted(std::forward<Value>(value));
  object[key] = std::move(wanted);
}

/// Calls `each(object)` for every object in the list `key`.
template <class Each>
void for_each_object(json::object& object, std::string_view key, Each each) {
  json::value* found = object.if_contains(key);
  json::array* items = found == nullptr ? nullptr : found->if_array();
  for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
    if (json::object* item = (*items)[i].if_object()) each(*item);
  }
}

/// The object at `key`; null when there is none.
inline json::object* object_in(json::object& object, std::string_view key) {
  json::value* found = object.if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}

}  // namespace dynamo::apiserver
