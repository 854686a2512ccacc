#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dynamo::frontend {

/// What the frontend must know of an engine's chunk in order to relay it.
struct ChunkFacts {
  bool has_text = false;    // carries generated text, reasoning or a tool call: counts as a token
  bool has_finish = false;  // ends a choice
  bool aborted = false;     // the engine gave up (`finish_reason: "abort"`): a failure, not an end
  bool usage_only = false;  // the last chunk, with usage and without choices
  bool is_error = false;    // the engine reports an error in the stream
  std::optional<std::uint64_t> prompt_tokens;      // from usage, where the chunk has it
  std::optional<std::uint64_t> completion_tokens;  // likewise
  std::optional<std::uint64_t> cached_tokens;      // likewise
};

/// Looks into the data of one event without parsing it: member names are searched as text. Inside a JSON
/// string every quote is escaped, so `"usage":` with bare quotes can only be a member. Costs about 0.1 µs per
/// chunk. Threads: pure.
ChunkFacts look_into(std::string_view data) noexcept;

}  // namespace dynamo::frontend
