#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "text/pattern.h"
#include "text/pattern_program.h"
#include "text/pattern_tree.h"

namespace dynamo::text::pattern {

/// A place to come back to when the match cannot go on.
struct Alternative {
  enum class Kind : std::uint8_t {
    resume,     // at `place` with instruction `next`
    give_back,  // one character less of a greedy run, down to `extra`
    take_more,  // one character more of a lazy run, `extra` times
    step_back,  // one character further back, `extra` times
    restore,    // registers[next] = extra, and on to the alternative before
  };
  Kind kind;
  std::uint32_t next;
  std::uint32_t place;
  std::uint32_t extra;
};

/// Memory of searches, kept from one to the next so that they need not allocate.
struct Scratch {
  std::vector<Alternative> alternatives;
  std::vector<std::uint32_t> registers;
};

/// One search: runs a program over a text by backtracking, within its limits.
class Matcher {
 public:
  Matcher(const Program& program, std::string_view text, std::size_t from, const SearchLimits& limits,
          Scratch& scratch);

  Pattern::Search search();

 private:
  using Outcome = Pattern::Outcome;

  Pattern::Search first_match();
  Outcome match_at(std::size_t begin);
  bool step(const Instruction& now);
  bool go_back();
  bool spend(std::uint64_t steps);
  std::optional<std::size_t> next_start(std::size_t at) const;
  std::size_t leading_run_end(std::size_t begin);

  bool take_bytes(const Instruction& now);
  bool take_one(const Instruction& now);
  bool run(const Instruction& now, bool remember);
  bool run_lazy(const Instruction& now);
  bool step_back(const Instruction& now);
  std::optional<std::size_t> taken(const CodeTable& set, std::size_t at) const;
  bool can_begin(std::uint32_t start) const;
  bool holds(Place place) const;
  bool at_line_begin() const;
  bool word_before(bool ascii) const;
  bool word_behind(bool ascii) const;

  std::size_t end() const { return registers_[kEndRegister]; }
  void set(std::uint32_t number, std::size_t place);
  void remember(Alternative::Kind kind, std::uint32_t next, std::size_t place, std::uint32_t extra = 0);
  bool give_back(Alternative& alternative);
  bool take_more(Alternative alternative);
  bool step_further_back(Alternative alternative);

  const Program& program_;
  const std::string_view text_;
  const std::size_t from_;
  std::vector<Alternative>& alternatives_;
  std::vector<std::uint32_t>& registers_;
  const std::size_t most_alternatives_;
  const std::uint64_t most_steps_;
  std::uint64_t steps_left_ = most_steps_;
  std::size_t at_ = 0;      // the place reached in the text
  std::uint32_t next_ = 0;  // the instruction to run
  bool matched_ = false;
  bool gave_up_ = false;
};

}  // namespace dynamo::text::pattern
