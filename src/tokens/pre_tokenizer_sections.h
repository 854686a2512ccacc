#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

#include "text/range.h"

// Cutting a text at delimiters: first it is divided into sections, which are delimiters or what lies between
// them, and then the sections are put together to parts.

namespace dynamo::tokens {

/// What becomes of the delimiters. Of "the-final--countdown", cut at "-":
enum class Delimiters : std::uint8_t {
  removed,               // the | final | countdown
  isolated,              // the | - | final | - | - | countdown
  merged_with_previous,  // the- | final- | - | countdown
  merged_with_next,      // the | -final | - | -countdown
  contiguous,            // the | - | final | -- | countdown
};

/// The member `behavior` of a definition. Errors: invalid.
Result<Delimiters> delimiters_member(const json::value& definition);

/// A stretch of a text; the sections of a text follow one another without gaps.
struct Section {
  text::Range range;
  bool is_delimiter;
};

/// Sections of a text of `size` bytes in which `matches` (in order, not overlapping) are the delimiters.
std::vector<Section> sections_of(const std::vector<text::Range>& matches, std::size_t size);

/// Appends to `parts` what the sections make up; empty parts are left out.
void join_sections(const std::vector<Section>& sections, Delimiters delimiters,
                   std::vector<text::Range>& parts);

}  // namespace dynamo::tokens
