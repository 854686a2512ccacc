#include "text/pattern_matcher.h"

#include "text/classes.h"

namespace dynamo::text::pattern {
namespace {

constexpr std::size_t kCharactersPerStep = 16;  // of runs, which are fast

}  // namespace

Matcher::Matcher(const Program& program, std::string_view text, std::size_t from, const SearchLimits& limits,
                 Scratch& scratch)
    : program_(program),
      text_(text),
      from_(from),
      alternatives_(scratch.alternatives),
      registers_(scratch.registers),
      most_alternatives_(limits.alternatives),
      most_steps_(limits.steps) {
  registers_.assign(program.registers, 0);
}

Pattern::Search Matcher::search() {
  Pattern::Search result = first_match();
  result.steps = most_steps_ - steps_left_;
  return result;
}

Pattern::Search Matcher::first_match() {
  for (std::size_t begin = from_;;) {
    const auto start = next_start(begin);
    if (!start) return {.outcome = Outcome::none};
    const Outcome outcome = match_at(*start);
    if (outcome == Outcome::found) {
      return {.outcome = outcome,
              .range = {static_cast<std::uint32_t>(*start), static_cast<std::uint32_t>(at_)}};
    }
    if (outcome == Outcome::gave_up || *start == text_.size()) return {.outcome = outcome};
    begin = std::max(*start + code_point_at(text_, *start).size, leading_run_end(*start));
  }
}

/// Where the pattern begins with an endless run of characters of a set, and does not match at `begin`, it
/// does not match further within the same run either: every place where the run could end has been tried.
std::size_t Matcher::leading_run_end(std::size_t begin) {
  const Instruction& first = program_.code.front();
  const bool run = first.op == Op::run_greedy || first.op == Op::run_possessive;
  if (!run || first.b > 1 || first.c != kEndless) return begin;
  std::size_t end = begin;
  while (const auto next = taken(program_.sets[first.a], end)) end = *next;
  return end;
}

/// The first place from `at` on where a match can begin.
std::optional<std::size_t> Matcher::next_start(std::size_t at) const {
  if (program_.start == kAnyStart) return at;
  const auto& starts = program_.starts[program_.start];
  while (at < text_.size() && !starts[static_cast<unsigned char>(text_[at])])
    at += code_point_at(text_, at).size;
  if (at == text_.size()) return std::nullopt;
  return at;
}

Pattern::Outcome Matcher::match_at(std::size_t begin) {
  at_ = begin;
  next_ = 0;
  matched_ = false;
  alternatives_.clear();
  registers_[kEndRegister] = static_cast<std::uint32_t>(text_.size());
  while (!matched_) {
    if (!spend(1)) return Outcome::gave_up;
    const Instruction& now = program_.code[next_++];
    if (!step(now) && !go_back()) return gave_up_ ? Outcome::gave_up : Outcome::none;
    if (gave_up_) return Outcome::gave_up;
  }
  return Outcome::found;
}

bool Matcher::spend(std::uint64_t steps) {
  if (steps_left_ < steps) gave_up_ = true;
  steps_left_ -= std::min(steps, steps_left_);
  return !gave_up_;
}

/// Runs one instruction; false where it does not hold.
bool Matcher::step(const Instruction& now) {
  switch (now.op) {
    case Op::match:
      matched_ = true;
      return true;
    case Op::fail:
      return false;
    case Op::bytes:
      return take_bytes(now);
    case Op::one:
      return take_one(now);
    case Op::run_greedy:
      return run(now, true);
    case Op::run_possessive:
      return run(now, false);
    case Op::run_lazy:
      return run_lazy(now);
    case Op::jump:
      next_ = now.a;
      return true;
    case Op::try_next:
      if (can_begin(now.b)) {
        remember(Alternative::Kind::resume, now.a, at_);
      } else {
        next_ = now.a;
      }
      return true;
    case Op::try_other:
      remember(Alternative::Kind::resume, next_, at_);
      next_ = now.a;
      return true;
    case Op::set_mark:
      set(now.a, at_);
      return true;
    case Op::jump_if_unmoved:
      if (registers_[now.a] == at_) next_ = now.b;
      return true;
    case Op::fail_if_moved:
      return registers_[now.a] == at_;
    case Op::go_to_mark:
      at_ = registers_[now.a];
      return true;
    case Op::keep_alternatives:
      registers_[now.a] = static_cast<std::uint32_t>(alternatives_.size());
      return true;
    case Op::cut_alternatives:
      alternatives_.resize(registers_[now.a]);
      return true;
    case Op::narrow:
      registers_[now.a] = registers_[kEndRegister];
      set(kEndRegister, at_);
      return true;
    case Op::widen:
      registers_[kEndRegister] = registers_[now.a];
      return true;
    case Op::step_back:
      return step_back(now);
    case Op::anchor:
      return holds(static_cast<Place>(now.a));
  }
  return false;
}

void Matcher::remember(Alternative::Kind kind, std::uint32_t next, std::size_t place, std::uint32_t extra) {
  if (alternatives_.size() == most_alternatives_) gave_up_ = true;
  if (!gave_up_) alternatives_.push_back({kind, next, static_cast<std::uint32_t>(place), extra});
}

/// Changes a register until the match goes back.
void Matcher::set(std::uint32_t number, std::size_t place) {
  remember(Alternative::Kind::restore, number, 0, registers_[number]);
  registers_[number] = static_cast<std::uint32_t>(place);
}

/// Takes up the alternative remembered last; false where there is none.
bool Matcher::go_back() {
  while (!alternatives_.empty() && !gave_up_) {
    Alternative& last = alternatives_.back();
    if (last.kind == Alternative::Kind::give_back) return give_back(last);
    const Alternative alternative = last;
    alternatives_.pop_back();
    switch (alternative.kind) {
      case Alternative::Kind::resume:
        at_ = alternative.place;
        next_ = alternative.next;
        return true;
      case Alternative::Kind::restore:
        registers_[alternative.next] = alternative.extra;
        break;
      case Alternative::Kind::take_more:
        if (take_more(alternative)) return true;
        break;
      case Alternative::Kind::step_back:
        if (step_further_back(alternative)) return true;
        break;
      case Alternative::Kind::give_back:
        break;
    }
  }
  return false;
}

bool Matcher::give_back(Alternative& alternative) {
  at_ = alternative.place = static_cast<std::uint32_t>(code_point_before(text_, alternative.place));
  next_ = alternative.next;
  if (at_ == alternative.extra) alternatives_.pop_back();
  return true;
}

bool Matcher::take_more(Alternative alternative) {
  const CodeTable& set = program_.sets[program_.code[alternative.next - 1].a];
  const auto end = taken(set, alternative.place);
  if (!end) return false;
  at_ = *end;
  next_ = alternative.next;
  if (alternative.extra > 1) {
    const std::uint32_t left = alternative.extra == kEndless ? kEndless : alternative.extra - 1;
    remember(Alternative::Kind::take_more, next_, at_, left);
  }
  return true;
}

bool Matcher::step_further_back(Alternative alternative) {
  if (alternative.place == 0) return false;
  at_ = code_point_before(text_, alternative.place);
  next_ = alternative.next;
  if (alternative.extra > 1) {
    const std::uint32_t left = alternative.extra == kEndless ? kEndless : alternative.extra - 1;
    remember(Alternative::Kind::step_back, next_, at_, left);
  }
  return true;
}

bool Matcher::take_bytes(const Instruction& now) {
  const std::string_view wanted = std::string_view(program_.literals).substr(now.a, now.b);
  if (end() - at_ < wanted.size() || text_.compare(at_, wanted.size(), wanted) != 0) return false;
  at_ += wanted.size();
  return true;
}

/// Where the character at `at` ends, if there is one and the set has it.
std::optional<std::size_t> Matcher::taken(const CodeTable& set, std::size_t at) const {
  if (at == end()) return std::nullopt;
  const CodePoint next = code_point_at(text_, at);
  if (!set.has(next.code)) return std::nullopt;
  return at + next.size;
}

bool Matcher::take_one(const Instruction& now) {
  const auto end = taken(program_.sets[now.a], at_);
  if (!end) return false;
  at_ = *end;
  return true;
}

bool Matcher::run(const Instruction& now, bool remember_fewer) {
  const CodeTable& set = program_.sets[now.a];
  const std::size_t last = end();
  std::size_t at = at_;
  std::size_t enough = at;  // where the least number has been taken
  std::uint32_t count = 0;
  while (count < now.c && at < last) {
    const auto byte = static_cast<unsigned char>(text_[at]);
    if (byte < 0x80) {
      if (!set.has_ascii(byte)) break;
      ++at;
    } else {
      const CodePoint next = long_code_point_at(text_, at);
      if (!set.has(next.code)) break;
      at += next.size;
    }
    if (++count == now.b) enough = at;
  }
  if (!spend(count / kCharactersPerStep) || count < now.b) return false;
  at_ = at;
  if (remember_fewer && at > enough) {
    remember(Alternative::Kind::give_back, next_, at, static_cast<std::uint32_t>(enough));
  }
  return true;
}

bool Matcher::run_lazy(const Instruction& now) {
  const CodeTable& set = program_.sets[now.a];
  for (std::uint32_t count = 0; count < now.b; ++count) {
    const auto end = taken(set, at_);
    if (!end) return false;
    at_ = *end;
  }
  spend(now.b / kCharactersPerStep);
  const std::uint32_t more = now.c == kEndless ? kEndless : now.c - now.b;
  if (more > 0) remember(Alternative::Kind::take_more, next_, at_, more);
  return true;
}

bool Matcher::step_back(const Instruction& now) {
  for (std::uint32_t count = 0; count < now.a; ++count) {
    if (at_ == 0) return false;
    at_ = code_point_before(text_, at_);
  }
  spend(now.a / kCharactersPerStep);
  const std::uint32_t further = now.b == kEndless ? kEndless : now.b - now.a;
  if (further > 0) remember(Alternative::Kind::step_back, next_, at_, further);
  return true;
}

bool Matcher::can_begin(std::uint32_t start) const {
  if (start == kAnyStart) return true;
  return at_ < end() && program_.starts[start][static_cast<unsigned char>(text_[at_])];
}

bool Matcher::holds(Place place) const {
  const bool at_end = at_ == text_.size();
  switch (place) {
    case Place::line_begin:
      return at_line_begin();
    case Place::line_end:
      return at_end || text_[at_] == '\n';
    case Place::text_begin:
      return at_ == 0;
    case Place::text_end:
      return at_end;
    case Place::last_line_end:
      return at_end || (at_ + 1 == text_.size() && text_[at_] == '\n');
    case Place::search_begin:
      return at_ == from_;
    case Place::word_boundary:
      return word_before(false) != word_behind(false);
    case Place::word_inside:
      return word_before(false) == word_behind(false);
    case Place::ascii_word_boundary:
      return word_before(true) != word_behind(true);
    case Place::ascii_word_inside:
      return word_before(true) == word_behind(true);
  }
  return false;
}

/// At the very end no line begins, even behind a newline.
bool Matcher::at_line_begin() const {
  if (at_ == 0) return true;
  return text_[at_ - 1] == '\n' && at_ < text_.size();
}

bool Matcher::word_before(bool ascii) const {
  if (at_ == 0) return false;
  const char32_t code = code_point_at(text_, code_point_before(text_, at_)).code;
  return is_word_by_itself(code) && (!ascii || code < 0x80);
}

bool Matcher::word_behind(bool ascii) const {
  if (at_ == text_.size()) return false;
  const char32_t code = code_point_at(text_, at_).code;
  return is_word_by_itself(code) && (!ascii || code < 0x80);
}

}  // namespace dynamo::text::pattern
