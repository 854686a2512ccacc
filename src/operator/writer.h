#pragma once

#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "graph/rendered.h"
#include "kube/applier.h"
#include "kube/event_recorder.h"
#include "operator/world.h"

namespace dynamo::operators {

/// What writing the objects of one parent changed.
struct Written {
  std::set<kube::NamespacedName> components{};   // DynamoComponentDeployments, and
  std::set<kube::NamespacedName> deployments{};  // Deployments that are not yet what was last seen of them
  bool anything = false;
};

/// Brings rendered objects to the server, each by its write rule, removes those that their parent no longer
/// wants, and tells about it in events of the parent. Unchanged objects cost no request. Threads: the loop's.
class Writer {
 public:
  /// Before the world runs.
  Writer(kube::Client& client, World& world);

  /// `inventory`: which of the parent's objects may be removed. Errors: as the server says, or already_exists
  /// when an object of that name belongs to somebody else; what could be written has been.
  net::Task<Result<Written>> write(kube::ObjectPtr parent, std::vector<graph::Rendered> wanted,
                                   kube::LabelSelector inventory, kube::EventRecorder& events,
                                   std::stop_token stop);

 private:
  net::Task<Result<bool>> create_if_absent(kube::Resource resource, kube::Object object,
                                           std::stop_token stop);
  Result<void> take_result(const kube::ApplyResult& result, Written& written) const;

  kube::Client& client_;
  const World& world_;
  kube::Applier applier_;
};

}  // namespace dynamo::operators
