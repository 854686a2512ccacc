#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace dynamo::jinja {

/// Thrown when a heap has given out all it may.
struct HeapExhausted {};

/// Memory of one rendering (or of one parsed template): given out piece by piece and freed all at once, at
/// the end. Nothing in it is ever destroyed, so it takes only types that need no destructor.
class Heap {
 public:
  explicit Heap(std::size_t limit) : limit_(limit) {}

  /// Throws HeapExhausted beyond the limit.
  void* allocate(std::size_t size, std::size_t alignment);

  template <class T, class... Arguments>
  T* make(Arguments&&... arguments) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Arguments>(arguments)...};
  }

  /// A copy of `values`.
  template <class T>
  std::span<T> copy(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (values.empty()) return {};
    auto* place = static_cast<T*>(allocate(values.size_bytes(), alignof(T)));
    std::uninitialized_copy(values.begin(), values.end(), place);
    return {place, values.size()};
  }
  template <class T>
  std::span<T> copy(const std::vector<T>& values) {
    return copy(std::span<const T>(values));
  }

  std::string_view copy(std::string_view text);

  /// A text and room to grow behind it, so that adding to it again and again takes linear time.
  std::string_view join(std::string_view left, std::string_view right, bool left_grows);

 private:
  static constexpr std::size_t kFirstBlock = 8 * 1024;

  std::size_t limit_;
  std::size_t taken_ = 0;
  alignas(std::max_align_t) std::array<std::byte, kFirstBlock> first_;
  std::byte* next_ = first_.data();
  std::size_t left_ = kFirstBlock;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
};

}  // namespace dynamo::jinja
