#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

/// Boost.JSON is the one document model of the project; these are the few helpers that it lacks.
namespace dynamo::json {

using boost::json::array;
using boost::json::object;
using boost::json::string;
using boost::json::value;

/// Reads one JSON document; nesting up to 64, nothing but white space behind it.
/// Errors: invalid, with the line and column where reading stopped.
Result<value> parse(std::string_view text);

/// Compact text. Doubles that hold whole numbers keep no exponent ("1e0" is never written).
std::string dump(const value& v);
std::string dump(const object& o);
/// Indented by two spaces, for people and golden files.
std::string dump_pretty(const value& v);

/// Steps down through objects by key; null pointer where a step is missing or not an object.
const value* find(const value& v, std::initializer_list<std::string_view> path);
const value* find(const object& o, std::initializer_list<std::string_view> path);
value* find(value& v, std::initializer_list<std::string_view> path);

/// The string at `path`, or `fallback` when it is absent or not a string. The view lives as long as `v`.
std::string_view string_at(const value& v, std::initializer_list<std::string_view> path,
                           std::string_view fallback = {});
std::string_view string_at(const object& o, std::initializer_list<std::string_view> path,
                           std::string_view fallback = {});
/// The whole number at `path`, if it is one and fits.
std::optional<std::int64_t> int_at(const value& v, std::initializer_list<std::string_view> path);
bool bool_at(const value& v, std::initializer_list<std::string_view> path, bool fallback = false);

/// Sub-object of `o` at `key`, made (or replaced, when it is something else) where needed.
object& ensure_object(object& o, std::string_view key);

}  // namespace dynamo::json
