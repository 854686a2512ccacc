#include "apiserver/pod_logs.h"

#include <charconv>

#include "apiserver/api_error.h"

namespace dynamo::apiserver {
namespace {

std::vector<std::string_view> container_names(const Object& pod, std::string_view list) {
  std::vector<std::string_view> names;
  for (const auto& container : kube::array_at(pod, {"spec", list}))
    names.push_back(json::string_at(container, {"name"}));
  return names;
}

/// Errors: bad request, when the parameter is there and is not a number from 0 up.
Result<std::optional<std::int64_t>> number_of(const net::Query& query, std::string_view name) {
  const auto text = query.get(name);
  if (text.empty()) return std::optional<std::int64_t>{};
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) {
    return std::unexpected(
        bad_request(fmt::format("{} must be a number, 0 or more, not \"{}\"", name, text)));
  }
  return std::optional(value);
}

Result<LogRequest> log_request(const Call& call, const Object& pod) {
  const net::Query& query = call.http.query;
  const auto flag = [&](std::string_view name) { return query.has(name) && query.flag(name); };
  auto container = choose_container(pod, query.get("container"));
  if (!container) return std::unexpected(container.error());
  LogRequest out{.ns = call.path.ns,
                 .pod = call.path.name,
                 .pod_uid = std::string(kube::uid_of(pod)),
                 .container = std::move(*container),
                 .follow = flag("follow"),
                 .previous = flag("previous"),
                 .timestamps = flag("timestamps"),
                 .stop = call.http.gone};
  for (auto [name, into] : {std::pair{"tailLines", &out.tail_lines},
                            {"sinceSeconds", &out.since_seconds},
                            {"limitBytes", &out.limit_bytes}}) {
    const auto number = number_of(query, name);
    if (!number) return std::unexpected(number.error());
    *into = *number;
  }
  return out;
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string out;
  for (const auto name : names) out.append(out.empty() ? "" : " ").append(name);
  return out;
}

}  // namespace

Result<std::string> choose_container(const Object& pod, std::string_view wanted) {
  auto names = container_names(pod, "containers");
  if (wanted.empty()) wanted = kube::annotation(pod, "kubectl.kubernetes.io/default-container");
  if (wanted.empty() && names.size() == 1) return std::string(names.front());
  if (wanted.empty()) {
    return std::unexpected(
        bad_request(fmt::format("a container name must be specified for pod {}, choose one of: [{}]",
                                kube::name_of(pod), joined(names))));
  }
  const auto init = container_names(pod, "initContainers");
  names.insert(names.end(), init.begin(), init.end());
  if (std::find(names.begin(), names.end(), wanted) != names.end()) return std::string(wanted);
  return std::unexpected(
      bad_request(fmt::format("container {} is not valid for pod {}", wanted, kube::name_of(pod))));
}

net::Task<Outcome> stream_log(const Store& store, LogSource* source, Call call) {
  const ObjectPtr pod = store.get(call.key());
  if (!pod) co_return std::unexpected(object_not_found(call.kind->resource, call.path.name));
  auto request = log_request(call, *pod);
  if (!request) co_return std::unexpected(request.error());
  if (source == nullptr)
    co_return std::unexpected(bad_request("nobody keeps logs here: this API server runs without a node"));
  std::stop_source stop;
  const std::stop_callback left(call.http.gone, [&stop] { stop.request_stop(); });
  const std::stop_callback ending(call.stopping, [&stop] { stop.request_stop(); });
  request->stop = stop.get_token();
  const auto limit = request->limit_bytes;
  auto opened = co_await source->open(std::move(*request));
  if (!opened) co_return std::unexpected(bad_request(opened.error().message));
  const std::unique_ptr<LogStream> log = std::move(*opened);

  net::Headers headers{{"Content-Type", "text/plain"}, {"Cache-Control", "no-cache, private"}};
  Result<void> sent = co_await call.out.start(200, std::move(headers));
  std::size_t left_to_send = limit ? static_cast<std::size_t>(*limit) : SIZE_MAX;
  while (sent && left_to_send > 0) {
    const Result<std::string_view> piece = co_await log->read();
    if (!piece || piece->empty()) break;
    const std::string_view part = piece->substr(0, left_to_send);
    left_to_send -= part.size();
    sent = co_await call.out.write(part);
  }
  if (sent) co_await call.out.finish();
  co_return Streamed{};
}

}  // namespace dynamo::apiserver
