#include "tokens/definition.h"

#include "text/utf8.h"

namespace dynamo::tokens {
namespace {

/// The member, null where it is absent or a JSON null.
const json::value* member(const json::value& definition, std::string_view key) {
  const json::value* found = json::find(definition, {key});
  return found && !found->is_null() ? found : nullptr;
}

auto wrong(std::string_view key, std::string_view wanted) {
  return fail(Errc::invalid, fmt::format("`{}` must be {}", key, wanted));
}

std::string_view view(const json::value& string) { return string.get_string(); }

}  // namespace

Result<std::string_view> type_of(const json::value& definition) {
  if (!definition.is_object()) return fail(Errc::invalid, "not an object");
  return string_member(definition, "type");
}

Result<bool> bool_member(const json::value& definition, std::string_view key, std::optional<bool> fallback) {
  const json::value* found = member(definition, key);
  if (!found && fallback) return *fallback;
  if (!found || !found->is_bool()) return wrong(key, "true or false");
  return found->get_bool();
}

Result<std::string_view> string_member(const json::value& definition, std::string_view key) {
  const json::value* found = member(definition, key);
  if (!found || !found->is_string()) return wrong(key, "a string");
  return view(*found);
}

Result<char32_t> character_member(const json::value& definition, std::string_view key) {
  const auto text = string_member(definition, key);
  if (!text || text->empty() || !text::is_valid(*text)) return wrong(key, "one character");
  std::size_t at = 0;
  const char32_t character = text::next_character(*text, at);
  if (at != text->size()) return wrong(key, "one character");
  return character;
}

Result<text::Finder> finder_member(const json::value& definition) {
  if (const auto source = regex_member(definition)) return text::Finder::pattern(*source);
  const json::value* literal = json::find(definition, {"pattern", "String"});
  if (!literal || !literal->is_string()) return wrong("pattern", R"({"String": "…"} or {"Regex": "…"})");
  return text::Finder::literal(view(*literal));
}

std::optional<std::string_view> regex_member(const json::value& definition) {
  const json::value* source = json::find(definition, {"pattern", "Regex"});
  if (!source || !source->is_string()) return std::nullopt;
  return view(*source);
}

Result<const json::array*> list_member(const json::value& definition, std::string_view key) {
  const json::value* found = member(definition, key);
  if (!found || !found->is_array()) return wrong(key, "a list");
  return &found->get_array();
}

}  // namespace dynamo::tokens
