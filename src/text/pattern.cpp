#include "text/pattern.h"

#include "text/pattern_compiler.h"
#include "text/pattern_matcher.h"
#include "text/pattern_parser.h"

namespace dynamo::text {
namespace {

constexpr std::size_t kLongestPattern = std::size_t{256} * 1024;   // bytes
constexpr std::size_t kLongestText = 0xFFFFFFFE;                   // places are 32 bits wide
constexpr std::size_t kKeptAlternatives = std::size_t{64} * 1024;  // memory that outlives a search

pattern::Scratch& scratch() {
  thread_local pattern::Scratch kept;
  if (kept.alternatives.capacity() > kKeptAlternatives) kept.alternatives = {};
  return kept;
}

}  // namespace

Result<Pattern> Pattern::compile(std::string_view source) {
  if (source.size() > kLongestPattern) {
    return fail(Errc::too_large,
                fmt::format("a pattern may have {} bytes, got {}", kLongestPattern, source.size()));
  }
  auto tree = pattern::Parser(pattern::Source(source)).parse();
  if (!tree) return std::unexpected(tree.error());
  auto program = pattern::compile(std::move(*tree));
  if (!program) return std::unexpected(program.error());
  return Pattern(std::make_shared<const pattern::Program>(std::move(*program)));
}

Pattern::Search Pattern::search(std::string_view text, std::size_t from, const SearchLimits& limits) const {
  if (from > text.size()) return {.outcome = Outcome::none};
  if (text.size() > kLongestText) return {.outcome = Outcome::gave_up};
  return pattern::Matcher(*program_, text, from, limits, scratch()).search();
}

}  // namespace dynamo::text
