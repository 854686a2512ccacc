#include "controllers/context.h"

#include "kube/merge_diff.h"

namespace dynamo::controllers {

kube::ControllerOptions controller_options(const Context& context, std::string name, std::size_t workers) {
  kube::ControllerOptions options;
  options.name = name;
  options.workers = workers;
  options.random = context.random;
  options.failed = [&context, name = std::move(name)](const kube::NamespacedName& key, const Error& why, int,
                                                      Duration) {
    if (context.failed) context.failed(name, key, why);
  };
  return options;
}

net::Task<Result<void>> write_status(kube::Client& client, kube::Resource resource, kube::ObjectPtr seen,
                                     kube::Object wanted, std::stop_token stop) {
  kube::Object change = kube::merge_diff(kube::object_at(*seen, {"status"}), wanted);
  if (change.empty()) co_return Result<void>{};
  kube::WriteOptions options;
  options.subresource = "status";
  const json::value patch =
      kube::Object{{"metadata", kube::Object{{"uid", kube::uid_of(*seen)}}}, {"status", std::move(change)}};
  const kube::CallOptions call{.stop = std::move(stop), .deadline = {}};
  const auto written =
      co_await client.patch(resource, kube::key_of(*seen), kube::PatchKind::merge, patch, options, call);
  const bool gone = !written && written.error().code == Errc::not_found;
  if (!written && !gone) co_return std::unexpected(written.error());
  co_return Result<void>{};
}

kube::Outcome outcome_of(const Result<void>& result, std::optional<Duration> look_again) {
  if (!result) return kube::Backoff{result.error()};
  if (look_again) return kube::RetryAfter{*look_again};
  return kube::Done{};
}

}  // namespace dynamo::controllers
