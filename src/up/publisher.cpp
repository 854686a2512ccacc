#include "up/publisher.h"

namespace dynamo::up {
namespace {

constexpr int kPortsTried = 100;

}  // namespace

Result<std::unique_ptr<Publisher>> Publisher::open(net::Loop& loop, std::uint16_t first_port) {
  std::unique_ptr<Publisher> out(new Publisher(loop));
  const auto first = out->add_place(first_port);
  if (first) return out;
  if (first.error().code != Errc::already_exists) return std::unexpected(first.error());
  return fail(Errc::already_exists,
              fmt::format("port {} of 127.0.0.1 is in use; choose another one with --port", first_port));
}

Result<Publisher::Place*> Publisher::add_place(std::uint16_t port) {
  auto place = std::make_unique<Place>();
  Place* raw = place.get();
  auto forward = PortForward::open(loop_, {"127.0.0.1", port}, [this, raw] { return choose(*raw); });
  if (!forward) return std::unexpected(std::move(forward.error()));
  place->forward = std::move(*forward);
  forwards_.spawn(place->forward->run(forwards_.stop_token()));
  places_.push_back(std::move(place));
  return raw;
}

std::optional<net::Endpoint> Publisher::choose(Place& place) const {
  if (!place.graph || pods_ == nullptr) return std::nullopt;
  const auto pods = pods_->list(place.graph->ns);
  const auto ready = frontends_of(*place.graph, pods);
  if (ready.empty()) return std::nullopt;
  return ready[place.turns++ % ready.size()];
}

void Publisher::watch(kube::Cache& graphs, kube::Cache& pods, std::function<void()> changed) {
  pods_ = &pods;
  changed_ = std::move(changed);
  graphs.on_change([this](const kube::Change& change) {
    const kube::NamespacedName key = kube::key_of(change.object());
    if (!change.before) assign(key);
    if (!change.after) withdraw(key);
  });
}

void Publisher::assign(const kube::NamespacedName& graph) {
  for (const auto& place : places_) {
    if (place->graph) continue;
    place->graph = graph;
    return changed_();
  }
  std::uint16_t port = places_.back()->forward->endpoint().port;
  for (int tried = 0; tried < kPortsTried && port < 65535; ++tried) {
    const auto place = add_place(++port);
    if (!place) continue;
    (*place)->graph = graph;
    return changed_();
  }
}

void Publisher::withdraw(const kube::NamespacedName& graph) {
  for (const auto& place : places_) {
    if (place->graph == graph) place->graph.reset();
  }
  changed_();
}

PublishedUrls Publisher::urls() const {
  PublishedUrls out;
  for (const auto& place : places_) {
    if (place->graph) out[*place->graph] = "http://" + place->forward->endpoint().to_string();
  }
  return out;
}

net::Task<void> Publisher::run(std::stop_token stop) {
  net::Event never(loop_);
  co_await never.wait(std::move(stop));
  forwards_.request_stop();
  co_await forwards_.join();
}

}  // namespace dynamo::up
