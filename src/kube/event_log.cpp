#include "kube/event_log.h"

#include <algorithm>
#include <fmt/format.h>

namespace dynamo::kube {
namespace {

constexpr std::size_t kMaxMessage = 1024;  // the API server refuses longer ones

std::string_view to_string(EventType type) {
  switch (type) {
    case EventType::normal:
      return "Normal";
    case EventType::warning:
      return "Warning";
  }
  return "Normal";
}

std::string identity_of(const EventSubject& subject, const EventNote& note) {
  constexpr char kSeparator = '\x1f';
  return fmt::format("{0}{5}{1}{5}{2}{5}{3}{5}{4}", subject.kind, subject.key.to_string(),
                     subject.uid + subject.field_path, std::string(to_string(note.type)) + note.reason,
                     note.message, kSeparator);
}

std::string_view shortened(std::string_view message) {
  if (message.size() <= kMaxMessage) return message;
  std::size_t end = kMaxMessage;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0U) == 0x80U)
    --end;  // whole UTF-8 characters
  return message.substr(0, end);
}

}  // namespace

EventSubject subject_of(const Object& object) {
  return EventSubject{.api_version = std::string(json::string_at(object, {"apiVersion"})),
                      .kind = std::string(json::string_at(object, {"kind"})),
                      .key = key_of(object),
                      .uid = std::string(uid_of(object)),
                      .field_path = {}};
}

EventLog::Write EventLog::observe(const EventSubject& subject, const EventNote& note, WallTime now) {
  std::string identity = identity_of(subject, note);
  if (const auto known = by_identity_.find(identity); known != by_identity_.end()) {
    entries_.splice(entries_.begin(), entries_, known->second);
    Entry& entry = entries_.front();
    ++entry.count;
    return {.create = false,
            .key = entry.key,
            .body = Object{{"count", entry.count}, {"lastTimestamp", format_rfc3339(now)}}};
  }
  if (entries_.size() >= capacity_) erase(std::prev(entries_.end()));
  const auto stamp = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  const auto hash = static_cast<std::uint32_t>(std::hash<std::string>{}(identity));
  std::string name = fmt::format("{}.{:x}{:08x}", subject.key.name, stamp, hash);
  const std::string ns = subject.key.ns.empty() ? "default" : subject.key.ns;
  entries_.push_front(Entry{identity, {ns, std::move(name)}, 1});
  by_identity_[std::move(identity)] = entries_.begin();
  return create(subject, note, entries_.front(), now);
}

void EventLog::forget(const NamespacedName& event) {
  const auto found = std::ranges::find(entries_, event, &Entry::key);
  if (found != entries_.end()) erase(found);
}

EventLog::Write EventLog::create(const EventSubject& subject, const EventNote& note, const Entry& entry,
                                 WallTime now) const {
  Object involved{{"apiVersion", subject.api_version}, {"kind", subject.kind}, {"name", subject.key.name}};
  if (!subject.key.ns.empty()) involved["namespace"] = subject.key.ns;
  if (!subject.uid.empty()) involved["uid"] = subject.uid;
  if (!subject.field_path.empty()) involved["fieldPath"] = subject.field_path;
  Object event = make_object(resources::kEvents, entry.key);
  event["involvedObject"] = std::move(involved);
  event["type"] = to_string(note.type);
  event["reason"] = note.reason;
  event["message"] = shortened(note.message);
  event["source"] = Object{{"component", component_}};
  event["reportingComponent"] = component_;
  event["reportingInstance"] = "";
  event["firstTimestamp"] = format_rfc3339(now);
  event["lastTimestamp"] = format_rfc3339(now);
  event["count"] = 1;
  return {.create = true, .key = entry.key, .body = std::move(event)};
}

std::list<EventLog::Entry>::iterator EventLog::erase(std::list<Entry>::iterator at) {
  by_identity_.erase(at->identity);
  return entries_.erase(at);
}

}  // namespace dynamo::kube
