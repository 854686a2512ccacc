#include "graph/overlay.h"

#include <algorithm>
#include <array>

#include "graph/env.h"

namespace dynamo::graph {
namespace {

constexpr auto kHandlers = std::to_array<std::string_view>({"exec", "httpGet", "tcpSocket", "grpc", "sleep"});

bool says_nothing(const json::value& v) {
  if (v.is_object()) return v.get_object().empty();
  if (v.is_array()) return v.get_array().empty();
  if (v.is_string()) return v.get_string().empty();
  return v.is_null();
}

bool says(const json::object& object, std::string_view key) {
  const json::value* member = object.if_contains(key);
  return member && !says_nothing(*member);
}

/// `over` brings a handler of its own: those of the base go, unless it is the same one.
void drop_other_handlers(json::object& base, const json::object& over) {
  if (std::ranges::none_of(kHandlers, [&](std::string_view key) { return says(over, key); })) return;
  for (const std::string_view key : kHandlers) {
    if (!says(over, key)) base.erase(key);
  }
}

}  // namespace

void overlay(json::object& base, const json::object& over) {
  drop_other_handlers(base, over);
  for (const auto& [key, value] : over) {
    if (says_nothing(value)) continue;
    json::value* there = base.if_contains(key);
    if (there && there->is_object() && value.is_object()) {
      overlay(there->get_object(), value.get_object());
    } else {
      base[key] = value;
    }
  }
}

void overlay_container(json::object& base, const json::object& over) {
  const json::array env = merge_env(env_of(base), env_of(over));
  if (says(over, "command")) base.erase("args");
  if (says(over, "startupProbe")) base.erase("startupProbe");
  overlay(base, over);
  if (!env.empty()) base["env"] = env;
}

json::array& ensure_array(json::object& object, std::string_view key) {
  json::value& list = object[key];
  if (!list.is_array()) list.emplace_array();
  return list.get_array();
}

const json::object* find_by(const json::array& list, std::string_view key, std::string_view value) {
  for (const json::value& entry : list) {
    if (entry.is_object() && json::string_at(entry, {key}) == value) return &entry.get_object();
  }
  return nullptr;
}

}  // namespace dynamo::graph
