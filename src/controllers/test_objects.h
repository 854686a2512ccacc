#pragma once

#include <string>

#include "controllers/deployment_plan.h"
#include "kube/object.h"
#include "kube/owner.h"

/// Builders that keep rows of tests to one line.
namespace dynamo::controllers::testing {

inline const WallTime kNow{std::chrono::seconds{1'700'000'000}};

inline Object object(std::string_view text) { return json::parse(text).value().as_object(); }
inline ObjectPtr share(Object made) { return std::make_shared<const Object>(std::move(made)); }

struct PodSpec {
  std::string name;
  std::string phase = "Running";
  bool ready = true;
  std::string node = "n1";
  int ready_seconds_ago = 100;
  int created_seconds_ago = 200;
  int restarts = 0;
  int deletion_cost = 0;
  std::string ip = "127.0.0.2";
  std::string app = "web";
  bool deleting = false;
};

inline Object make_pod(const PodSpec& spec) {
  Object pod = kube::make_object(kube::resources::kPods, {"ns", spec.name});
  kube::metadata(pod)["uid"] = "uid-" + spec.name;
  kube::metadata(pod)["creationTimestamp"] =
      format_rfc3339(kNow - std::chrono::seconds{spec.created_seconds_ago});
  if (spec.deleting) kube::metadata(pod)["deletionTimestamp"] = format_rfc3339(kNow);
  kube::set_label(pod, "app", spec.app);
  if (spec.deletion_cost != 0) {
    kube::set_annotation(pod, "controller.kubernetes.io/pod-deletion-cost",
                         std::to_string(spec.deletion_cost));
  }
  Object container{{"name", "main"},
                   {"ports", json::array{Object{{"name", "http"}, {"containerPort", 8000}}}}};
  pod["spec"] = Object{{"containers", json::array{std::move(container)}}};
  if (!spec.node.empty()) pod["spec"].as_object()["nodeName"] = spec.node;
  Object ready{{"type", "Ready"},
               {"status", spec.ready ? "True" : "False"},
               {"lastTransitionTime", format_rfc3339(kNow - std::chrono::seconds{spec.ready_seconds_ago})}};
  pod["status"] = Object{{"phase", spec.phase},
                         {"podIP", spec.ip},
                         {"conditions", json::array{std::move(ready)}},
                         {"containerStatuses", json::array{Object{{"restartCount", spec.restarts}}}}};
  return pod;
}

inline ObjectPtr pod(const PodSpec& spec) { return share(make_pod(spec)); }

inline Object make_workload(const kube::Resource& resource, const std::string& name, std::int64_t replicas) {
  Object made = kube::make_object(resource, {"ns", name});
  kube::metadata(made)["uid"] = "uid-" + name;
  kube::metadata(made)["generation"] = 1;
  made["spec"] = object(R"({"selector":{"matchLabels":{"app":"web"}},
    "template":{"metadata":{"labels":{"app":"web"},"annotations":{"note":"x"}},
                "spec":{"containers":[{"name":"main","image":"web:1"}]}}})");
  made["spec"].as_object()["replicas"] = replicas;
  return made;
}

}  // namespace dynamo::controllers::testing
