#include "router/picker.h"

namespace dynamo::router {
namespace {

std::size_t count_eligible(std::span<const Candidate> candidates) {
  return static_cast<std::size_t>(
      std::ranges::count_if(candidates, [](const Candidate& c) { return !c.excluded; }));
}

/// The position in `candidates` of the `n`th that is not excluded.
std::size_t nth_eligible(std::span<const Candidate> candidates, std::size_t n) {
  std::size_t at = 0;
  for (;; ++at) {
    if (candidates[at].excluded) continue;
    if (n-- == 0) return at;
  }
}

}  // namespace

std::optional<std::size_t> RoundRobinPicker::pick(std::span<const Candidate> candidates) {
  const std::size_t size = candidates.size();
  for (std::size_t step = 0; step < size; ++step) {
    const std::size_t at = static_cast<std::size_t>(next_++ % size);
    if (!candidates[at].excluded) return at;
  }
  return std::nullopt;
}

std::optional<std::size_t> RandomPicker::pick(std::span<const Candidate> candidates) {
  const std::size_t eligible = count_eligible(candidates);
  if (eligible == 0) return std::nullopt;
  return nth_eligible(candidates, std::uniform_int_distribution<std::size_t>(0, eligible - 1)(random_));
}

std::unique_ptr<Picker> make_picker(Mode mode, std::uint64_t seed) {
  switch (mode) {
    case Mode::round_robin:
      return std::make_unique<RoundRobinPicker>();
    case Mode::random:
      return std::make_unique<RandomPicker>(seed);
  }
  return nullptr;
}

}  // namespace dynamo::router
