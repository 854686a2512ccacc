#include "load/process_usage.h"

#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace dynamo::bench {
namespace {

namespace fs = std::filesystem;
constexpr double kMebibyte = 1 << 20;

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

/// The process and its descendants, parents first.
std::vector<int> process_tree(int root) {
  std::vector<int> tree{root};
  for (std::size_t i = 0; i < tree.size(); ++i) {
    std::error_code gone;
    for (const auto& task : fs::directory_iterator(fmt::format("/proc/{}/task", tree[i]), gone)) {
      std::istringstream children(read_file(task.path().string() + "/children"));
      for (int child = 0; children >> child;) tree.push_back(child);
    }
  }
  return tree;
}

void add_times(int pid, ProcessUsage& usage) {
  const std::string stat = read_file(fmt::format("/proc/{}/stat", pid));
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return;
  unsigned long user = 0, system = 0;
  long children_user = 0, children_system = 0, threads = 0;
  const int read = std::sscanf(stat.c_str() + name_end + 1,
                               " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld %*d %*d %ld",
                               &user, &system, &children_user, &children_system, &threads);
  if (read != 5) return;
  static const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  usage.user_seconds += (static_cast<double>(user) + static_cast<double>(children_user)) / ticks;
  usage.system_seconds += (static_cast<double>(system) + static_cast<double>(children_system)) / ticks;
  usage.threads += threads;
  ++usage.processes;
}

void add_resident(int pid, ProcessUsage& usage) {
  std::istringstream statm(read_file(fmt::format("/proc/{}/statm", pid)));
  unsigned long total = 0, resident = 0;
  static const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  if (statm >> total >> resident) usage.rss_mib += static_cast<double>(resident) * page / kMebibyte;
}

void add_proportional(int pid, ProcessUsage& usage) {
  const std::string rollup = read_file(fmt::format("/proc/{}/smaps_rollup", pid));
  unsigned long kibibytes = 0;
  const std::size_t line = rollup.find("\nPss:");
  if (line != std::string::npos && std::sscanf(rollup.c_str() + line, "\nPss: %lu", &kibibytes) == 1)
    usage.pss_mib += static_cast<double>(kibibytes) / 1024;
}

}  // namespace

ProcessUsage read_usage(int root_pid, WithPss with_pss) {
  ProcessUsage usage;
  for (const int pid : process_tree(root_pid)) {
    add_times(pid, usage);
    add_resident(pid, usage);
    if (with_pss == WithPss::kYes) add_proportional(pid, usage);
  }
  return usage;
}

}  // namespace dynamo::bench
