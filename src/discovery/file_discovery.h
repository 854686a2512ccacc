#pragma once

#include <filesystem>

#include "base/clock.h"
#include "base/environment.h"
#include "discovery/discovery.h"

namespace dynamo::discovery {

struct FileDiscoveryOptions {
  std::filesystem::path root;
  Duration time_to_live = std::chrono::seconds{10};         // a file not refreshed for so long counts as gone
  Duration poll_interval = std::chrono::milliseconds{250};  // how soon changes of others are seen
  /// `root` from DYN_FILE_KV, otherwise $TMPDIR/dynamo_store_kv.
  static FileDiscoveryOptions from_environment(const Environment& env);
};

/// Discovery through a directory tree that processes of one machine (or of a shared file system) see: one
/// file per record, its path is the record's key. A file is written whole under another name and renamed; its
/// owner sets its time anew three times per time to live; whoever sees one that has expired removes it. The
/// tree is small and read on the loop's thread; contents are read again only when a file was replaced.
class FileDiscovery final : public Discovery {
 public:
  FileDiscovery(net::Loop& loop, FileDiscoveryOptions options, const Clock& clock = Clock::system());
  ~FileDiscovery() override;

  InstanceId instance_id() const override { return id_; }
  net::Task<Result<void>> publish(Record record) override;
  net::Task<Result<void>> withdraw(std::string key) override;
  std::unique_ptr<Subscription> watch(Listener listener) override;
  net::Task<void> close() override;

  /// One look at the tree, and one refresh of own files; called in time by themselves.
  void poll();
  void refresh();

 private:
  /// A file as it was when read: replaced ones have another inode or size.
  struct Seen {
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::optional<Record> record;  // none = not one of ours, or broken
    bool is(std::uint64_t its_inode, std::int64_t its_size) const {
      return inode == its_inode && size == its_size;
    }
  };
  net::Task<void> poll_forever();
  net::Task<void> refresh_forever();
  Result<void> write(const std::string& key, const std::string& text);
  void look_at(const std::filesystem::path& path, std::map<std::string, Seen>& next);

  net::Loop& loop_;
  FileDiscoveryOptions options_;
  const Clock& clock_;
  InstanceId id_ = random_instance_id();
  WatchHub hub_;
  std::map<std::string, std::string> own_;  // key -> text
  std::map<std::string, Seen> seen_;
  net::TaskGroup tasks_;
  bool polling_ = false;
  bool refreshing_ = false;
};

}  // namespace dynamo::discovery
