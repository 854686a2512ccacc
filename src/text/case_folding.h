#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/code_set.h"

// Which characters are the same when case is ignored, as Oniguruma has it: Unicode's full case folding, where
// one character may be the same as two or three (ß is ss), without the rules for Turkish.

namespace dynamo::text {

/// What the character folds to where that is one character; else the character itself.
char32_t fold_case(char32_t code);

/// What the character folds to where that is more than one character; else nothing.
std::u32string_view long_fold(char32_t code);

/// All characters that are the same as this one, itself included.
CodeSet case_variants(char32_t code);

/// The characters that fold to these two or three folded ones.
CodeSet characters_folding_to(std::u32string_view codes);

/// The set with the variants of all its characters.
CodeSet with_case_variants(const CodeSet& set);

/// The distinct strings of several characters that characters of the set fold to, shorter ones first.
std::vector<std::u32string_view> long_folds(const CodeSet& set);

}  // namespace dynamo::text
