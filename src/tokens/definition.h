#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

#include "text/finder.h"

// Reading the members of one definition in a tokenizer.json, e.g. of one normalizer.

namespace dynamo::tokens {

/// The definition's "type". Errors: invalid when `definition` is not an object with one.
Result<std::string_view> type_of(const json::value& definition);

/// A member that is true or false; `fallback` when it is absent or null. Errors: invalid, also for an absent
/// member without a fallback.
Result<bool> bool_member(const json::value& definition, std::string_view key,
                         std::optional<bool> fallback = std::nullopt);
/// A member that is a string. Errors: invalid.
Result<std::string_view> string_member(const json::value& definition, std::string_view key);
/// A member that is a string of one character. Errors: invalid.
Result<char32_t> character_member(const json::value& definition, std::string_view key);
/// The member `pattern`: {"String": "…"} or {"Regex": "…"}. Errors: invalid, and those of patterns.
Result<text::Finder> finder_member(const json::value& definition);
/// The source of the member `pattern` where it is {"Regex": "…"}.
std::optional<std::string_view> regex_member(const json::value& definition);
/// The member `key`, a list. Errors: invalid.
Result<const json::array*> list_member(const json::value& definition, std::string_view key);

}  // namespace dynamo::tokens
