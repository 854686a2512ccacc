#include "kube/event_recorder.h"

namespace dynamo::kube {
namespace {

constexpr Duration kWriteTimeout = std::chrono::seconds{10};
constexpr Duration kFlushTimeout = std::chrono::seconds{2};

}  // namespace

EventRecorder::EventRecorder(Client& client, std::string component, const Clock& clock)
    : client_(client), clock_(clock), log_(std::move(component)), wake_(client.loop()) {}

void EventRecorder::normal(const Object& about, std::string reason, std::string message) {
  record(subject_of(about), {EventType::normal, std::move(reason), std::move(message)});
}

void EventRecorder::warning(const Object& about, std::string reason, std::string message) {
  record(subject_of(about), {EventType::warning, std::move(reason), std::move(message)});
}

void EventRecorder::record(EventSubject subject, EventNote note) {
  if (pending_.size() >= kMaxPending) {
    ++dropped_;
    return;
  }
  pending_.push_back({std::move(subject), std::move(note), clock_.wall_now()});
  wake_.set();
}

net::Task<void> EventRecorder::run(std::stop_token stop) {
  net::Loop& loop = client_.loop();
  std::optional<TimePoint> flush_until;
  for (;;) {
    if (stop.stop_requested() && !flush_until) flush_until = loop.now() + kFlushTimeout;
    if (pending_.empty()) {
      if (flush_until) co_return;
      wake_.reset();
      co_await wake_.wait(stop);
      continue;
    }
    if (flush_until && loop.now() >= *flush_until) co_return;
    CallOptions call;
    call.deadline = flush_until.value_or(loop.now() + kWriteTimeout);
    Pending next = std::move(pending_.front());
    pending_.pop_front();
    co_await write(std::move(next), std::move(call));
  }
}

net::Task<void> EventRecorder::write(Pending next, CallOptions call) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    EventLog::Write write = log_.observe(next.subject, next.note, next.when);
    auto request = write.create
                       ? client_.create(resources::kEvents, write.body, {}, call)
                       : client_.patch(resources::kEvents, write.key, PatchKind::merge, write.body, {}, call);
    const auto written = co_await std::move(request);
    if (written) co_return;
    log_.forget(write.key);
    const bool expired = !write.create && written.error().code == Errc::not_found;
    if (!expired) {
      ++dropped_;
      co_return;
    }
  }
}

}  // namespace dynamo::kube
