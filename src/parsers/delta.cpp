#include "parsers/delta.h"

namespace dynamo::parsers {
namespace {

using Kind = Delta::Kind;

bool about_a_call(Kind kind) { return kind == Kind::call || kind == Kind::arguments; }

bool goes_on(const Delta& last, const Delta& next) {
  if (next.kind == Kind::arguments) return about_a_call(last.kind) && last.index == next.index;
  return next.kind != Kind::call && last.kind == next.kind;
}

json::object call_json(const Delta& call) {
  return {{"id", call.id},
          {"type", "function"},
          {"function", json::object{{"name", call.name}, {"arguments", call.text}}}};
}

json::object call_delta(const Delta& delta) {
  json::object call{{"index", delta.index}};
  if (delta.kind == Kind::call) {
    for (auto& member : call_json(delta)) call[member.key()] = std::move(member.value());
  } else {
    call["function"] = json::object{{"arguments", delta.text}};
  }
  return call;
}

}  // namespace

void append_delta(std::vector<Delta>& deltas, Delta next) {
  if (!deltas.empty() && goes_on(deltas.back(), next)) {
    deltas.back().text += next.text;
  } else {
    deltas.push_back(std::move(next));
  }
}

json::object to_json(const Delta& delta) {
  switch (delta.kind) {
    case Kind::reasoning:
      return {{"reasoning_content", delta.text}};
    case Kind::content:
      return {{"content", delta.text}};
    case Kind::call:
    case Kind::arguments:
      return {{"tool_calls", json::array{call_delta(delta)}}};
  }
  return {};
}

json::object message_of(const std::vector<Delta>& deltas) {
  std::string reasoning;
  std::string content;
  std::vector<Delta> calls;
  for (const Delta& delta : deltas) {
    if (delta.kind == Kind::reasoning) reasoning += delta.text;
    if (delta.kind == Kind::content) content += delta.text;
    if (delta.kind == Kind::call) calls.push_back(delta);
    if (delta.kind == Kind::arguments) calls.at(delta.index).text += delta.text;
  }

  json::object message{{"role", "assistant"}, {"content", nullptr}};
  if (!content.empty()) message["content"] = content;
  if (!reasoning.empty()) message["reasoning_content"] = reasoning;
  if (calls.empty()) return message;
  json::array list;
  for (const Delta& call : calls) list.push_back(call_json(call));
  message["tool_calls"] = std::move(list);
  return message;
}

}  // namespace dynamo::parsers
