#include "apiserver/journal.h"

#include <algorithm>

namespace dynamo::apiserver {

Journal::Journal(std::unique_ptr<Database> database, Settled settled)
    : database_(std::move(database)), settled_(std::move(settled)), thread_([this] { work(); }) {}

Journal::~Journal() {
  {
    const std::lock_guard lock(mutex_);
    queue_.closing = true;
  }
  filled_.notify_one();
  thread_.join();
}

void Journal::append(JournalEntry entry) {
  {
    const std::lock_guard lock(mutex_);
    queue_.entries.push_back(std::move(entry));
  }
  filled_.notify_one();
}

void Journal::work() {
  for (;;) {
    std::vector<JournalEntry> batch;
    {
      std::unique_lock lock(mutex_);
      filled_.wait(lock, [this] { return queue_.closing || !queue_.entries.empty(); });
      if (queue_.entries.empty()) return;
      batch.swap(queue_.entries);
    }
    // A batch holds one epoch or, right after a failure, remains of the failed one before the new.
    auto from = batch.begin();
    while (from != batch.end()) {
      const auto to =
          std::find_if(from, batch.end(), [&](const auto& entry) { return entry.epoch != from->epoch; });
      settled_(static_cast<std::size_t>(to - from), commit({from, to}));
      from = to;
    }
  }
}

Result<void> Journal::commit(std::span<JournalEntry> batch) {
  if (batch.front().epoch == failed_epoch_) return std::unexpected(failure_);
  std::vector<Row> rows;
  rows.reserve(batch.size());
  for (auto& entry : batch) rows.push_back(std::move(entry.row));
  auto done = database_->commit(rows, batch.back().version);
  if (!done) {
    failed_epoch_ = batch.front().epoch;
    failure_ = done.error();
  }
  return done;
}

}  // namespace dynamo::apiserver
