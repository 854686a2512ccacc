#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/strong.h"
#include "engine/block_pool.h"
#include "engine/mock_timing.h"
#include "engine/token_chain.h"

/// Continuous batching as a real engine does it, without a model, a clock or threads: sequences in, passes
/// out. The shell around it waits as long as a pass says it takes. Source: spec/runtime.md 8.2 to 8.4.
namespace dynamo::engine {

using SequenceId = Strong<struct SequenceIdTag, std::uint64_t>;

/// What the worker is for: a disaggregated graph splits prompts and answers between two kinds.
enum class MockRole : std::uint8_t { aggregated, prefill, decode };

struct MockLimits {
  std::size_t blocks = 16384;
  std::size_t block_size = 64;  // tokens
  std::size_t max_sequences = 256;
  std::size_t max_batched_tokens = 8192;
  bool prefix_caching = true;
  bool chunked_prefill = true;
  double watermark = 0.01;  // share of the blocks that admission leaves free
  MockRole role = MockRole::aggregated;
  friend bool operator==(const MockLimits&, const MockLimits&) = default;
};

/// One sequence to be continued.
struct SequenceSpec {
  TokenChain prompt;
  std::size_t max_tokens = 16;
  /// The token at position 0, 1, … of the answer; asked for once per position.
  std::function<TokenId(std::size_t)> next_token;
};

/// A sequence has got one more token.
struct DecodedToken {
  SequenceId id;
  std::size_t position = 0;       // within the answer
  std::size_t cached_tokens = 0;  // of its prompt, when it was first admitted
  bool last = false;              // it has all that it asked for, and is gone from the scheduler
  friend bool operator==(const DecodedToken&, const DecodedToken&) = default;
};

/// What one pass over the batch did.
struct MockPass {
  Milliseconds time{0};
  std::vector<DecodedToken> tokens;
};

struct MockLoad {
  std::size_t active_blocks = 0;
  std::size_t total_blocks = 0;
  std::size_t running = 0;
  std::size_t waiting = 0;
  double prefix_hit_rate = 0;  // cached share of the prompts of the last 1000 sequences
};

/// Threads: one.
class MockScheduler {
 public:
  explicit MockScheduler(const MockLimits& limits);

  /// Errors: invalid, when the sequence can never be admitted or can outgrow the cache.
  Result<void> add(SequenceId id, SequenceSpec spec);
  /// Forgets a sequence and gives its blocks back; nothing when it is not here.
  void cancel(SequenceId id);
  bool idle() const noexcept { return waiting_.empty() && prefilling_.empty() && running_.empty(); }
  MockPass run_pass();

  MockLoad load() const;

 private:
  enum class State : std::uint8_t { waiting, prefilling, running };
  struct Sequence {
    TokenChain chain;  // prompt and what was generated
    std::size_t max_tokens;
    std::function<TokenId(std::size_t)> next_token;
    State state = State::waiting;
    std::size_t generated = 0;
    std::size_t prefill_left = 0;  // tokens still to compute
    std::size_t prompt_tokens = 0;
    std::optional<std::size_t> cached_tokens{};
  };
  Sequence& at(SequenceId id) { return sequences_.at(id); }
  void admit_waiting();
  bool has_room_for(const Sequence& sequence) const;
  void take_blocks(Sequence& sequence);
  void give_blocks_back(const Sequence& sequence);
  std::size_t cached_prefix(const Sequence& sequence) const;
  Milliseconds prefill();
  Milliseconds decode(MockPass& pass);
  bool make_room_for_token(SequenceId id);
  void add_token(Sequence& sequence);
  void preempt_oldest();
  void note_hit_rate(const Sequence& sequence);

  MockLimits limits_;
  BlockPool pool_;
  std::map<SequenceId, Sequence> sequences_;
  std::deque<SequenceId> waiting_;
  std::deque<SequenceId> prefilling_;
  std::deque<SequenceId> running_;  // oldest first
  struct Hit {
    std::size_t cached;
    std::size_t prompt;
  };
  std::deque<Hit> hits_;
};

}  // namespace dynamo::engine
