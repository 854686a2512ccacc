#include "text/pattern_compiler.h"

#include <map>

#include "text/pattern_analysis.h"
#include "text/pattern_folding.h"

namespace dynamo::text::pattern {
namespace {

constexpr std::size_t kMostInstructions = 100'000;
constexpr std::size_t kMostSets = 2'000;
constexpr std::size_t kMostStarts = 4'000;

/// The set of the characters that the node takes, if it always takes exactly one.
std::optional<CodeSet> single_character(const Node& node) {
  if (const auto* one = std::get_if<OneOf>(&node.is)) return one->set;
  if (const auto* literal = std::get_if<Literal>(&node.is);
      literal != nullptr && literal->codes.size() == 1) {
    return CodeSet(literal->codes.front());
  }
  if (const auto* sequence = std::get_if<Sequence>(&node.is);
      sequence != nullptr && sequence->parts.size() == 1) {
    return single_character(sequence->parts.front());
  }
  if (const auto* group = std::get_if<Group>(&node.is)) return single_character(*group->body);
  return std::nullopt;
}

class Compiler {
 public:
  Result<Program> compile(const Node& pattern) {
    program_.start = start_index(start(pattern));
    add(pattern);
    emit(Op::match);
    if (too_large_) return fail(Errc::too_large, "the pattern has too many repetitions or character classes");
    return std::move(program_);
  }

 private:
  void add(const Node& node) {
    if (too_large_) return;
    std::visit([this](const auto& kind) { add(kind); }, node.is);
  }

  void add(const Literal& literal) {
    const std::size_t begin = program_.literals.size();
    for (const char32_t code : literal.codes) append_code_point(program_.literals, code);
    const std::size_t size = program_.literals.size() - begin;
    if (size > 0) emit(Op::bytes, begin, size);
  }

  void add(const OneOf& one) { emit(Op::one, set_index(one.set)); }
  void add(const Group& group) { add(*group.body); }
  void add(const Anchor& anchor) { emit(Op::anchor, static_cast<std::size_t>(anchor.place)); }

  void add(const Sequence& sequence) {
    const std::vector<Start> rests = starts_behind(sequence);
    for (std::size_t part = 0; part < sequence.parts.size(); ++part) {
      if (!add_exclusive_run(sequence.parts[part], rests[part])) add(sequence.parts[part]);
    }
  }

  /// For each part, how what follows it within the sequence begins.
  static std::vector<Start> starts_behind(const Sequence& sequence) {
    std::vector<Start> rests(sequence.parts.size());
    Start rest{{}, true};
    for (std::size_t part = sequence.parts.size(); part-- > 0;) {
      rests[part] = rest;
      rest = followed(start(sequence.parts[part]), rest);
    }
    return rests;
  }

  /// A greedy run of characters none of which can begin what follows need not remember to take fewer.
  bool add_exclusive_run(const Node& node, const Start& rest) {
    const auto* repeat = std::get_if<Repeat>(&node.is);
    if (repeat == nullptr || !repeat->greedy || rest.may_be_empty) return false;
    const auto set = single_character(*repeat->body);
    if (!set || (first_bytes(*set) & rest.bytes).any()) return false;
    emit(Op::run_possessive, set_index(*set), repeat->least, repeat->most);
    return true;
  }

  void add(const Alternatives& alternatives) {
    std::vector<std::size_t> ends;
    const std::size_t last = alternatives.branches.size() - 1;
    for (std::size_t branch = 0; branch < last; ++branch) {
      const Node& node = alternatives.branches[branch];
      const std::size_t choice = emit(Op::try_next, 0, start_index(start(node)));
      add(node);
      ends.push_back(emit(Op::jump));
      program_.code[choice].a = here();
    }
    add(alternatives.branches[last]);
    for (const std::size_t end : ends) program_.code[end].a = here();
  }

  void add(const Repeat& repeat) {
    if (const auto set = single_character(*repeat.body)) {
      const Op op = repeat.greedy ? Op::run_greedy : Op::run_lazy;
      emit(op, set_index(*set), repeat.least, repeat.most);
      return;
    }
    if (!add_copies(*repeat.body, repeat.least)) return;
    if (repeat.most == kEndless) {
      add_loop(repeat);
    } else {
      add_optional_copies(repeat);
    }
  }

  /// False where there is no need for more, as the body is empty or the program has become too large.
  bool add_copies(const Node& body, std::uint32_t count) {
    for (std::uint32_t copy = 0; copy < count; ++copy) {
      const std::uint32_t before = here();
      add(body);
      if (here() == before || too_large_) return false;
    }
    return true;
  }

  void add_loop(const Repeat& repeat) {
    const Start begin = start(*repeat.body);
    const std::uint32_t loop = here();
    const std::size_t choice = emit_choice(repeat.greedy, begin);
    const bool may_stand_still = width(*repeat.body).least == 0;
    const std::uint32_t mark = may_stand_still ? program_.registers++ : 0;
    if (may_stand_still) emit(Op::set_mark, mark);
    add(*repeat.body);
    std::optional<std::size_t> check;
    if (may_stand_still) check = emit(Op::jump_if_unmoved, mark);
    emit(Op::jump, loop);
    program_.code[choice].a = here();
    if (check) program_.code[*check].b = here();
  }

  void add_optional_copies(const Repeat& repeat) {
    const Start begin = start(*repeat.body);
    std::vector<std::size_t> choices;
    for (std::uint32_t copy = repeat.least; copy < repeat.most && !too_large_; ++copy) {
      choices.push_back(emit_choice(repeat.greedy, begin));
      add(*repeat.body);
      if (here() == choices.back() + 1) break;
    }
    for (const std::size_t choice : choices) program_.code[choice].a = here();
  }

  /// The choice between the body, which follows, and what comes behind it, which is filled in later.
  std::size_t emit_choice(bool greedy, const Start& body) {
    if (greedy) return emit(Op::try_next, 0, start_index(body));
    return emit(Op::try_other);
  }

  void add(const Atomic& atomic) {
    const auto* repeat = std::get_if<Repeat>(&atomic.body->is);
    if (repeat != nullptr && repeat->greedy) {
      if (const auto set = single_character(*repeat->body)) {
        emit(Op::run_possessive, set_index(*set), repeat->least, repeat->most);
        return;
      }
    }
    const std::uint32_t height = program_.registers++;
    emit(Op::keep_alternatives, height);
    add(*atomic.body);
    emit(Op::cut_alternatives, height);
  }

  void add(const Look& look) {
    const std::uint32_t height = program_.registers++;
    const std::uint32_t mark = program_.registers++;
    emit(Op::keep_alternatives, height);
    const std::size_t otherwise = look.negative ? emit(Op::try_next, 0, kAnyStart) : 0;
    emit(Op::set_mark, mark);
    if (look.direction == Direction::ahead) {
      add(*look.body);
      emit(Op::cut_alternatives, height);
    } else {
      add_look_behind(look, height, mark);
    }
    if (look.negative) {
      emit(Op::fail);
      program_.code[otherwise].a = here();
    } else {
      emit(Op::go_to_mark, mark);
    }
  }

  /// The body must end where it is looked back from, and cannot take what is behind that place.
  void add_look_behind(const Look& look, std::uint32_t height, std::uint32_t mark) {
    const std::uint32_t end = program_.registers++;
    const Width size = width(*look.body);
    emit(Op::narrow, end);
    emit(Op::step_back, size.least, size.most);
    add(*look.body);
    emit(Op::fail_if_moved, mark);
    emit(Op::cut_alternatives, height);
    emit(Op::widen, end);
  }

  std::uint32_t here() const { return static_cast<std::uint32_t>(program_.code.size()); }

  std::size_t emit(Op op, std::size_t a = 0, std::size_t b = 0, std::size_t c = 0) {
    const auto small = [](std::size_t value) { return static_cast<std::uint32_t>(value); };
    program_.code.push_back({op, small(a), small(b), small(c)});
    too_large_ = too_large_ || program_.code.size() > kMostInstructions;
    return program_.code.size() - 1;
  }

  std::uint32_t set_index(const CodeSet& set) {
    const auto [found, added] = set_indexes_.emplace(set, program_.sets.size());
    if (added) {
      too_large_ = too_large_ || program_.sets.size() == kMostSets;
      program_.sets.emplace_back(set);
    }
    return static_cast<std::uint32_t>(found->second);
  }

  std::uint32_t start_index(const Start& begin) {
    if (begin.may_be_empty || program_.starts.size() == kMostStarts) return kAnyStart;
    std::array<bool, 256> bytes{};
    for (std::size_t byte = 0; byte < bytes.size(); ++byte) bytes[byte] = begin.bytes[byte];
    const auto same = std::ranges::find(program_.starts, bytes);
    const auto index = static_cast<std::uint32_t>(same - program_.starts.begin());
    if (same == program_.starts.end()) program_.starts.push_back(bytes);
    return index;
  }

  Program program_;
  std::map<CodeSet, std::size_t> set_indexes_;
  bool too_large_ = false;
};

}  // namespace

Result<Program> compile(Node pattern) { return Compiler().compile(without_ignored_case(std::move(pattern))); }

}  // namespace dynamo::text::pattern
