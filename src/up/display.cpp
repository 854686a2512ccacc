#include "up/display.h"

#include <cstdio>

namespace dynamo::up {
namespace {

constexpr std::chrono::milliseconds kShortestPause{100};  // between two drawings
constexpr std::chrono::seconds kLongestPause{1};          // ages move on

}  // namespace

std::vector<std::string> LineDiff::next(std::span<const kube::ObjectPtr> graphs,
                                        std::span<const kube::ObjectPtr> pods, const PublishedUrls& urls) {
  std::map<std::string, std::string> now;
  std::vector<std::string> out;
  const auto add = [&](const kube::Object& object, std::string line) {
    const std::string uid(kube::uid_of(object));
    const auto before = told_.find(uid);
    if (before == told_.end() || before->second != line) out.push_back(line);
    now[uid] = std::move(line);
  };
  for (const kube::ObjectPtr& graph : graphs) add(*graph, graph_line(*graph, urls));
  for (const kube::ObjectPtr& pod : pods) add(*pod, pod_line(*pod));
  for (const auto& [uid, line] : told_) {
    if (!now.contains(uid)) out.push_back(line.substr(0, line.find(": ")) + ": gone");
  }
  told_ = std::move(now);
  return out;
}

net::Task<void> print_changes(net::Loop&, Watched watched, std::stop_token stop) {
  LineDiff diff;
  while (!stop.stop_requested()) {
    watched.changed.reset();
    const auto graphs = watched.graphs.list();
    const auto pods = watched.pods.list();
    for (const std::string& line : diff.next(graphs, pods, watched.urls())) fmt::print("{}\n", line);
    std::fflush(stdout);
    co_await watched.changed.wait(stop);
  }
}

net::Task<void> draw_table(net::Loop& loop, Watched watched, std::string heading, std::stop_token stop) {
  std::ptrdiff_t drawn = 0;  // lines that are on the screen
  while (!stop.stop_requested()) {
    watched.changed.reset();
    const auto graphs = watched.graphs.list();
    const auto pods = watched.pods.list();
    const std::string text = heading + overview(graphs, pods, watched.urls(), Clock::system().wall_now());
    if (drawn > 0)
      fmt::print("\x1b[{}A\x1b[J", drawn);  // up to where the last one began, and clear from there
    fmt::print("{}", text);
    std::fflush(stdout);
    drawn = std::ranges::count(text, '\n');
    co_await loop.sleep_for(kShortestPause, stop);
    co_await watched.changed.wait(stop, loop.now() + kLongestPause);
  }
}

}  // namespace dynamo::up
