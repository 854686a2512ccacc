#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "kube/object.h"

namespace dynamo::kube {

/// What an event is about.
struct EventSubject {
  std::string api_version;
  std::string kind;
  NamespacedName key;
  std::string uid;
  std::string field_path;  // "spec.containers{main}", or empty
};
EventSubject subject_of(const Object& object);

enum class EventType : std::uint8_t { normal, warning };

struct EventNote {
  EventType type = EventType::normal;
  std::string reason;  // CamelCase
  std::string message;
};

/// Turns notes into writes of `v1` Event objects; a repeat raises the count of the event that is there.
/// Remembers the `capacity` events used last. Pure: time is an argument.
class EventLog {
 public:
  struct Write {
    bool create = true;  // otherwise a merge patch of an event written earlier
    NamespacedName key;
    Object body;
  };

  explicit EventLog(std::string component, std::size_t capacity = 4096)
      : component_(std::move(component)), capacity_(capacity) {}

  Write observe(const EventSubject& subject, const EventNote& note, WallTime now);
  /// The event is not on the server any more: the next repeat creates it anew.
  void forget(const NamespacedName& event);
  std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::string identity;
    NamespacedName key;
    std::int64_t count = 0;
  };
  Write create(const EventSubject& subject, const EventNote& note, const Entry& entry, WallTime now) const;
  std::list<Entry>::iterator erase(std::list<Entry>::iterator at);

  std::string component_;
  std::size_t capacity_;
  std::list<Entry> entries_;  // used last first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_identity_;
};

}  // namespace dynamo::kube
