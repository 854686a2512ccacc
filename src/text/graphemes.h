#pragma once

#include <cstddef>
#include <string_view>

namespace dynamo::text {

/// End of the extended grapheme cluster (UAX #29, Unicode 17) that begins at byte `at` of `text`, which must
/// be valid UTF-8. Clusters are found from the beginning of a text on: `at` is 0 or the end of the one
/// before.
std::size_t grapheme_end(std::string_view text, std::size_t at);

}  // namespace dynamo::text
