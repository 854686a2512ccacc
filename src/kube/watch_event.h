#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kube/object.h"

namespace dynamo::kube {

struct WatchEvent {
  enum class Type : std::uint8_t { added, modified, deleted, bookmark };
  Type type = Type::added;
  Object object;
};

/// Takes the bytes of a watch in pieces of any size and gives whole events:
///   decoder.feed(bytes); while (auto next = decoder.next()) …
/// One event per line; bounded by `max_event` bytes.
class WatchDecoder {
 public:
  explicit WatchDecoder(std::size_t max_event = 16u << 20) : max_event_(max_event) {}

  void feed(std::string_view bytes);
  /// The next event; nothing until more bytes come. Errors: those of an ERROR event's Status (gone: list
  /// again), too_large, invalid. After an error the watch is of no more use.
  Result<std::optional<WatchEvent>> next();

 private:
  std::string buffer_;
  std::size_t consumed_ = 0;
  std::size_t scanned_ = 0;
  std::size_t max_event_;
};

}  // namespace dynamo::kube
