#include "controllers/rollout.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>

namespace dynamo::controllers {
namespace {

enum class Rounding : std::uint8_t { up, down };

std::int64_t resolve(const json::value* amount, std::int64_t replicas, Rounding rounding) {
  const std::string_view text = amount == nullptr ? "25%" : json::string_at(*amount, {});
  if (amount != nullptr && !amount->is_string())
    return std::max<std::int64_t>(json::int_at(*amount, {}).value_or(0), 0);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  number = std::max<std::int64_t>(number, 0);
  if (!text.ends_with('%')) return number;
  return rounding == Rounding::up ? (number * replicas + 99) / 100 : number * replicas / 100;
}

std::int64_t total(const std::vector<SetSize>& sets, std::int64_t SetSize::* field) {
  return std::accumulate(sets.begin(), sets.end(), std::int64_t{0},
                         [&](std::int64_t sum, const SetSize& set) { return sum + set.*field; });
}

/// The set's share of a change from its `most` to `most_now`, at most `left` (of the same sign).
std::int64_t share(const SetSize& set, std::int64_t replicas, std::int64_t most_now, std::int64_t left) {
  std::int64_t change = -set.wanted;
  if (replicas > 0) {
    const auto before = static_cast<double>(set.most > 0 ? set.most : most_now);
    change =
        std::llround(static_cast<double>(set.wanted) * static_cast<double>(most_now) / before) - set.wanted;
  }
  return left > 0 ? std::clamp<std::int64_t>(change, 0, left) : std::clamp<std::int64_t>(change, left, 0);
}

}  // namespace

Leeway resolve_leeway(const json::value* max_surge, const json::value* max_unavailable,
                      std::int64_t replicas) {
  Leeway leeway{.surge = resolve(max_surge, replicas, Rounding::up),
                .unavailable = std::min(resolve(max_unavailable, replicas, Rounding::down), replicas)};
  if (leeway.surge == 0 && leeway.unavailable == 0) leeway.unavailable = 1;
  return leeway;
}

std::int64_t grow_new(const SetSize& newest, const std::vector<SetSize>& old, std::int64_t replicas,
                      const Leeway& leeway) {
  if (newest.wanted >= replicas) return replicas;
  const std::int64_t room = replicas + leeway.surge - total(old, &SetSize::wanted) - newest.wanted;
  return newest.wanted + std::clamp<std::int64_t>(room, 0, replicas - newest.wanted);
}

std::vector<std::int64_t> shrink_old(const SetSize& newest, const std::vector<SetSize>& old,
                                     std::int64_t replicas, const Leeway& leeway) {
  std::vector<std::int64_t> sizes;
  for (const SetSize& set : old) sizes.push_back(set.wanted);
  const std::int64_t at_least = replicas - leeway.unavailable;
  const std::int64_t newest_missing = std::max<std::int64_t>(newest.wanted - newest.available, 0);
  std::int64_t spare = newest.wanted + total(old, &SetSize::wanted) - at_least - newest_missing;
  for (std::size_t i = 0; i < old.size() && spare > 0; ++i) {
    const std::int64_t broken = std::max<std::int64_t>(old[i].wanted - old[i].available, 0);
    const std::int64_t gone = std::min(broken, spare);
    sizes[i] -= gone;
    spare -= gone;
  }
  std::int64_t removable = newest.available + total(old, &SetSize::available) - at_least;
  for (std::size_t i = 0; i < old.size() && removable > 0; ++i) {
    const std::int64_t gone = std::min(sizes[i], removable);
    sizes[i] -= gone;
    removable -= gone;
  }
  return sizes;
}

std::vector<std::int64_t> scale_in_proportion(const std::vector<SetSize>& sets, std::int64_t replicas,
                                              const Leeway& leeway) {
  const std::int64_t most = replicas > 0 ? replicas + leeway.surge : 0;
  std::int64_t left = most - total(sets, &SetSize::wanted);
  std::vector<std::size_t> order(sets.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Larger sets first; of equal ones the newer when growing, the older when shrinking.
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    if (sets[a].wanted != sets[b].wanted) return sets[a].wanted > sets[b].wanted;
    return left > 0 ? a > b : a < b;
  });
  std::vector<std::int64_t> sizes;
  for (const SetSize& set : sets) sizes.push_back(set.wanted);
  if (order.empty()) return sizes;
  for (const std::size_t i : order) {
    if (left == 0) break;
    const std::int64_t change = share(sets[i], replicas, most, left);
    sizes[i] += change;
    left -= change;
  }
  std::int64_t& largest = sizes[order.front()];
  largest = std::max<std::int64_t>(largest + left, 0);  // what rounding left over
  return sizes;
}

}  // namespace dynamo::controllers
