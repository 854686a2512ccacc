#include "engine/mock_scheduler.h"

#include <algorithm>
#include <fmt/format.h>

namespace dynamo::engine {
namespace {

constexpr std::size_t kHitRateWindow = 1000;

std::size_t blocks_for(std::size_t tokens, std::size_t block_size) {
  return (tokens + block_size - 1) / block_size;
}

std::size_t admissible_blocks(const MockLimits& limits) {
  return static_cast<std::size_t>((1 - limits.watermark) * static_cast<double>(limits.blocks));
}

}  // namespace

MockScheduler::MockScheduler(const MockLimits& limits) : limits_(limits), pool_(limits.blocks) {}

Result<void> MockScheduler::add(SequenceId id, SequenceSpec spec) {
  const std::size_t prompt = spec.prompt.length();
  if (blocks_for(prompt + spec.max_tokens, limits_.block_size) > admissible_blocks(limits_)) {
    return fail(Errc::invalid,
                fmt::format("prompt and answer may have {} tokens together, got {} and {}",
                            admissible_blocks(limits_) * limits_.block_size, prompt, spec.max_tokens));
  }
  if (!limits_.chunked_prefill && prompt > limits_.max_batched_tokens) {
    return fail(Errc::invalid, fmt::format("without chunked prefill a prompt may have {} tokens, got {}",
                                           limits_.max_batched_tokens, prompt));
  }
  const std::size_t wanted = limits_.role == MockRole::prefill ? 1 : spec.max_tokens;
  sequences_.emplace(id, Sequence{.chain = std::move(spec.prompt),
                                  .max_tokens = std::max<std::size_t>(wanted, 1),
                                  .next_token = std::move(spec.next_token),
                                  .prompt_tokens = prompt});
  waiting_.push_back(id);
  return {};
}

void MockScheduler::cancel(SequenceId id) {
  const auto found = sequences_.find(id);
  if (found == sequences_.end()) return;
  if (found->second.state != State::waiting) give_blocks_back(found->second);
  std::erase(waiting_, id);
  std::erase(prefilling_, id);
  std::erase(running_, id);
  sequences_.erase(found);
}

MockPass MockScheduler::run_pass() {
  admit_waiting();
  MockPass pass;
  const Milliseconds prefill_cost = prefill();
  if (limits_.role != MockRole::decode) pass.time += prefill_cost;
  pass.time += decode(pass);
  return pass;
}

/// First come, first served: one that does not fit holds up those behind it.
void MockScheduler::admit_waiting() {
  while (!waiting_.empty()) {
    Sequence& next = at(waiting_.front());
    if (!has_room_for(next)) return;
    next.prefill_left = next.chain.length() - cached_prefix(next);
    if (!next.cached_tokens) {
      next.cached_tokens = std::min(cached_prefix(next), next.prompt_tokens);
      note_hit_rate(next);
    }
    take_blocks(next);
    next.state = State::prefilling;
    prefilling_.push_back(waiting_.front());
    waiting_.pop_front();
  }
}

bool MockScheduler::has_room_for(const Sequence& sequence) const {
  if (running_.size() + prefilling_.size() >= limits_.max_sequences) return false;
  if (pool_.active() + sequence.chain.blocks() > admissible_blocks(limits_)) return false;
  std::size_t batched = 0;
  for (const auto id : prefilling_) batched += sequences_.at(id).prefill_left;
  if (limits_.chunked_prefill) return batched < limits_.max_batched_tokens;
  return batched + sequence.chain.length() - cached_prefix(sequence) <= limits_.max_batched_tokens;
}

/// Tokens of the longest prefix of blocks that are in the cache.
std::size_t MockScheduler::cached_prefix(const Sequence& sequence) const {
  if (!limits_.prefix_caching) return 0;
  return std::min(pool_.matching_prefix(sequence.chain.full_blocks()) * limits_.block_size,
                  sequence.chain.length());
}

/// Without prefix caching blocks are anonymous: they are held as partial ones, full or not.
void MockScheduler::take_blocks(Sequence& sequence) {
  if (!limits_.prefix_caching) {
    for (std::size_t i = 0; i < sequence.chain.blocks(); ++i) pool_.use_partial();
    return;
  }
  for (const auto hash : sequence.chain.full_blocks()) pool_.use(hash);
  if (sequence.chain.tail() > 0) pool_.use_partial();
}

/// The last blocks become inactive first, so that the beginnings, which others share, live longest.
void MockScheduler::give_blocks_back(const Sequence& sequence) {
  if (!limits_.prefix_caching) {
    for (std::size_t i = 0; i < sequence.chain.blocks(); ++i) pool_.discard_partial();
    return;
  }
  if (sequence.chain.tail() > 0) pool_.discard_partial();
  const auto& blocks = sequence.chain.full_blocks();
  for (auto hash = blocks.rbegin(); hash != blocks.rend(); ++hash) pool_.release(*hash);
}

/// In order of admission, cut to the token budget; a sequence that is cut ends the phase.
Milliseconds MockScheduler::prefill() {
  Milliseconds time{0};
  std::size_t budget = limits_.max_batched_tokens;
  while (!prefilling_.empty()) {
    Sequence& next = at(prefilling_.front());
    const std::size_t chunk = std::min(next.prefill_left, budget);
    time += prefill_time(chunk);
    next.prefill_left -= chunk;
    budget -= chunk;
    if (next.prefill_left > 0) break;
    next.state = State::running;
    running_.push_back(prefilling_.front());
    prefilling_.pop_front();
    if (budget == 0) break;
  }
  return time;
}

Milliseconds MockScheduler::decode(MockPass& pass) {
  if (running_.empty()) return Milliseconds{0};
  const std::vector<SequenceId> batch(running_.begin(), running_.end());
  for (const auto id : batch) {
    Sequence& sequence = at(id);
    const bool taken_back = sequence.state != State::running || !make_room_for_token(id);
    if (taken_back) continue;
    const std::size_t position = sequence.generated;
    add_token(sequence);
    pass.tokens.push_back({.id = id,
                           .position = position,
                           .cached_tokens = sequence.cached_tokens.value_or(0),
                           .last = sequence.generated >= sequence.max_tokens});
  }
  const Milliseconds time = decode_time(pool_.active() * limits_.block_size);
  for (const auto& token : pass.tokens) {
    if (token.last) cancel(token.id);
  }
  return time;
}

/// A token that begins a block needs a new one. False when the sequence itself had to be taken back.
bool MockScheduler::make_room_for_token(SequenceId id) {
  if (at(id).chain.tail() > 0) return true;
  while (!pool_.use_partial()) {
    const bool is_oldest = running_.front() == id;
    preempt_oldest();
    if (is_oldest) return false;
  }
  return true;
}

void MockScheduler::add_token(Sequence& sequence) {
  sequence.chain.push(sequence.next_token(sequence.generated++));
  const bool filled = sequence.chain.tail() == 0;
  if (filled && limits_.prefix_caching) pool_.promote(sequence.chain.full_blocks().back());
}

/// It will be admitted again before all others, and computed again as far as the cache has lost it.
void MockScheduler::preempt_oldest() {
  const SequenceId oldest = running_.front();
  running_.pop_front();
  give_blocks_back(at(oldest));
  at(oldest).state = State::waiting;
  waiting_.push_front(oldest);
}

void MockScheduler::note_hit_rate(const Sequence& sequence) {
  hits_.push_back({*sequence.cached_tokens, sequence.prompt_tokens});
  if (hits_.size() > kHitRateWindow) hits_.pop_front();
}

MockLoad MockScheduler::load() const {
  std::size_t cached = 0;
  std::size_t prompt = 0;
  for (const auto& hit : hits_) {
    cached += hit.cached;
    prompt += hit.prompt;
  }
  return {.active_blocks = pool_.active(),
          .total_blocks = limits_.blocks,
          .running = running_.size() + prefilling_.size(),
          .waiting = waiting_.size(),
          .prefix_hit_rate = prompt == 0 ? 0 : static_cast<double>(cached) / static_cast<double>(prompt)};
}

}  // namespace dynamo::engine
