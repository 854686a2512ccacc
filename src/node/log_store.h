#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "net/loop.h"
#include "node/log_line.h"
#include "process/descriptor.h"

namespace dynamo::node {

struct LogQuery {
  std::string pod_uid;
  std::string container;
  bool follow = false;
  bool previous = false;
  bool timestamps = false;
  std::optional<std::int64_t> tail_lines{};
  std::optional<WallTime> since{};
  std::optional<std::int64_t> limit_bytes{};
  std::stop_token stop{};
};

/// What a log's writer and its readers share.
struct LogChannel {
  explicit LogChannel(net::Loop& loop) : grown(loop) {}
  net::Event grown;
  int run = 0;       // how many runs of the container came before
  bool open = true;  // the container runs
};

/// Takes what one run of a container writes. Destroying it ends the log for those who follow.
class LogWriter {
 public:
  LogWriter(std::string path, std::shared_ptr<LogChannel> channel, std::size_t max_bytes, const Clock& clock);
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  void write(LogOrigin origin, std::string_view bytes);

 private:
  void append(LogOrigin origin, std::string_view text, bool whole);
  void rotate();

  std::string path_;
  std::shared_ptr<LogChannel> channel_;
  std::size_t max_bytes_;
  const Clock& clock_;
  process::Descriptor file_;
  std::size_t size_ = 0;
  LineSplitter lines_[2];
};

/// Reads one run's log, and goes on reading while it grows when asked to.
class LogReader {
 public:
  LogReader(std::string path, std::shared_ptr<LogChannel> channel, LogQuery query);
  /// Whole lines; empty at the end. Good until the next call. Errors: cancelled, io.
  net::Task<Result<std::string_view>> read();

 private:
  bool open_next();
  Result<bool> take_more();
  void take_line(std::string_view line);
  bool limited() const;
  void skip_to_tail();

  std::string path_;
  std::shared_ptr<LogChannel> channel_;
  LogQuery query_;
  process::Descriptor file_;
  enum class At : std::uint8_t { start, rotated, current } at_ = At::start;
  std::string pending_;  // bytes that make no line yet
  std::string out_;
  std::int64_t given_ = 0;
};

/// The logs of all containers: ROOT/POD-UID/CONTAINER/RUN.log, and RUN.log.1 when it had to be rotated. Of
/// each container the present run and the one before are kept, each at most twice `max_bytes`. Threads: the
/// loop's.
class LogStore {
 public:
  LogStore(net::Loop& loop, std::string root, std::size_t max_bytes = 10u << 20,
           const Clock& clock = Clock::system());

  /// A new run of the container. Errors: io.
  Result<std::unique_ptr<LogWriter>> begin(const std::string& pod_uid, const std::string& container, int run);
  /// Errors: not_found, saying what there is no log of.
  Result<std::unique_ptr<LogReader>> open(LogQuery query);
  /// Removes the logs of a pod.
  void forget(const std::string& pod_uid);

 private:
  std::string folder(const std::string& pod_uid, const std::string& container) const;

  net::Loop& loop_;
  std::string root_;
  std::size_t max_bytes_;
  const Clock& clock_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<LogChannel>> channels_;
};

}  // namespace dynamo::node
