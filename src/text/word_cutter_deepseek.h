#pragma once

#include <cstddef>
#include <string_view>

namespace dynamo::text::words {

/// The words of DeepSeek V3: three patterns in sequence, for numbers, for kana and ideographs, and for the
/// rest, where some characters (control characters, say) are in no match and pieces of their own.
std::size_t next_deepseek_word(std::string_view text, std::size_t at);

}  // namespace dynamo::text::words
