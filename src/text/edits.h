#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/code_point.h"
#include "text/utf8.h"

// Where rewritten text goes. Rules that rewrite are templates over one of these two: Edits remembers how the
// new characters stand to the old ones, PlainEdits only writes them.

namespace dynamo::text {

/// What a rewriting did: the new characters in order, each saying which old ones it stands for.
///   change  0   replaces one old character
///   change  1   is added: it shares the origin of what stands before it
///   change -n   replaces one old character, and the n old ones behind that one are gone
/// These are the rules of the `tokenizers` library, so that offsets come out equal.
class Edits {
 public:
  struct Edit {
    char32_t character;
    std::int32_t change;
    friend bool operator==(const Edit&, const Edit&) = default;
  };

  /// Every character of `run` stays as it is.
  void keep(std::string_view run) {
    for (std::size_t at = 0; at < run.size();) put(next_character(run, at), 0);
  }
  /// A new character.
  void put(char32_t character, std::int32_t change) { list_.push_back({character, change}); }
  /// The next old character has no successor.
  void skip() {
    if (list_.empty()) {
      ++skipped_at_start_;
    } else {
      --list_.back().change;
    }
  }
  /// The change of the last new character, if there is any, grows by `by`.
  void adjust_last(std::int32_t by) {
    if (!list_.empty()) list_.back().change += by;
  }

  std::span<const Edit> list() const noexcept { return list_; }
  /// Old characters that are gone at the very beginning.
  std::size_t skipped_at_start() const noexcept { return skipped_at_start_; }

 private:
  std::vector<Edit> list_;
  std::size_t skipped_at_start_ = 0;
};

/// Writes the new text behind what `out` holds.
class PlainEdits {
 public:
  explicit PlainEdits(std::string& out) : out_(out) {}

  void keep(std::string_view run) { out_.append(run); }
  void put(char32_t character, std::int32_t /*change*/) { append_code_point(out_, character); }
  void skip() {}
  void adjust_last(std::int32_t /*by*/) {}

 private:
  std::string& out_;
};

}  // namespace dynamo::text
