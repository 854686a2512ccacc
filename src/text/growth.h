#pragma once

#include <fmt/format.h>

#include "base/error.h"

namespace dynamo::text {

/// Whether a text of `before` bytes may have `after` once it is rewritten: a definition of a few lines could
/// otherwise double it forty times over. Errors: too_large.
inline Result<void> check_growth(std::size_t before, std::size_t after) {
  constexpr std::size_t kMostTimes = 64;
  constexpr std::size_t kAlwaysAllowed = std::size_t{64} << 10;
  constexpr std::size_t kNeverAllowed = std::size_t{1} << 30;
  if (after > kNeverAllowed) {
    return fail(Errc::too_large, fmt::format("a text of {} bytes is rewritten to one of {}, more than {}",
                                             before, after, kNeverAllowed));
  }
  if (after <= kAlwaysAllowed || after / kMostTimes <= before) return {};
  return fail(Errc::too_large,
              fmt::format("a text of {} bytes is rewritten to one of {}, more than {} times as long", before,
                          after, kMostTimes));
}

}  // namespace dynamo::text
