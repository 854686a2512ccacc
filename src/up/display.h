#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "kube/cache.h"
#include "net/loop.h"

#include "up/view.h"

namespace dynamo::up {

/// What a display looks at.
struct Watched {
  const kube::Cache& graphs;
  const kube::Cache& pods;
  std::function<PublishedUrls()> urls;
  net::Event& changed;
};

/// The lines about graphs and pods that differ from those told before. Pure.
class LineDiff {
 public:
  std::vector<std::string> next(std::span<const kube::ObjectPtr> graphs,
                                std::span<const kube::ObjectPtr> pods, const PublishedUrls& urls);

 private:
  std::map<std::string, std::string> told_;  // by uid
};

/// One plain line for every change, until `stop`.
net::Task<void> print_changes(net::Loop& loop, Watched watched, std::stop_token stop);
/// A table that is drawn anew in place, for terminals, until `stop`.
net::Task<void> draw_table(net::Loop& loop, Watched watched, std::string heading, std::stop_token stop);

}  // namespace dynamo::up
