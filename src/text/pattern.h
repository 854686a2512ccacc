#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "base/error.h"

#include "text/aligned_text.h"

// Regular expressions over UTF-8 as Oniguruma 6.9.10 reads and matches them in its default syntax, which is
// what the `tokenizers` library gives its patterns to. Unlike there, matching is bounded: a search counts its
// steps and its memory and gives up rather than run away.

namespace dynamo::text {

namespace pattern {
struct Program;
}

/// How much work may be done; all searches in one text share it.
struct SearchLimits {
  std::uint64_t steps;         // instructions
  std::uint32_t alternatives;  // places to come back to that a match attempt may remember (16 bytes each)

  /// Room for all matches of a tokenizer's pattern in a text of so many bytes, megabytes in one word
  /// included: patterns of models take some 10 steps a byte. Linear in the text whatever the pattern, and
  /// little enough at the start that a text cut into many is still bounded.
  static constexpr SearchLimits for_text(std::size_t size) {
    return {.steps = (1U << 13) + std::uint64_t{512} * size, .alternatives = 1U << 20};
  }
};

/// A compiled pattern. Immutable: any number of threads may search with one.
class Pattern {
 public:
  enum class Outcome : std::uint8_t { found, none, gave_up };

  struct Search {
    Outcome outcome = Outcome::none;
    Range range;              // of the match where found
    std::uint64_t steps = 0;  // that it took

    /// Nothing where none was found, for whatever reason.
    std::optional<Range> match() const {
      return outcome == Outcome::found ? std::optional(range) : std::nullopt;
    }
  };

  /// Errors: invalid (not a pattern; says the byte), unsupported (a feature left out, by name:
  /// backreferences, subexpression calls, conditionals, absent groups, callouts, \K, \X, \y), too_large
  /// (beyond the limits on length, nesting, or size of the program).
  static Result<Pattern> compile(std::string_view source);

  /// The leftmost match that begins at or after byte `from`, with all of `text` in sight of look-around and
  /// anchors. Bytes that are not UTF-8 count as characters of their own that no named class has.
  Search search(std::string_view text, std::size_t from, const SearchLimits& limits) const;
  Search search(std::string_view text, std::size_t from = 0) const {
    return search(text, from, SearchLimits::for_text(text.size()));
  }

 private:
  explicit Pattern(std::shared_ptr<const pattern::Program> program) : program_(std::move(program)) {}

  std::shared_ptr<const pattern::Program> program_;
};

}  // namespace dynamo::text
