#include "graph/env.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace dynamo::graph {
namespace {

using ByName = std::map<std::string, json::value, std::less<>>;

std::string name_of(const json::value& entry) { return std::string(json::string_at(entry, {"name"})); }

/// The names in `value` that stand as $(NAME); $$(NAME) is an escaped one.
std::vector<std::string> references_of(std::string_view value) {
  std::vector<std::string> names;
  for (std::size_t at = value.find('$'); at != std::string_view::npos && at + 1 < value.size();
       at = value.find('$', at)) {
    const auto end = value[at + 1] == '(' ? value.find(')', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      at += value[at + 1] == '$' ? 2 : 1;
      continue;
    }
    names.emplace_back(value.substr(at + 2, end - at - 2));
    at = end + 1;
  }
  return names;
}

constexpr int kMaxChain = 100;  // references followed one behind the other; bounds the stack

/// Writes `name` behind everything it refers to. `begun` holds all that this was called for.
void place(const std::string& name, ByName& left, std::set<std::string>& begun, json::array& out,
           int depth = 0) {
  if (depth > kMaxChain || !left.contains(name) || !begun.insert(name).second) return;
  for (const std::string& needed : references_of(json::string_at(left.at(name), {"value"}))) {
    place(needed, left, begun, out, depth + 1);
  }
  auto entry = left.extract(name);
  out.push_back(std::move(entry.mapped()));
}

}  // namespace

json::object env_value(std::string_view name, std::string_view value) {
  return {{"name", name}, {"value", value}};
}

json::object env_field(std::string_view name, std::string_view field_path) {
  return {{"name", name}, {"valueFrom", {{"fieldRef", {{"fieldPath", field_path}}}}}};
}

const json::array& env_of(const json::object& container) {
  static const json::array kNone;
  const json::value* env = container.if_contains("env");
  return env && env->is_array() ? env->get_array() : kNone;
}

json::array merge_env(const json::array& base, const json::array& over) {
  json::array merged;
  std::map<std::string, std::size_t, std::less<>> places;
  const auto take = [&](const json::array& list) {
    for (const json::value& entry : list) {
      const auto [place, fresh] = places.emplace(name_of(entry), merged.size());
      if (fresh) {
        merged.push_back(entry);
      } else {
        merged[place->second] = entry;
      }
    }
  };
  take(base);
  take(over);
  return merged;
}

json::array order_env(json::array env) {
  ByName left;
  for (json::value& entry : env) {
    std::string name = name_of(entry);
    left.insert_or_assign(std::move(name), std::move(entry));
  }
  json::array ordered;
  std::set<std::string> begun;
  std::vector<std::string> names;
  for (const auto& [name, entry] : left) names.push_back(name);
  for (const std::string& name : names) place(name, left, begun, ordered);
  return ordered;
}

}  // namespace dynamo::graph
