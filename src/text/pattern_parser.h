#pragma once

#include "text/pattern_source.h"
#include "text/pattern_tree.h"

namespace dynamo::text::pattern {

/// What (?imxWDSP) switch.
struct Options {
  bool ignore_case = false;
  bool dot_is_newline = false;  // . matches a newline as well
  bool extended = false;        // white space and comments in the pattern do not count
  bool ascii_words = false;
  bool ascii_digits = false;
  bool ascii_spaces = false;
  bool ascii_posix = false;
};

/// Reads a pattern of Oniguruma's own syntax by recursive descent, one function for each construct.
class Parser {
 public:
  explicit Parser(Source source) : source_(std::move(source)) {}

  /// The whole pattern. Errors: invalid, unsupported (by name), too_large (nesting).
  Result<Node> parse();

 private:
  static constexpr unsigned kMaxDepth = 200;  // of groups and classes inside of each other

  /// How often what comes before is repeated, as {2,3} or + says it.
  struct Quantifier {
    std::uint32_t least;
    std::uint32_t most;
    bool greedy;
    bool possessive;
  };

  Result<Node> alternatives();  // up to the end or a closing parenthesis, which is left
  Result<Node> branch();
  Result<Node> quantified();
  Result<Node> atom();
  Result<Node> quantify(Node body);
  bool at_branch_end() const;
  void skip_what_does_not_count();
  void skip_line();

  // pattern_quantifiers.cpp
  Result<std::optional<Quantifier>> quantifier();
  Result<std::optional<Quantifier>> interval();
  Result<std::optional<std::uint32_t>> count();

  // pattern_groups.cpp
  Result<Node> group();
  Result<Node> special_group();
  Result<Node> option_group();
  Result<Node> group_body();
  Result<Node> look(Direction direction, bool negative);
  Result<Node> angle_group();
  Result<Node> named_group(char32_t end);
  Result<Options> options();
  std::unexpected<Error> refused_group(char32_t kind) const;

  // pattern_escapes.cpp
  Result<Node> escape();
  std::optional<Node> anchor_escape(char32_t letter) const;
  enum class PlaceOfSet : std::uint8_t { by_itself, in_brackets };
  Result<std::optional<CodeSet>> class_escape(
      PlaceOfSet place);  // \s and other sets; takes nothing if not one
  Result<CodeSet> property(PlaceOfSet place);
  Result<char32_t> character_escape();
  Result<char32_t> hexadecimal();
  Result<char32_t> bytes_of_character(unsigned first);
  Result<char32_t> braced_code(unsigned base);
  Result<char32_t> four_digits();
  Result<char32_t> octal(std::size_t most_digits);
  Result<char32_t> control_character();
  std::uint32_t digits(unsigned base, std::size_t most);
  CodeSet named_set(std::string_view name, PlaceOfSet place) const;

  // pattern_brackets.cpp
  struct Bracket;
  Result<Node> bracket();
  Result<CodeSet> bracket_set();
  Result<void> bracket_item(Bracket& bracket);
  Result<void> bracket_character(Bracket& bracket, char32_t code);
  Result<void> bracket_set_item(Bracket& bracket, const CodeSet& set);
  Result<void> inner_set(Bracket& bracket);
  Result<void> hyphen(Bracket& bracket);
  Result<std::optional<CodeSet>> posix_set();
  Node folded_set(CodeSet set, bool negated) const;

  Node literal(char32_t code) const;

  Source source_;
  Options options_;
  unsigned depth_ = 0;
  bool in_look_behind_ = false;
};

}  // namespace dynamo::text::pattern
