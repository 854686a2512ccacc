#include "text/pattern_source.h"

namespace dynamo::text::pattern {
namespace {

constexpr std::size_t kShown = 200;  // bytes of a pattern in messages

}  // namespace

bool Source::take_if(char32_t wanted) {
  if (peek() != wanted) return false;
  ++next_;
  return true;
}

bool Source::begins(std::u32string_view wanted) const {
  return std::u32string_view(codes_).substr(next_).starts_with(wanted);
}

bool Source::take_if(std::u32string_view wanted) {
  if (!begins(wanted)) return false;
  next_ += wanted.size();
  return true;
}

std::optional<std::u32string_view> Source::take_until(char32_t end) {
  const std::size_t found = codes_.find(end, next_);
  if (found == std::u32string::npos) return std::nullopt;
  const auto taken = std::u32string_view(codes_).substr(next_, found - next_);
  next_ = found + 1;
  return taken;
}

std::string Source::place() const {
  std::size_t byte = 0;
  for (std::size_t code = 0; code < next_; ++code) byte += code_point_at(text_, byte).size;
  const std::string_view more = text_.size() > kShown ? "…" : "";
  return fmt::format("at byte {} of the pattern {}{}", byte, text_.substr(0, kShown), more);
}

std::unexpected<Error> Source::invalid(std::string_view what) const {
  return fail(Errc::invalid, fmt::format("{} {}", what, place()));
}

std::unexpected<Error> Source::unsupported(std::string_view feature) const {
  return fail(Errc::unsupported, fmt::format("{} not supported, {}", feature, place()));
}

std::unexpected<Error> Source::too_large(std::string_view what) const {
  return fail(Errc::too_large, fmt::format("{} {}", what, place()));
}

}  // namespace dynamo::text::pattern
