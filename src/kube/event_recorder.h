#pragma once

#include <deque>
#include <stop_token>
#include <string>

#include "kube/client.h"
#include "kube/event_log.h"

namespace dynamo::kube {

/// Writes events about objects, in the background and in order. Telling never waits and never fails: notes
/// beyond `kMaxPending` are dropped and counted. Threads: its loop's.
class EventRecorder {
 public:
  static constexpr std::size_t kMaxPending = 1000;

  EventRecorder(Client& client, std::string component, const Clock& clock = Clock::system());

  void normal(const Object& about, std::string reason, std::string message);
  void warning(const Object& about, std::string reason, std::string message);
  void record(EventSubject subject, EventNote note);

  /// Writes until `stop`; then what is pending for at most two seconds more.
  net::Task<void> run(std::stop_token stop);
  std::size_t pending() const noexcept { return pending_.size(); }
  std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  struct Pending {
    EventSubject subject;
    EventNote note;
    WallTime when;
  };
  net::Task<void> write(Pending next, CallOptions call);

  Client& client_;
  const Clock& clock_;
  EventLog log_;
  std::deque<Pending> pending_;
  net::Event wake_;
  std::uint64_t dropped_ = 0;
};

}  // namespace dynamo::kube
