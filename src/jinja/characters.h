#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Text as Python's `str` sees it: a sequence of characters (code points), over UTF-8. A byte that is no
/// UTF-8 counts as one character; lone surrogates, which template literals may hold, are written in three
/// bytes.
namespace dynamo::jinja {

/// The character at `at`, which moves behind it. `at` must be inside the text.
char32_t next_character(std::string_view text, std::size_t& at);
/// Where the character before `at` begins. `at` must not be 0.
std::size_t previous_boundary(std::string_view text, std::size_t at);
void append_character(std::string& out, char32_t character);
/// The character as an escape in ASCII: "\x41", "\u20ac" or "\U0001f600", the shortest of them.
void append_escape(std::string& out, char32_t character);

std::size_t character_count(std::string_view text);
/// The byte at which character number `index` begins; the end when there are fewer.
std::size_t byte_of_character(std::string_view text, std::size_t index);
bool is_ascii(std::string_view text);
bool is_valid_utf8(std::string_view text);
/// Whether a lone surrogate, which cannot be sent anywhere as UTF-8, is in the text.
bool has_surrogate(std::string_view text);

/// Character classes with the meaning of Python's `str` methods of these names.
bool is_space(char32_t c);
bool is_alpha(char32_t c);
bool is_decimal(char32_t c);
bool is_digit(char32_t c);
bool is_numeric(char32_t c);
bool is_alnum(char32_t c);
bool is_printable(char32_t c);
bool is_lower(char32_t c);
bool is_upper(char32_t c);
bool is_title(char32_t c);
/// Whether there are cased characters, all of that case.
bool is_lower(std::string_view text);
bool is_upper(std::string_view text);

/// Case mapping with the results of Python's methods of these names, special cases included.
std::string upper(std::string_view text);
std::string lower(std::string_view text);
std::string title(std::string_view text);
std::string capitalize(std::string_view text);
std::string swapcase(std::string_view text);
std::string casefold(std::string_view text);

/// Without white space at the ends.
std::string_view strip_left(std::string_view text);
std::string_view strip_right(std::string_view text);

}  // namespace dynamo::jinja
