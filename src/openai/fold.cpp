#include "openai/fold.h"

#include <array>

#include "openai/error_body.h"
#include "openai/event_stream.h"

namespace dynamo::openai {
namespace {

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

/// Text members that come in pieces.
constexpr std::array<std::string_view, 6> kJoined{"content",           "refusal",   "reasoning",
                                                  "reasoning_content", "arguments", "text"};
/// Members that keep their first value.
constexpr std::array<std::string_view, 7> kFirst{
    "id", "type", "role", "created", "model", "name", "prompt_token_ids"};
/// Lists that are concatenated.
constexpr std::array<std::string_view, 7> kConcatenated{
    "content", "refusal", "tokens", "token_logprobs", "top_logprobs", "text_offset", "token_ids"};

std::string_view key_of(const json::object::value_type& member) {
  return {member.key().data(), member.key().size()};
}

void merge_object(json::object& into, const json::object& from);

/// List whose items carry an `index`: each is merged into the item of that index, made where it is new.
void merge_indexed(json::array& into, const json::array& from) {
  for (const auto& item : from) {
    const auto index = json::int_at(item, {"index"});
    if (!index || !item.is_object()) {
      into.push_back(item);
      continue;
    }
    const auto same =
        std::ranges::find_if(into, [&](const auto& held) { return json::int_at(held, {"index"}) == index; });
    if (same == into.end()) {
      into.push_back(item);
    } else if (same->is_object()) {
      merge_object(same->get_object(), item.get_object());
    }
  }
}

void append(json::array& into, const json::array& from) { into.insert(into.end(), from.begin(), from.end()); }

void merge_member(json::value& into, std::string_view key, const json::value& from) {
  if (from.is_null()) return;
  if (into.is_null()) {
    into = from;
  } else if (into.is_string() && from.is_string() && is_one_of(key, kJoined)) {
    into.get_string().append(from.get_string());
  } else if (is_one_of(key, kFirst)) {
    return;
  } else if (into.is_array() && from.is_array()) {
    if (key == "tool_calls") return merge_indexed(into.get_array(), from.get_array());
    if (is_one_of(key, kConcatenated)) return append(into.get_array(), from.get_array());
    into = from;
  } else if (into.is_object() && from.is_object()) {
    merge_object(into.get_object(), from.get_object());
  } else {
    into = from;
  }
}

void merge_object(json::object& into, const json::object& from) {
  for (const auto& member : from) merge_member(into[member.key()], key_of(member), member.value());
}

/// The message of a chat choice: what the deltas said, in the order readers expect, stream-only members left
/// out.
json::object finish_message(json::object delta) {
  json::object out;
  const json::value* role = delta.if_contains("role");
  out["role"] = role == nullptr || role->is_null() ? json::value("assistant") : *role;
  json::value content = delta.contains("content") ? delta["content"] : json::value(nullptr);
  const json::value* calls = delta.if_contains("tool_calls");
  const bool has_calls = calls != nullptr && calls->is_array() && !calls->get_array().empty();
  const bool is_empty = content.is_null() || (content.is_string() && content.get_string().empty());
  if (is_empty) content = has_calls ? json::value(nullptr) : json::value("");
  out["content"] = std::move(content);
  for (auto& member : delta) {
    if (!out.contains(member.key())) out[member.key()] = std::move(member.value());
  }
  if (!has_calls) {
    out.stable_erase("tool_calls");
    return out;
  }
  for (auto& call : out["tool_calls"].get_array()) {
    if (auto* object = call.if_object()) object->stable_erase("index");
  }
  return out;
}

json::object finish_choice(Endpoint endpoint, std::int64_t index, json::object choice) {
  json::object out;
  out["index"] = index;
  if (endpoint == Endpoint::chat) {
    out["message"] = finish_message(json::ensure_object(choice, "delta"));
  } else {
    const json::value* text = choice.if_contains("text");
    out["text"] = text == nullptr || text->is_null() ? json::value("") : *text;
  }
  choice.stable_erase("delta");
  for (const std::string_view known : {"logprobs", "finish_reason"}) {
    out[known] = choice.contains(known) ? choice[known] : json::value(nullptr);
  }
  for (auto& member : choice) {
    if (!out.contains(member.key())) out[member.key()] = std::move(member.value());
  }
  return out;
}

Error error_in(const json::value& chunk) {
  const auto code =
      json::int_at(chunk, {"error", "code"}).value_or(json::int_at(chunk, {"code"}).value_or(500));
  return parse_error(code >= 400 && code < 600 ? static_cast<int>(code) : 500, json::dump(chunk));
}

}  // namespace

Result<void> Fold::add(std::string_view data) {
  if (data == kDoneData) {
    done_ = true;
    return {};
  }
  if (data.size() > left_)
    return fail(Errc::too_large, "the engine's answer is larger than a folded answer may be");
  left_ -= data.size();

  auto parsed = json::parse(data);
  if (!parsed) return fail(Errc::unavailable, "the engine sent a chunk that is " + parsed.error().message);
  const auto* chunk = parsed->if_object();
  if (chunk == nullptr) return fail(Errc::unavailable, "the engine sent a chunk that is not a JSON object");
  const json::value* error = chunk->if_contains("error");
  if (error != nullptr && !error->is_null()) return std::unexpected(error_in(*parsed));

  for (const auto& member : *chunk) {
    const auto key = key_of(member);
    if (key == "choices") {
      const auto* list = member.value().if_array();
      if (list == nullptr) continue;
      for (const auto& choice : *list) {
        if (const auto* object = choice.if_object()) add_choice(*object);
      }
    } else if (key == "usage") {
      if (member.value().is_object()) top_["usage"] = member.value();
    } else {
      merge_member(top_[member.key()], key, member.value());
    }
  }
  return {};
}

void Fold::add_choice(const json::object& choice) {
  const json::value* index = choice.if_contains("index");
  const std::int64_t at = index != nullptr && index->is_int64() ? index->get_int64() : 0;
  json::object& held = choices_[at];
  merge_object(held, choice);
}

bool Fold::complete() const noexcept {
  return !choices_.empty() && std::ranges::all_of(choices_, [](const auto& entry) {
    const json::value* reason = entry.second.if_contains("finish_reason");
    return reason != nullptr && reason->is_string();
  });
}

json::object Fold::take() {
  json::object out;
  for (const std::string_view first : {"id", "object", "created", "model"}) {
    if (top_.contains(first)) out[first] = top_[first];
  }
  out["object"] = endpoint_ == Endpoint::chat ? "chat.completion" : "text_completion";
  json::array& choices = out["choices"].emplace_array();
  for (auto& [index, choice] : choices_)
    choices.push_back(finish_choice(endpoint_, index, std::move(choice)));
  for (auto& member : top_) {
    if (!out.contains(member.key())) out[member.key()] = std::move(member.value());
  }
  return out;
}

}  // namespace dynamo::openai
