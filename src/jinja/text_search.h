#pragma once

#include <string_view>

/// Where one text is in another, found in time linear to the one searched, whatever they hold: templates and
/// clients choose them.
namespace dynamo::jinja {

/// The first place of `what` at or behind `from`, as std::string_view::find.
std::size_t find_first(std::string_view text, std::string_view what, std::size_t from = 0);
/// The last place of `what`, as std::string_view::rfind.
std::size_t find_last(std::string_view text, std::string_view what);

inline bool has_text(std::string_view text, std::string_view what) {
  return find_first(text, what) != std::string_view::npos;
}

}  // namespace dynamo::jinja
