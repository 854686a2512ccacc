#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string_view>

namespace dynamo::router {

/// How a worker is chosen for a request.
enum class Mode : std::uint8_t { round_robin, random };

/// A worker that could take the request, as far as choosing needs to know it.
struct Candidate {
  std::uint64_t instance_id = 0;
  bool excluded = false;  // failed this very request already
};

/// Chooses among the workers of one model. Threads: one.
class Picker {
 public:
  virtual ~Picker() = default;
  /// Index into `candidates`, which keep their order from call to call while the set stays the same; nothing
  /// when there is none that is not excluded.
  virtual std::optional<std::size_t> pick(std::span<const Candidate> candidates) = 0;
};

/// Each worker in turn; also fair among the rest when one is excluded.
class RoundRobinPicker final : public Picker {
 public:
  std::optional<std::size_t> pick(std::span<const Candidate> candidates) override;

 private:
  std::uint64_t next_ = 0;
};

/// Each worker with the same probability. `seed` makes the sequence repeatable.
class RandomPicker final : public Picker {
 public:
  explicit RandomPicker(std::uint64_t seed) : random_(seed) {}
  std::optional<std::size_t> pick(std::span<const Candidate> candidates) override;

 private:
  std::mt19937_64 random_;
};

std::unique_ptr<Picker> make_picker(Mode mode, std::uint64_t seed);

}  // namespace dynamo::router
