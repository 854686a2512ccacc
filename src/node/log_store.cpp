#include "node/log_store.h"

#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "node/files.h"

namespace dynamo::node {
namespace {

constexpr std::size_t kReadSize = 64u << 10;

std::string run_path(const std::string& folder, int run) { return fmt::format("{}/{}.log", folder, run); }
std::string rotated_path(const std::string& path) { return path + ".1"; }

process::Descriptor open_to_read(const std::string& path) {
  return process::Descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
}

/// The number of the newest run that left a log in `folder`.
std::optional<int> newest_run(const std::string& folder) {
  std::optional<int> out;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().stem().string();
    int run = 0;
    const auto [end, bad] = std::from_chars(name.data(), name.data() + name.size(), run);
    if (bad == std::errc{} && end == name.data() + name.size()) out = std::max(out.value_or(run), run);
  }
  return out;
}

struct Tail {
  off_t offset = 0;  // where the wanted lines begin
  std::int64_t found = 0;
};

/// Looks from the end of the file for the start of its last `lines` lines.
Tail find_tail(int fd, std::int64_t lines) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return {};
  Tail out;
  char block[kReadSize];
  for (off_t end = info.st_size; end > 0;) {
    const off_t start = std::max<off_t>(0, end - static_cast<off_t>(sizeof block));
    const auto n = ::pread(fd, block, static_cast<std::size_t>(end - start), start);
    for (auto i = n; i-- > 0;) {
      const off_t position = start + i;
      if (block[i] != '\n' || position == info.st_size - 1) continue;
      if (++out.found == lines) return {position + 1, lines};
    }
    end = start;
  }
  if (info.st_size > 0) ++out.found;
  return out;
}

}  // namespace

LogWriter::LogWriter(std::string path, std::shared_ptr<LogChannel> channel, std::size_t max_bytes,
                     const Clock& clock)
    : path_(std::move(path)), channel_(std::move(channel)), max_bytes_(max_bytes), clock_(clock) {
  file_ =
      process::Descriptor{::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)};
}

LogWriter::~LogWriter() {
  for (const LogOrigin origin : {LogOrigin::output, LogOrigin::error}) {
    lines_[static_cast<int>(origin)].finish(
        [&](std::string_view text, bool whole) { append(origin, text, whole); });
  }
  channel_->open = false;
  channel_->grown.set();
}

void LogWriter::write(LogOrigin origin, std::string_view bytes) {
  lines_[static_cast<int>(origin)].feed(
      bytes, [&](std::string_view text, bool whole) { append(origin, text, whole); });
  channel_->grown.set();
}

/// A full disk loses lines and nothing else.
void LogWriter::append(LogOrigin origin, std::string_view text, bool whole) {
  const std::string line = format_log_line(clock_.wall_now(), origin, text, whole);
  if (size_ + line.size() > max_bytes_ && size_ > 0) rotate();
  const auto n = ::write(file_.get(), line.data(), line.size());
  if (n > 0) size_ += static_cast<std::size_t>(n);
}

void LogWriter::rotate() {
  ::rename(path_.c_str(), rotated_path(path_).c_str());
  file_ =
      process::Descriptor{::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)};
  size_ = 0;
}

LogReader::LogReader(std::string path, std::shared_ptr<LogChannel> channel, LogQuery query)
    : path_(std::move(path)), channel_(std::move(channel)), query_(std::move(query)) {
  if (query_.tail_lines) skip_to_tail();
}

/// Starts at the last lines wanted: in the present file, or in the one before when that has too few.
void LogReader::skip_to_tail() {
  file_ = open_to_read(path_);
  at_ = At::current;
  if (!file_) return;
  if (*query_.tail_lines <= 0) {
    ::lseek(file_.get(), 0, SEEK_END);
    return;
  }
  const Tail current = find_tail(file_.get(), *query_.tail_lines);
  if (current.found >= *query_.tail_lines) {
    ::lseek(file_.get(), current.offset, SEEK_SET);
    return;
  }
  process::Descriptor rotated = open_to_read(rotated_path(path_));
  if (!rotated) return;
  const Tail before = find_tail(rotated.get(), *query_.tail_lines - current.found);
  ::lseek(rotated.get(), before.offset, SEEK_SET);
  file_ = std::move(rotated);
  at_ = At::rotated;
}

/// Moves on to the next file of the run; false when this is the last one, for now.
bool LogReader::open_next() {
  if (at_ == At::start) {
    at_ = At::rotated;
    file_ = open_to_read(rotated_path(path_));
    if (file_) return true;
  }
  if (at_ == At::rotated) {
    at_ = At::current;
    file_ = open_to_read(path_);
    return static_cast<bool>(file_);
  }
  struct stat ours{};
  struct stat now{};
  const bool rotated_away =
      ::fstat(file_.get(), &ours) == 0 && ::stat(path_.c_str(), &now) == 0 && ours.st_ino != now.st_ino;
  if (rotated_away) file_ = open_to_read(path_);
  return rotated_away && file_;
}

Result<bool> LogReader::take_more() {
  char bytes[kReadSize];
  const auto n = file_ ? ::read(file_.get(), bytes, sizeof bytes) : 0;
  if (n < 0) return std::unexpected(system_error(fmt::format("reading {}", path_), errno));
  if (n == 0) return false;
  pending_.append(bytes, static_cast<std::size_t>(n));
  std::size_t start = 0;
  for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n', start)) {
    take_line(std::string_view(pending_).substr(start, end - start));
    start = end + 1;
  }
  pending_.erase(0, start);
  return true;
}

void LogReader::take_line(std::string_view line) {
  const auto parsed = parse_log_line(line);
  if (!parsed || (query_.since && parsed->time < *query_.since)) return;
  if (query_.timestamps) out_.append(parsed->time_text).append(" ");
  out_.append(parsed->text);
  if (parsed->whole) out_.push_back('\n');
}

bool LogReader::limited() const { return query_.limit_bytes && given_ >= *query_.limit_bytes; }

net::Task<Result<std::string_view>> LogReader::read() {
  out_.clear();
  while (out_.empty() && !limited()) {
    if (query_.stop.stop_requested()) co_return fail(Errc::cancelled, "cancelled");
    channel_->grown.reset();
    const bool still_open = channel_->open;
    const auto more = take_more();
    if (!more) co_return std::unexpected(more.error());
    if (*more || open_next()) continue;
    if (!query_.follow || !still_open) break;
    co_await channel_->grown.wait(query_.stop);
  }
  if (query_.limit_bytes) {
    out_.resize(std::min(out_.size(),
                         static_cast<std::size_t>(std::max<std::int64_t>(0, *query_.limit_bytes - given_))));
  }
  given_ += static_cast<std::int64_t>(out_.size());
  co_return std::string_view(out_);
}

LogStore::LogStore(net::Loop& loop, std::string root, std::size_t max_bytes, const Clock& clock)
    : loop_(loop), root_(std::move(root)), max_bytes_(max_bytes), clock_(clock) {}

std::string LogStore::folder(const std::string& pod_uid, const std::string& container) const {
  return fmt::format("{}/{}/{}", root_, pod_uid, container);
}

Result<std::unique_ptr<LogWriter>> LogStore::begin(const std::string& pod_uid, const std::string& container,
                                                   int run) {
  const std::string home = folder(pod_uid, container);
  if (auto made = make_folders(home); !made) return std::unexpected(std::move(made.error()));
  for (const std::string& old : {run_path(home, run - 2), rotated_path(run_path(home, run - 2))}) {
    ::unlink(old.c_str());
  }
  auto channel = std::make_shared<LogChannel>(loop_);
  channel->run = run;
  channels_[{pod_uid, container}] = channel;
  return std::make_unique<LogWriter>(run_path(home, run), std::move(channel), max_bytes_, clock_);
}

Result<std::unique_ptr<LogReader>> LogStore::open(LogQuery query) {
  const std::string home = folder(query.pod_uid, query.container);
  const auto newest = newest_run(home);
  if (!newest)
    return fail(Errc::not_found, fmt::format("container {} has written no log yet", query.container));
  const int run = query.previous ? *newest - 1 : *newest;
  if (query.previous && !exists(run_path(home, run))) {
    return fail(Errc::not_found, fmt::format("previous terminated container {} not found", query.container));
  }
  const auto at = channels_.find({query.pod_uid, query.container});
  std::shared_ptr<LogChannel> channel;
  if (at != channels_.end() && at->second->run == run) {
    channel = at->second;
  } else {
    channel = std::make_shared<LogChannel>(loop_);
    channel->open = false;
  }
  return std::make_unique<LogReader>(run_path(home, run), std::move(channel), std::move(query));
}

void LogStore::forget(const std::string& pod_uid) {
  std::erase_if(channels_, [&](const auto& entry) { return entry.first.first == pod_uid; });
  [[maybe_unused]] const auto removed = remove_all(fmt::format("{}/{}", root_, pod_uid));
}

}  // namespace dynamo::node
