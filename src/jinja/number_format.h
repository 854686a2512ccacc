#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "jinja/runtime.h"

/// The parts that `%` and `str.format` share: numbers laid out as a conversion letter says.
namespace dynamo::jinja {

/// The digits of `value`'s magnitude for 'd', 'x', 'X', 'o' or 'b'.
std::string magnitude_digits(std::int64_t value, char type);
/// "0x", "0o" and the like for `type`; nothing for decimal numbers.
std::string_view base_prefix(char type);
/// The magnitude of `value` for 'e', 'f', 'g' or their capitals; `alternate` keeps the point and zeros of
/// '#'.
std::string real_digits(double value, char type, int precision, bool alternate);

/// A width or precision as formats have it; fails when it is too large to be meant.
inline constexpr std::int64_t kWidestField = 1'000'000;
std::int64_t take_number(Runtime& runtime, std::string_view text, std::size_t& at);

}  // namespace dynamo::jinja
