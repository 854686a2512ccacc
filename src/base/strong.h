#pragma once

#include <compare>
#include <functional>
#include <utility>

namespace dynamo {

/// A value with a meaning of its own, so that two of the same representation cannot be swapped by mistake:
/// `using InstanceId = Strong<struct InstanceIdTag, std::uint64_t>;`
template <class Tag, class T>
class Strong {
 public:
  constexpr Strong() = default;
  constexpr explicit Strong(T value) : value_(std::move(value)) {}
  constexpr const T& get() const noexcept { return value_; }
  friend auto operator<=>(const Strong&, const Strong&) = default;

 private:
  T value_{};
};

}  // namespace dynamo

template <class Tag, class T>
struct std::hash<dynamo::Strong<Tag, T>> {
  std::size_t operator()(const dynamo::Strong<Tag, T>& s) const noexcept { return std::hash<T>{}(s.get()); }
};
