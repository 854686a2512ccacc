#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace dynamo::apiserver {

/// One object on disk.
struct Row {
  std::string collection;  // "deployments.apps"
  std::string ns;          // empty for cluster-wide kinds
  std::string name;
  std::string body{};  // JSON; empty in a write = delete the row
  friend bool operator==(const Row&, const Row&) = default;
};

/// The objects of an API server in one SQLite file.
///
/// The file is in WAL mode with synchronous=NORMAL: a commit is one append to the log, handed to the kernel
/// before `commit` returns, so it survives the death of this process at any instant (kill -9 included). What
/// NORMAL gives up is the fsync that would also cover a power failure; after one, the newest commits may be
/// missing, but the file is consistent. For a control plane whose pods died in the same power failure that is
/// the right price: an fsync per commit costs 1 to 10 ms on a laptop's disk. `Durability::power_failure` asks
/// for it all the same. Threads: one at a time.
class Database {
 public:
  enum class Durability { process_death, power_failure };

  /// What was on disk when it was opened.
  struct Contents {
    std::vector<Row> rows;
    std::uint64_t version = 0;  // newest resourceVersion ever given out
    /// Set when the file could not be read: it was renamed to this name and a new one begun.
    std::optional<std::string> kept_aside;
  };

  /// Opens or creates the file. A file that is not a sound database is renamed ("state.db.corrupt-1"), never
  /// overwritten. Errors: io (folder, permissions), already_exists (another process has it open),
  /// unsupported (written by a newer format).
  static Result<std::unique_ptr<Database>> open(const std::string& path, Contents& contents,
                                                Durability durability = Durability::process_death);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Writes all rows and the counter, or nothing. Errors: io (disk full, …).
  Result<void> commit(const std::vector<Row>& rows, std::uint64_t version);

 private:
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dynamo::apiserver
