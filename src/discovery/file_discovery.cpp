#include "discovery/file_discovery.h"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace dynamo::discovery {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporarySuffix = ".tmp";

timespec to_timespec(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch() - seconds);
  return {.tv_sec = seconds.count(), .tv_nsec = rest.count()};
}

WallTime to_wall_time(const timespec& time) {
  return WallTime{std::chrono::duration_cast<WallTime::duration>(std::chrono::seconds{time.tv_sec} +
                                                                 std::chrono::nanoseconds{time.tv_nsec})};
}

/// False when the file is not there.
bool set_time(const fs::path& path, WallTime time) {
  const timespec both[2]{to_timespec(time), to_timespec(time)};
  return ::utimensat(AT_FDCWD, path.c_str(), both, 0) == 0;
}

std::optional<Record> read_record(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const auto parsed = json::parse(text.view());
  if (!parsed) return std::nullopt;
  auto record = record_from_json(*parsed);
  if (!record) return std::nullopt;
  return std::move(*record);
}

}  // namespace

FileDiscoveryOptions FileDiscoveryOptions::from_environment(const Environment& env) {
  const fs::path temporary = env.get_or("TMPDIR", "/tmp");
  const auto root = env.get("DYN_FILE_KV");
  return {.root = root ? fs::path(*root) : temporary / "dynamo_store_kv"};
}

FileDiscovery::FileDiscovery(net::Loop& loop, FileDiscoveryOptions options, const Clock& clock)
    : loop_(loop), options_(std::move(options)), clock_(clock), hub_(loop), tasks_(loop) {}

FileDiscovery::~FileDiscovery() = default;

net::Task<void> FileDiscovery::close() {
  tasks_.request_stop();
  co_await tasks_.join();
}

Result<void> FileDiscovery::write(const std::string& key, const std::string& text) {
  const fs::path path = options_.root / key;
  const fs::path temporary = fmt::format("{}.{}{}", path.string(), ::getpid(), kTemporarySuffix);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error)
    return std::unexpected(
        system_error(fmt::format("making {}", path.parent_path().string()), error.value()));
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return std::unexpected(system_error(fmt::format("writing {}", temporary.string()), errno));
  set_time(temporary, clock_.wall_now());
  fs::rename(temporary, path, error);
  if (error)
    return std::unexpected(system_error(fmt::format("renaming {}", temporary.string()), error.value()));
  return {};
}

net::Task<Result<void>> FileDiscovery::publish(Record record) {
  if (auto checked = check_key(record); !checked) co_return std::unexpected(std::move(checked.error()));
  const std::string key = key_of(record);
  const std::string text = json::dump(to_json(record));
  if (auto written = write(key, text); !written)
    co_return context("publishing " + key, std::move(written.error()));
  own_.insert_or_assign(key, text);
  if (!std::exchange(refreshing_, true)) tasks_.spawn(refresh_forever());
  if (polling_) poll();
  co_return Result<void>{};
}

net::Task<Result<void>> FileDiscovery::withdraw(std::string key) {
  if (own_.erase(key) == 0) co_return Result<void>{};
  std::error_code error;
  fs::remove(options_.root / key, error);
  if (error) co_return std::unexpected(system_error("withdrawing " + key, error.value()));
  if (polling_) poll();
  co_return Result<void>{};
}

std::unique_ptr<Discovery::Subscription> FileDiscovery::watch(Listener listener) {
  if (!std::exchange(polling_, true)) {
    poll();
    tasks_.spawn(poll_forever());
  }
  return hub_.subscribe(std::move(listener));
}

void FileDiscovery::look_at(const fs::path& path, std::map<std::string, Seen>& next) {
  struct stat status{};
  if (path.extension() == kTemporarySuffix || ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
    return;
  const bool expired = to_wall_time(status.st_mtim) + options_.time_to_live < clock_.wall_now();
  if (expired) {
    ::unlink(path.c_str());
    return;
  }
  const std::string key = path.lexically_relative(options_.root).string();
  const auto known = seen_.find(key);
  if (known != seen_.end() && known->second.is(status.st_ino, status.st_size)) {
    next.emplace(key, known->second);
  } else {
    next.emplace(key, Seen{status.st_ino, status.st_size, read_record(path)});
  }
}

void FileDiscovery::poll() {
  std::map<std::string, Seen> next;
  std::error_code error;
  fs::recursive_directory_iterator entries(options_.root, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error))
    look_at(entries->path(), next);
  seen_ = std::move(next);

  Snapshot snapshot;
  for (const auto& [key, seen] : seen_) {
    if (seen.record) snapshot.emplace(key_of(*seen.record), *seen.record);
  }
  hub_.update(std::move(snapshot));
}

/// A file that somebody removed (it had expired while this process was stopped) is written anew.
void FileDiscovery::refresh() {
  for (const auto& [key, text] : own_) {
    if (!set_time(options_.root / key, clock_.wall_now())) static_cast<void>(write(key, text));
  }
}

net::Task<void> FileDiscovery::poll_forever() {
  for (;;) {
    const bool go_on = co_await loop_.sleep_for(options_.poll_interval, tasks_.stop_token());
    if (!go_on) co_return;
    poll();
  }
}

net::Task<void> FileDiscovery::refresh_forever() {
  for (;;) {
    const bool go_on = co_await loop_.sleep_for(options_.time_to_live / 3, tasks_.stop_token());
    if (!go_on) co_return;
    refresh();
  }
}

}  // namespace dynamo::discovery
