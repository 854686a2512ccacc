#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynamo::parsers {

enum class Match { no, maybe, yes };

/// Whether `text` begins with `marker`; maybe: it ends before that is certain. `closed`: no more text comes,
/// so there is no maybe.
Match begins_with(std::string_view text, std::string_view marker, bool closed);

/// The markers of both lists.
std::vector<std::string> joined(std::vector<std::string> markers, const std::vector<std::string>& more);

/// A few strings that a model writes between the parts of its answer.
class Markers {
 public:
  explicit Markers(std::vector<std::string> markers);

  struct Hit {
    std::size_t at;                            // text before this is certain to hold no marker
    std::optional<std::string_view> marker{};  // the one that stands at `at`, if one does
    friend bool operator==(const Hit&, const Hit&) = default;
  };
  /// The first marker in `text`. Without one, `at` is where a marker may have begun, or the end.
  Hit find(std::string_view text, bool closed) const;

  struct Start {
    Match match;
    std::string_view marker{};  // where match is yes
  };
  /// The marker that `text` begins with; of two that begin alike the longer one.
  Start at_start(std::string_view text, bool closed) const;

 private:
  std::vector<std::string> markers_;
  std::array<bool, 256> first_bytes_{};
};

}  // namespace dynamo::parsers
