#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "apiserver/database.h"
#include "base/error.h"

namespace dynamo::apiserver {

/// One write on its way to the disk.
struct JournalEntry {
  Row row;
  std::uint64_t version = 0;
  std::uint64_t epoch = 0;
};

/// Commits writes on a thread of its own, all that have gathered in one transaction, in the order given.
/// After a failed commit every entry of the same epoch fails too, as they may rest on what was lost; the
/// caller begins a new epoch when it has heard of the failure.
class Journal {
 public:
  /// `settled(count, outcome)`: the oldest `count` entries not reported yet are on disk, or failed. Called on
  /// the journal's thread.
  using Settled = std::function<void(std::size_t count, Result<void> outcome)>;

  Journal(std::unique_ptr<Database> database, Settled settled);
  ~Journal();  // commits what is left, then joins
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Threads: any; entries of one thread stay in order.
  void append(JournalEntry entry);

 private:
  struct Queue {
    std::vector<JournalEntry> entries;
    bool closing = false;
  };
  void work();
  Result<void> commit(std::span<JournalEntry> batch);

  std::unique_ptr<Database> database_;
  Settled settled_;
  std::uint64_t failed_epoch_ = 0;  // writer thread only; epochs start at 1
  Error failure_{Errc::io, {}};
  std::mutex mutex_;
  std::condition_variable filled_;
  Queue queue_;  // under mutex_
  std::thread thread_;
};

}  // namespace dynamo::apiserver
