#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "text/code_set.h"

namespace dynamo::text::pattern {

/// What an instruction does at the place reached in the text. Where it does not hold, the match goes back to
/// the alternative remembered last.
enum class Op : std::uint8_t {
  match,              // the end
  fail,               // goes back
  bytes,              // takes literals[a], b bytes of it
  one,                // takes a character of sets[a]
  run_greedy,         // takes b to c characters of sets[a], as many as possible, remembering fewer
  run_lazy,           // the same, as few as possible, remembering more
  run_possessive,     // the same, as many as possible
  jump,               // goes on at a
  try_next,           // remembers a, goes on behind; at once at a where the next byte is not in starts[b]
  try_other,          // remembers what is behind, goes on at a
  set_mark,           // registers[a] = place in the text; set back when the match goes back
  jump_if_unmoved,    // goes on at b where the place is still registers[a]
  fail_if_moved,      // holds where the place is registers[a]
  go_to_mark,         // the place is registers[a] again
  keep_alternatives,  // registers[a] = number of alternatives remembered
  cut_alternatives,   // forgets those remembered since
  narrow,             // the text ends here; registers[a] = where it ended so far
  widen,              // the text ends at registers[a] again
  step_back,          // a characters back, remembering to try up to b
  anchor,             // holds in Place a
};

struct Instruction {
  Op op;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
};

constexpr std::uint32_t kEndRegister = 0;  // where what may be taken of the text ends
constexpr std::uint32_t kAnyStart = std::numeric_limits<std::uint32_t>::max();  // no entry of `starts`

/// A compiled pattern.
struct Program {
  std::vector<Instruction> code;
  std::string literals;
  std::vector<CodeTable> sets;
  std::vector<std::array<bool, 256>> starts;  // bytes that something can begin with
  std::uint32_t registers = 1;                // kEndRegister and those of instructions
  std::uint32_t start = kAnyStart;            // of every match
};

}  // namespace dynamo::text::pattern
