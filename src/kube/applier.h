#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "kube/apply_plan.h"
#include "kube/cache.h"
#include "kube/client.h"

namespace dynamo::kube {

/// One write that was made, or that was blocked.
struct ApplyResult {
  ApplyAction action = ApplyAction::unchanged;
  Resource resource;
  NamespacedName key;
  std::string why;
};

/// What a call to `Applier::apply` did; objects that needed nothing are only counted.
struct ApplyReport {
  std::vector<ApplyResult> results;
  std::size_t unchanged = 0;
  bool has(ApplyAction action) const;
};

/// Writes desired objects with server-side apply under one field manager, and prunes what is no longer
/// wanted. Compares with its caches first: an unchanged object costs no request. Where the server writes a
/// value in another way than we do, so that the comparison never agrees, one apply that changes nothing
/// settles it: it is not tried again until one of both sides changes. Threads: its loop's.
class Applier {
 public:
  static constexpr std::string_view kOwnerIndex = "applier/owner-uid";

  Applier(Client& client, std::string field_manager)
      : client_(client), field_manager_(std::move(field_manager)) {}

  /// Looks objects of the cache's resource up there. Once for each resource that is written or pruned, before
  /// the cache runs: it gets an index by owner.
  void use(Cache& cache);

  /// All steps are tried; the first failure is returned in the end. Objects of resources without a cache are
  /// refused (unsupported).
  net::Task<Result<ApplyReport>> apply(std::vector<Desired> desired, ApplyRules rules, std::stop_token stop);

  /// The steps that `apply` would take now.
  std::vector<ApplyStep> plan(std::vector<Desired> desired, const ApplyRules& rules) const;

 private:
  net::Task<Result<void>> perform(const ApplyStep& step, std::stop_token stop);
  net::Task<Result<void>> prune(const Desired& object, CallOptions call);
  /// Whether the server has seen this wish already and found nothing to do.
  bool is_settled(const ApplyStep& step, const Object& seen) const;

  Client& client_;
  std::string field_manager_;
  std::map<Resource, Cache*> caches_;
  struct Settled {
    std::string resource_version;  // as it was when the apply changed nothing
    std::string wish;              // hash of what was applied
  };
  std::map<std::pair<Resource, NamespacedName>, Settled> settled_;  // of objects in the caches only
};

}  // namespace dynamo::kube
