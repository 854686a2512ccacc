#pragma once

#include <string>
#include <string_view>

namespace dynamo::openai {

/// Appends `text` as a JSON string, quotes included. Control characters, quotes and backslashes are escaped;
/// each byte that is not part of valid UTF-8 becomes U+FFFD, so the output is valid JSON whatever an engine
/// produced.
void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

}  // namespace dynamo::openai
