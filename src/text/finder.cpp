#include "text/finder.h"

#include "text/utf8.h"

namespace dynamo::text {
namespace {

std::optional<Range> find_first(const std::string& literal, std::string_view text, std::size_t from) {
  const std::size_t found = text.find(literal, from);
  if (found == std::string_view::npos) return std::nullopt;
  return Range{.begin = static_cast<std::uint32_t>(found),
               .end = static_cast<std::uint32_t>(found + literal.size())};
}

std::optional<Range> find_first(const Pattern& pattern, std::string_view text, std::size_t from) {
  return pattern.find(text, from);
}

}  // namespace

Result<Finder> Finder::pattern(std::string_view source) {
  auto compiled = Pattern::compile(source);
  if (!compiled) return std::unexpected(std::move(compiled.error()));
  return Finder(std::move(*compiled));
}

Finder Finder::literal(std::string_view text) { return Finder(std::string(text)); }

void Finder::find_all(std::string_view text, std::vector<Range>& matches) const {
  if (text.empty()) return;
  const auto find = [&](std::size_t from) {
    return std::visit([&](const auto& needle) { return find_first(needle, text, from); }, needle_);
  };
  std::optional<std::uint32_t> last_end;
  for (std::size_t from = 0; from <= text.size();) {
    const auto match = find(from);
    if (!match) return;
    if (match->empty() && last_end == match->end) {
      from += from < text.size() ? sequence_size(text[from]) : 1;
      continue;
    }
    matches.push_back(*match);
    from = match->end;
    last_end = match->end;
  }
}

}  // namespace dynamo::text
