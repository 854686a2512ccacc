#include "graph/restart.h"

#include <algorithm>
#include <vector>

#include "api/constants.h"
#include "graph/readiness.h"

namespace dynamo::graph {
namespace {

using api::RestartStatus;

bool is_parallel(const api::Restart& restart) {
  return restart.strategy && restart.strategy->type == api::RestartStrategyType::parallel;
}

bool is_finished(const RestartStatus& status) {
  return status.phase == api::restart_phase::kCompleted || status.phase == api::restart_phase::kFailed ||
         status.phase == api::restart_phase::kSuperseded;
}

/// The order of turns: as given, else alphabetical.
std::vector<std::string> turns_of(const api::DynamoGraphDeployment& dgd) {
  const auto& strategy = dgd.spec.restart->strategy;
  if (strategy && !strategy->order.empty()) return strategy->order;
  std::vector<std::string> names;
  for (const auto& [name, spec] : dgd.spec.services) names.push_back(name);
  return names;
}

std::string stamp_of(const api::DynamoComponentDeployment& component) {
  const auto found = component.spec.annotations.find(std::string(api::annotation::kRestartAt));
  return found == component.spec.annotations.end() ? std::string{} : found->second;
}

/// The component carries this restart's id, and is through with it.
bool has_restarted(const Components& components, const std::string& service, const std::string& id) {
  const auto found = components.find(service);
  return found != components.end() && stamp_of(found->second) == id && !not_ready_reason(found->second);
}

RestartStatus with_progress(const std::string& id, std::vector<std::string> in_progress) {
  const auto phase = in_progress.empty() ? api::restart_phase::kCompleted : api::restart_phase::kRestarting;
  return {.observed_id = id, .phase = std::string(phase), .in_progress = std::move(in_progress)};
}

/// A graph that has nothing yet has nothing to restart: its pods carry the id from the start.
RestartStatus begin(const api::DynamoGraphDeployment& dgd, const Components& components) {
  if (components.empty()) return with_progress(dgd.spec.restart->id, {});
  std::vector<std::string> turns = turns_of(dgd);
  if (!is_parallel(*dgd.spec.restart) && turns.size() > 1) turns.resize(1);
  return with_progress(dgd.spec.restart->id, std::move(turns));
}

RestartStatus advance_parallel(const RestartStatus& last, const Components& components) {
  std::vector<std::string> left = last.in_progress;
  std::erase_if(left,
                [&](const std::string& name) { return has_restarted(components, name, last.observed_id); });
  return with_progress(last.observed_id, std::move(left));
}

RestartStatus advance_sequential(const RestartStatus& last, const std::vector<std::string>& turns,
                                 const Components& components) {
  const std::string current = last.in_progress.empty() ? std::string{} : last.in_progress.front();
  auto turn = std::ranges::find(turns, current);
  if (turn == turns.end()) turn = turns.begin();  // the order was changed midway: go through it again
  while (turn != turns.end() && has_restarted(components, *turn, last.observed_id)) ++turn;
  return with_progress(last.observed_id,
                       turn == turns.end() ? std::vector<std::string>{} : std::vector{*turn});
}

/// How many of the turns have come, the one under way included.
std::size_t turns_taken(const std::vector<std::string>& turns, const RestartStatus& now) {
  std::size_t taken = now.in_progress.empty() ? turns.size() : 0;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    if (std::ranges::find(now.in_progress, turns[i]) != now.in_progress.end()) taken = std::max(taken, i + 1);
  }
  return taken;
}

}  // namespace

std::optional<RestartStatus> advance_restart(const api::DynamoGraphDeployment& dgd,
                                             const Components& components) {
  const std::optional<RestartStatus>& last = dgd.status.restart;
  if (!dgd.spec.restart || dgd.spec.restart->id.empty()) {
    return last && is_finished(*last) ? last : std::nullopt;
  }
  if (!last || last->observed_id != dgd.spec.restart->id) return begin(dgd, components);
  if (is_finished(*last)) return last;
  return is_parallel(*dgd.spec.restart) ? advance_parallel(*last, components)
                                        : advance_sequential(*last, turns_of(dgd), components);
}

std::map<std::string, std::string> restart_stamps(const api::DynamoGraphDeployment& dgd,
                                                  const std::optional<RestartStatus>& now,
                                                  const Components& components) {
  std::map<std::string, std::string> stamps;
  for (const auto& [service, component] : components) stamps[service] = stamp_of(component);
  if (!now) return stamps;
  const bool one_by_one = dgd.spec.restart && !is_parallel(*dgd.spec.restart) && !is_finished(*now);
  if (!one_by_one) {
    for (const auto& [service, spec] : dgd.spec.services) stamps[service] = now->observed_id;
    return stamps;
  }
  const std::vector<std::string> turns = turns_of(dgd);
  for (std::size_t i = 0; i < turns_taken(turns, *now); ++i) stamps[turns[i]] = now->observed_id;
  return stamps;
}

}  // namespace dynamo::graph
