#pragma once

#include <chrono>
#include <cstddef>

namespace dynamo::engine {

using Milliseconds = std::chrono::duration<double, std::milli>;

/// How long a GPU would take; polynomials fitted to a real one. Source: spec/runtime.md 8.4.

/// Computing the cache of `new_tokens` prompt tokens.
Milliseconds prefill_time(std::size_t new_tokens) noexcept;
/// One token for each running sequence while `active_tokens` tokens are in the cache.
Milliseconds decode_time(std::size_t active_tokens) noexcept;

}  // namespace dynamo::engine
