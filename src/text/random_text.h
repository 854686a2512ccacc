#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace dynamo::text {

/// Texts for property tests: short, of all scripts, dense with what patterns treat specially. The same seed
/// gives the same texts.
class RandomText {
 public:
  explicit RandomText(std::uint64_t seed) : random_(seed) {}

  /// Valid UTF-8 of up to `most` characters, sometimes of a single kind.
  std::string next(std::size_t most = 24);
  /// The same with bytes changed, so that mostly it is not UTF-8.
  std::string next_broken(std::size_t most = 24);

  /// A number below `end`.
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }
  bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
  template <class Values>
  const auto& one_of(const Values& values) {
    return values[below(std::size(values))];
  }

 private:
  std::string_view piece(std::size_t kind);

  std::mt19937_64 random_;
};

}  // namespace dynamo::text
