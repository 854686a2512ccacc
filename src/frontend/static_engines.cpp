#include "frontend/static_engines.h"

namespace dynamo::frontend {
namespace {

constexpr auto kFirstPeriod = std::chrono::seconds{1};
constexpr auto kPeriod = std::chrono::seconds{5};
constexpr auto kTimeout = std::chrono::seconds{3};
constexpr std::uint64_t kInstanceIdMask = 0x001F'FFFF'FFFF'FFFFULL;  // 53 bits: safe in JSON numbers

std::string join_path(const std::string& base, std::string_view path) {
  return (base.ends_with('/') ? base.substr(0, base.size() - 1) : base) + std::string(path);
}

bool same_models(const std::vector<Worker>& a, const std::vector<Worker>& b) {
  return std::ranges::equal(a, b, {}, &Worker::model, &Worker::model);
}

}  // namespace

Result<std::vector<Worker>> workers_from_models(const net::Url& url, std::string_view body) {
  auto parsed = json::parse(body);
  if (!parsed) return context(url.authority(), std::move(parsed.error()));
  const json::value* data = json::find(*parsed, {"data"});
  const json::array* list = data == nullptr ? nullptr : data->if_array();
  if (list == nullptr) {
    return fail(Errc::invalid,
                fmt::format("{}: the answer of /v1/models has no list `data`", url.authority()));
  }
  std::vector<Worker> workers;
  for (const json::value& entry : *list) {
    const auto id = json::string_at(entry, {"id"});
    if (id.empty()) continue;
    Worker worker;
    worker.url = url;
    worker.model = id;
    worker.instance_id =
        std::hash<std::string>{}(fmt::format("{}{}", url.authority(), url.target))&kInstanceIdMask;
    worker.endpoint = "dyn://static.backend.generate";
    worker.record = {{"namespace", "static"},
                     {"component", "backend"},
                     {"endpoint", "generate"},
                     {"instance_id", worker.instance_id},
                     {"transport", {{"http", fmt::format("http://{}", url.authority())}}}};
    workers.push_back(std::move(worker));
  }
  return workers;
}

StaticEngines::StaticEngines(net::Loop& loop, std::vector<net::Url> urls,
                             std::function<void(std::vector<Worker>)> changed)
    : loop_(loop), urls_(std::move(urls)), changed_(std::move(changed)), client_(loop) {}

net::Task<void> StaticEngines::run(std::stop_token stop) {
  net::TaskGroup group(loop_);
  for (const net::Url& url : urls_) group.spawn(watch(url, stop));
  co_await group.join();
}

net::Task<void> StaticEngines::watch(net::Url url, std::stop_token stop) {
  const std::string key = fmt::format("{}{}", url.authority(), url.target);
  while (!stop.stop_requested()) {
    std::vector<Worker> workers = co_await ask(url, stop);
    const bool answered = !workers.empty();
    if (!stop.stop_requested() && !same_models(workers, by_url_[key])) {
      by_url_[key] = std::move(workers);
      std::vector<Worker> all;
      for (const auto& [at, known] : by_url_) all.insert(all.end(), known.begin(), known.end());
      changed_(std::move(all));
    }
    co_await loop_.sleep_for(answered ? kPeriod : kFirstPeriod, stop);
  }
}

/// The server's workers now; none when it does not answer as an OpenAI server does.
net::Task<std::vector<Worker>> StaticEngines::ask(net::Url url, std::stop_token stop) {
  net::HttpClientRequest request;
  request.url = url;
  request.url.target = join_path(url.target, "/v1/models");
  request.deadline = loop_.now() + kTimeout;
  request.idle_timeout = kTimeout;
  request.stop = stop;
  auto response = co_await client_.send(std::move(request));
  if (!response || (*response)->status() != 200) co_return std::vector<Worker>{};
  auto body = co_await (*response)->read_all();
  if (!body) co_return std::vector<Worker>{};
  auto workers = workers_from_models(url, *body);
  co_return std::move(workers).value_or(std::vector<Worker>{});
}

}  // namespace dynamo::frontend
