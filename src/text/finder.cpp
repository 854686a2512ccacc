#include "text/finder.h"

#include "text/growth.h"
#include "text/utf8.h"

namespace dynamo::text {
namespace {

/// Searches for a literal text.
class LiteralSearch {
 public:
  LiteralSearch(std::string_view literal, std::string_view text) : literal_(literal), text_(text) {}

  Result<std::optional<Range>> from(std::size_t at) const {
    const std::size_t found = text_.find(literal_, at);
    if (found == std::string_view::npos) return std::nullopt;
    return Range{.begin = static_cast<std::uint32_t>(found),
                 .end = static_cast<std::uint32_t>(found + literal_.size())};
  }

 private:
  std::string_view literal_;
  std::string_view text_;
};

/// Searches for a pattern, all of them within the limits of one text.
class PatternSearch {
 public:
  PatternSearch(const Pattern& pattern, std::string_view source, std::string_view text)
      : pattern_(pattern), source_(source), text_(text), limits_(SearchLimits::for_text(text.size())) {}

  Result<std::optional<Range>> from(std::size_t at) {
    const Pattern::Search search = pattern_.search(text_, at, limits_);
    limits_.steps -= search.steps;
    if (search.outcome == Pattern::Outcome::gave_up) return gave_up(at);
    return search.match();
  }

 private:
  std::unexpected<Error> gave_up(std::size_t at) const {
    constexpr std::size_t kShown = 200;
    const std::string_view begin = source_.substr(0, kShown);
    return fail(Errc::too_large,
                fmt::format("the pattern {}{} takes too long for a text of {} bytes: gave up behind byte {}",
                            begin.substr(0, valid_prefix(begin)), source_.size() > kShown ? "…" : "",
                            text_.size(), at));
  }

  const Pattern& pattern_;
  std::string_view source_;
  std::string_view text_;
  SearchLimits limits_;
};

template <class Search>
Result<void> collect(Search search, std::string_view text, std::vector<Range>& matches) {
  std::optional<std::uint32_t> last_end;
  for (std::size_t from = 0; from <= text.size();) {
    const auto found = search.from(from);
    if (!found) return std::unexpected(found.error());
    const std::optional<Range>& match = *found;
    if (!match) return {};
    if (match->empty() && last_end == match->end) {
      from += from < text.size() ? sequence_size(text[from]) : 1;
      continue;
    }
    matches.push_back(*match);
    from = match->end;
    last_end = match->end;
  }
  return {};
}

}  // namespace

Result<Finder> Finder::pattern(std::string_view source) {
  auto compiled = Pattern::compile(source);
  if (!compiled) return std::unexpected(std::move(compiled.error()));
  return Finder(SourcedPattern{std::move(*compiled), std::string(source)});
}

Finder Finder::literal(std::string_view text) { return Finder(std::string(text)); }

Result<void> Finder::find_all(std::string_view text, std::vector<Range>& matches) const {
  if (text.empty()) return {};
  if (const auto* literal = std::get_if<std::string>(&needle_)) {
    return collect(LiteralSearch(*literal, text), text, matches);
  }
  const auto& [pattern, source] = std::get<SourcedPattern>(needle_);
  return collect(PatternSearch(pattern, source, text), text, matches);
}

std::size_t replaced_size(std::size_t size, std::span<const Range> matches, std::size_t content) {
  for (const Range match : matches) size -= match.size();
  return size + matches.size() * content;
}

Result<void> Finder::replace_all(std::string& text, std::string_view content) const {
  std::vector<Range> matches;
  if (auto found = find_all(text, matches); !found || matches.empty()) return found;
  auto checked = check_growth(text.size(), replaced_size(text.size(), matches, content.size()));
  if (!checked) return checked;
  std::string replaced;
  replaced.reserve(text.size());
  std::size_t kept = 0;
  for (const Range match : matches) {
    replaced.append(text, kept, match.begin - kept).append(content);
    kept = match.end;
  }
  replaced.append(text, kept);
  text = std::move(replaced);
  return {};
}

}  // namespace dynamo::text
