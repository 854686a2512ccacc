#pragma once

#include <string_view>

#include "text/pattern_tree.h"

namespace dynamo::text::pattern {

/// These folded characters in any case, one after the other.
Sequence folded_sequence(std::u32string_view folded);

/// The same pattern without literals whose case is ignored: they become characters and sets. Within
/// look-behind a character stands for single characters only; elsewhere two or three may also be the same as
/// one (ss is ß).
Node without_ignored_case(Node node, Direction look = Direction::ahead);

}  // namespace dynamo::text::pattern
