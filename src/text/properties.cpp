#include "text/properties.h"

namespace dynamo::text {
namespace {

/// Where in kDecomposed the two decompositions of a character stand.
struct Decomposition {
  char32_t character;
  std::uint16_t canonical;
  std::uint8_t canonical_size;
  std::uint16_t compatible;
  std::uint8_t compatible_size;
};

struct Composition {
  char32_t first;
  char32_t second;
  char32_t composed;
};

#include "text/properties_tables.inc"

constexpr unsigned kBlockBits = 7;  // BLOCK of the script

const Decomposition* decomposition_of(char32_t character) {
  const auto* found = std::ranges::lower_bound(kDecompositions, character, {}, &Decomposition::character);
  return found != std::ranges::end(kDecompositions) && found->character == character ? found : nullptr;
}

}  // namespace

const Properties& properties(char32_t character) noexcept {
  const std::size_t block = kBlockOf[character >> kBlockBits];
  const std::size_t place = character & ((1U << kBlockBits) - 1);
  return kRecords[kRecordOf[(block << kBlockBits) + place]];
}

std::u32string_view canonical_decomposition(char32_t character) {
  const Decomposition* found = decomposition_of(character);
  return found ? std::u32string_view(kDecomposed + found->canonical, found->canonical_size)
               : std::u32string_view();
}

std::u32string_view compatible_decomposition(char32_t character) {
  const Decomposition* found = decomposition_of(character);
  return found ? std::u32string_view(kDecomposed + found->compatible, found->compatible_size)
               : std::u32string_view();
}

std::optional<char32_t> composition(char32_t first, char32_t second) {
  const auto key = [](const Composition& pair) { return std::pair(pair.first, pair.second); };
  const auto* found = std::ranges::lower_bound(kCompositions, std::pair(first, second), {}, key);
  if (found == std::ranges::end(kCompositions) || key(*found) != std::pair(first, second))
    return std::nullopt;
  return found->composed;
}

}  // namespace dynamo::text
