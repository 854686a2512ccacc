#include "jinja/heap.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace dynamo::jinja {
namespace {

constexpr std::size_t kLargestBlock = std::size_t{1} << 20U;

/// Stands before a text that may grow.
struct Room {
  std::size_t used;
  std::size_t capacity;
};

}  // namespace

void* Heap::allocate(std::size_t size, std::size_t alignment) {
  const auto gap =
      (alignment - (reinterpret_cast<std::uintptr_t>(next_) & (alignment - 1))) & (alignment - 1);
  if (size + gap <= left_) {
    auto* place = next_ + gap;
    next_ = place + size;
    left_ -= size + gap;
    return place;
  }
  const auto grown = std::min(kLargestBlock, std::max(kFirstBlock, taken_));
  const auto block = std::max(size, grown);
  if (size > limit_ || taken_ > limit_ - size) throw HeapExhausted{};
  blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(block));
  taken_ += block;
  auto* place = blocks_.back().get();
  if (block - size >= left_) {
    next_ = place + size;
    left_ = block - size;
  }
  return place;
}

std::string_view Heap::copy(std::string_view text) {
  if (text.empty()) return {};
  auto* place = static_cast<char*>(allocate(text.size(), 1));
  std::memcpy(place, text.data(), text.size());
  return {place, text.size()};
}

std::string_view Heap::join(std::string_view left, std::string_view right, bool left_grows) {
  if (left_grows) {
    auto* room = reinterpret_cast<Room*>(const_cast<char*>(left.data())) - 1;
    if (room->used == left.size() && room->capacity - room->used >= right.size()) {
      if (!right.empty())
        std::memcpy(const_cast<char*>(left.data()) + left.size(), right.data(), right.size());
      room->used += right.size();
      return {left.data(), left.size() + right.size()};
    }
  }
  const auto used = left.size() + right.size();
  const auto capacity = left_grows ? used * 2 : used + 16;
  auto* room = new (allocate(sizeof(Room) + capacity, alignof(Room))) Room{used, capacity};
  auto* place = reinterpret_cast<char*>(room + 1);
  if (!left.empty()) std::memcpy(place, left.data(), left.size());
  if (!right.empty()) std::memcpy(place + left.size(), right.data(), right.size());
  return {place, used};
}

}  // namespace dynamo::jinja
