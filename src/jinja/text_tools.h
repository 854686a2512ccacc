#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What Python's `str` methods do, as functions of texts. Counts and widths are in characters; a negative
/// count of splits or replacements means all.
namespace dynamo::jinja {

std::vector<std::string_view> split_at_space(std::string_view text, std::int64_t most);
std::vector<std::string_view> split_at(std::string_view text, std::string_view separator, std::int64_t most);
/// From the end of the text on.
std::vector<std::string_view> split_back_at_space(std::string_view text, std::int64_t most);
std::vector<std::string_view> split_back_at(std::string_view text, std::string_view separator,
                                            std::int64_t most);
std::vector<std::string_view> split_lines(std::string_view text, bool keep_ends);

/// Without characters of `characters` at the ends.
std::string_view strip_left(std::string_view text, std::string_view characters);
std::string_view strip_right(std::string_view text, std::string_view characters);

std::string replace(std::string_view text, std::string_view old, std::string_view with, std::int64_t most);

enum class Align : std::uint8_t { left, right, center };
/// `text` in a field of `width` characters.
std::string pad(std::string_view text, std::int64_t width, std::string_view fill, Align align);

}  // namespace dynamo::jinja
