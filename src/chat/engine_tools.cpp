#include "chat/engine_tools.h"

namespace dynamo::chat {
namespace {

/// Appends the member `name` of `from` where it is there and not null.
void copy_if_set(const json::object& from, std::string_view name, json::object& to) {
  const json::value* member = from.if_contains(name);
  if (member != nullptr && !member->is_null()) to.emplace(name, *member);
}

void copy_or_null(const json::object& from, std::string_view name, json::object& to) {
  const json::value* member = from.if_contains(name);
  to.emplace(name, member == nullptr ? json::value{} : *member);
}

json::object function_of(const json::object& from) {
  json::object function;
  copy_or_null(from, "name", function);
  copy_or_null(from, "description", function);
  copy_or_null(from, "parameters", function);
  copy_if_set(from, "strict", function);
  copy_if_set(from, "defer_loading", function);
  return function;
}

json::value tool_for_engine(const json::value& tool) {
  const json::value* function = json::find(tool, {"function"});
  if (function == nullptr || !function->is_object()) return tool;
  return json::object{{"type", "function"}, {"function", function_of(function->get_object())}};
}

/// `first` in this order where they are there, then all the others.
json::object in_order(const json::object& from, std::initializer_list<std::string_view> first) {
  json::object ordered;
  ordered.reserve(from.size());
  for (const std::string_view name : first) {
    if (const json::value* member = from.if_contains(name)) ordered.emplace(name, *member);
  }
  for (const auto& [name, member] : from) ordered.emplace(name, member);  // those there already stay
  return ordered;
}

/// An object whatever the client sent.
json::object read_call_arguments(const json::value& sent) {
  if (sent.is_object()) return sent.get_object();
  if (!sent.is_string()) return {};
  auto parsed = json::parse(sent.get_string());
  if (!parsed || !parsed->is_object()) return {};
  return std::move(parsed->get_object());
}

json::value call_for_engine(const json::value& call) {
  if (!call.is_object()) return call;
  json::object ordered = in_order(call.get_object(), {"id", "function", "type"});
  json::value* function = ordered.if_contains("function");
  if (function == nullptr || !function->is_object()) return ordered;
  json::object members = in_order(function->get_object(), {"arguments", "name"});
  members["arguments"] = read_call_arguments(members["arguments"]);
  *function = std::move(members);
  return ordered;
}

}  // namespace

json::array tools_for_engine(const json::array& tools) {
  json::array prepared;
  prepared.reserve(tools.size());
  for (const json::value& tool : tools) prepared.push_back(tool_for_engine(tool));
  return prepared;
}

json::array tool_calls_for_engine(const json::array& calls) {
  json::array prepared;
  prepared.reserve(calls.size());
  for (const json::value& call : calls) prepared.push_back(call_for_engine(call));
  return prepared;
}

}  // namespace dynamo::chat
