#pragma once

#include <string>

#include "kube/client.h"
#include "kube/event_recorder.h"
#include "node/pod_api.h"

namespace dynamo::node {

/// PodApi over HTTPS.
class ClusterPodApi final : public PodApi {
 public:
  ClusterPodApi(kube::Client& client, kube::EventRecorder& events, std::string ca_pem)
      : client_(client), events_(events), ca_pem_(std::move(ca_pem)) {}

  net::Task<Result<Sources>> sources(kube::ObjectPtr pod) override;
  net::Task<Result<ServiceAccountFiles>> account(kube::ObjectPtr pod) override;
  net::Task<Result<kube::ObjectPtr>> write_status(kube::ObjectPtr pod, kube::Object status) override;
  net::Task<Result<void>> annotate(kube::ObjectPtr pod, std::string key, std::string value) override;
  net::Task<Result<void>> remove(kube::ObjectPtr pod) override;
  void tell(const kube::Object& pod, std::string_view container, PlanNote note) override;

 private:
  using Objects = std::map<std::string, kube::Object, std::less<>>;
  net::Task<Result<void>> collect(kube::Resource resource, std::string ns, std::vector<std::string> names,
                                  Objects& into);

  kube::Client& client_;
  kube::EventRecorder& events_;
  std::string ca_pem_;
};

}  // namespace dynamo::node
