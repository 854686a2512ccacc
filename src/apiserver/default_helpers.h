#pragma once

#include "base/json.h"

namespace dynamo::apiserver {

/// Sets member `key` when it is absent or null.
template <class Value>
void set_default(json::object& object, std::string_view key, Value&& value) {
  json::value& slot = object[key];
  if (slot.is_null()) slot = json::value(std::forward<Value>(value));
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
