#pragma once

#include <cstdint>
#include <string_view>

#include "text/edits.h"

namespace dynamo::text {

/// The normal forms of Unicode (UAX #15).
enum class NormalForm : std::uint8_t { nfc, nfd, nfkc, nfkd };

/// Length of a beginning of `text` that has the form already and keeps it whatever stands behind; all of it,
/// or up to a place from where on normalize() is the same as if it had begun there. Fast.
std::size_t normal_prefix(NormalForm form, std::string_view text);

/// Writes `text` (valid UTF-8) in its normal form to `out`: Edits or PlainEdits.
/// Linear time, but for sorting each run of combining marks.
template <class Out>
void normalize(NormalForm form, std::string_view text, Out& out);

extern template void normalize(NormalForm form, std::string_view text, Edits& out);
extern template void normalize(NormalForm form, std::string_view text, PlainEdits& out);

}  // namespace dynamo::text
