#include "kube/selector.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kube/selector_syntax.h"

namespace dynamo::kube {
namespace {

using Kind = SelectorToken::Kind;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Letters, digits, '-', '_', '.', beginning and ending with a letter or digit.
bool is_qualified_name(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(text,
                             [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_dns_subdomain(std::string_view text) {
  return is_qualified_name(text) && text.size() <= 253 &&
         std::ranges::none_of(text, [](char c) { return c == '_' || (c >= 'A' && c <= 'Z'); });
}

std::optional<std::int64_t> to_int(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool holds(const Requirement& term, const json::value* label) {
  const std::string_view value = label == nullptr ? std::string_view{} : json::string_at(*label, {});
  const bool listed = std::ranges::find(term.values, value) != term.values.end();
  const auto compare = [&](auto less) {
    const auto number = to_int(value);
    return label != nullptr && number && less(*to_int(term.values.front()), *number);
  };
  switch (term.op) {
    case SelectorOperator::in:
      return label != nullptr && listed;
    case SelectorOperator::not_in:
      return label == nullptr || !listed;
    case SelectorOperator::exists:
      return label != nullptr;
    case SelectorOperator::not_exists:
      return label == nullptr;
    case SelectorOperator::greater:
      return compare(std::less<>{});
    case SelectorOperator::less:
      return compare(std::greater<>{});
  }
  return false;
}

std::string format_term(const Requirement& term) {
  const std::string& key = term.key;
  switch (term.op) {
    case SelectorOperator::in:
      return term.values.size() == 1 ? fmt::format("{}={}", key, term.values[0])
                                     : fmt::format("{} in ({})", key, fmt::join(term.values, ","));
    case SelectorOperator::not_in:
      return term.values.size() == 1 ? fmt::format("{}!={}", key, term.values[0])
                                     : fmt::format("{} notin ({})", key, fmt::join(term.values, ","));
    case SelectorOperator::exists:
      return key;
    case SelectorOperator::not_exists:
      return "!" + key;
    case SelectorOperator::greater:
      return fmt::format("{}>{}", key, term.values[0]);
    case SelectorOperator::less:
      return fmt::format("{}<{}", key, term.values[0]);
  }
  return key;
}

Result<Requirement> checked(Requirement term) {
  if (auto problem = label_key_problem(term.key)) return fail(Errc::invalid, *problem);
  const bool numeric = term.op == SelectorOperator::greater || term.op == SelectorOperator::less;
  for (const std::string& value : term.values) {
    if (numeric && !to_int(value)) {
      return fail(Errc::invalid, fmt::format("\"{}\" after '>' or '<' must be a whole number", value));
    }
    if (auto problem = numeric ? std::nullopt : label_value_problem(value))
      return fail(Errc::invalid, *problem);
  }
  std::ranges::sort(term.values);
  const auto rest = std::ranges::unique(term.values);
  term.values.erase(rest.begin(), rest.end());
  return term;
}

/// Recursive descent over the tokens of one selector.
class Parser {
 public:
  explicit Parser(std::vector<SelectorToken> tokens) : tokens_(std::move(tokens)) {}

  bool at_end() const { return peek().kind == Kind::end; }

  Result<Requirement> term() {
    const bool negated = accept(Kind::bang);
    if (peek().kind != Kind::word) return unexpected("a label key");
    Requirement term{.key = std::string(next().text), .op = SelectorOperator::exists, .values = {}};
    if (negated) {
      term.op = SelectorOperator::not_exists;
      return checked(std::move(term));
    }
    if (auto read = operation(term); !read) return std::unexpected(read.error());
    return checked(std::move(term));
  }

  Result<void> separator() {
    if (at_end() || accept(Kind::comma)) return {};
    return unexpected("',' or the end");
  }

 private:
  const SelectorToken& peek() const { return tokens_[at_]; }
  SelectorToken next() { return tokens_[at_++]; }
  bool accept(Kind kind) {
    if (peek().kind != kind) return false;
    ++at_;
    return true;
  }

  std::unexpected<Error> unexpected(std::string_view wanted) const {
    return fail(Errc::invalid,
                at_end() ? fmt::format("a selector ended where {} was expected", wanted)
                         : fmt::format("found \"{}\" in a selector, expected {}", peek().text, wanted));
  }

  Result<void> operation(Requirement& term) {
    if (accept(Kind::equal)) return single(term, SelectorOperator::in);
    if (accept(Kind::not_equal)) return single(term, SelectorOperator::not_in);
    if (accept(Kind::greater)) return single(term, SelectorOperator::greater);
    if (accept(Kind::less)) return single(term, SelectorOperator::less);
    if (peek().kind != Kind::word) return {};
    const std::string_view word = next().text;
    if (word == "in") return list(term, SelectorOperator::in);
    if (word == "notin") return list(term, SelectorOperator::not_in);
    --at_;
    return unexpected("'=', '!=', 'in', 'notin', '>', '<' or ','");
  }

  Result<void> single(Requirement& term, SelectorOperator op) {
    term.op = op;
    term.values.emplace_back(peek().kind == Kind::word ? next().text : std::string_view{});
    return {};
  }

  Result<void> list(Requirement& term, SelectorOperator op) {
    term.op = op;
    if (!accept(Kind::open)) return unexpected("'('");
    for (;;) {
      term.values.emplace_back(peek().kind == Kind::word ? next().text : std::string_view{});
      if (accept(Kind::close)) return {};
      if (!accept(Kind::comma)) return unexpected("',' or ')'");
    }
  }

  std::vector<SelectorToken> tokens_;
  std::size_t at_ = 0;
};

Result<Requirement> requirement_from_json(const json::value& expression) {
  const std::string_view op = json::string_at(expression, {"operator"});
  Requirement term{.key = std::string(json::string_at(expression, {"key"})), .op = {}, .values = {}};
  if (const json::value* values = json::find(expression, {"values"});
      values != nullptr && values->is_array()) {
    for (const json::value& value : values->get_array()) term.values.emplace_back(json::string_at(value, {}));
  }
  const bool lists = op == "In" || op == "NotIn";
  if (op == "In")
    term.op = SelectorOperator::in;
  else if (op == "NotIn")
    term.op = SelectorOperator::not_in;
  else if (op == "Exists")
    term.op = SelectorOperator::exists;
  else if (op == "DoesNotExist")
    term.op = SelectorOperator::not_exists;
  else
    return fail(Errc::invalid,
                fmt::format("`operator` must be In, NotIn, Exists or DoesNotExist, not \"{}\"", op));
  if (lists == term.values.empty()) {
    return fail(Errc::invalid,
                fmt::format("`values` must {} for operator {}", lists ? "have an entry" : "be empty", op));
  }
  return checked(std::move(term));
}

}  // namespace

std::optional<std::string> label_key_problem(std::string_view text) {
  const auto slash = text.find('/');
  const bool prefixed = slash != std::string_view::npos;
  const std::string_view name = prefixed ? text.substr(slash + 1) : text;
  if (prefixed && !is_dns_subdomain(text.substr(0, slash))) {
    return fmt::format(
        "label key \"{}\": the part before '/' must be a lower-case domain name of at most 253 characters",
        text);
  }
  if (name.size() > 63 || !is_qualified_name(name)) {
    return fmt::format(
        "label key \"{}\": the name must be 1 to 63 letters, digits, '-', '_' or '.', and begin and end with "
        "a letter "
        "or digit",
        text);
  }
  return std::nullopt;
}

std::optional<std::string> label_value_problem(std::string_view text) {
  if (text.empty() || (text.size() <= 63 && is_qualified_name(text))) return std::nullopt;
  return fmt::format(
      "label value \"{}\" must be empty, or at most 63 letters, digits, '-', '_' or '.', and begin and end "
      "with a "
      "letter or digit",
      text);
}

void LabelSelector::add(Requirement requirement) {
  const auto after = std::ranges::upper_bound(requirements_, requirement.key, {}, &Requirement::key);
  requirements_.insert(after, std::move(requirement));
}

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  auto tokens = tokenize_selector(text);
  if (!tokens) return std::unexpected(tokens.error());
  Parser parser(std::move(*tokens));
  LabelSelector selector;
  while (!parser.at_end()) {
    auto term = parser.term();
    if (!term) return std::unexpected(term.error());
    if (auto separated = parser.separator(); !separated) return std::unexpected(separated.error());
    selector.add(std::move(*term));
  }
  return selector;
}

Result<LabelSelector> LabelSelector::from_json(const json::value* selector) {
  if (selector == nullptr || selector->is_null()) return nothing();
  const Object* o = selector->if_object();
  if (o == nullptr) return fail(Errc::invalid, "a label selector must be an object");
  LabelSelector made = from_map(object_at(*o, {"matchLabels"}));
  for (const json::value& expression : array_at(*o, {"matchExpressions"})) {
    auto term = requirement_from_json(expression);
    if (!term) return std::unexpected(term.error());
    made.add(std::move(*term));
  }
  return made;
}

LabelSelector LabelSelector::from_map(const Object& labels) {
  LabelSelector selector;
  for (const auto& label : labels) {
    selector.add(
        {std::string(label.key()), SelectorOperator::in, {std::string(json::string_at(label.value(), {}))}});
  }
  return selector;
}

LabelSelector LabelSelector::nothing() {
  LabelSelector selector;
  selector.nothing_ = true;
  return selector;
}

bool LabelSelector::matches(const Object& labels) const {
  return !nothing_ && std::ranges::all_of(requirements_, [&](const Requirement& term) {
    return holds(term, labels.if_contains(term.key));
  });
}

std::string LabelSelector::to_string() const {
  std::vector<std::string> terms;
  for (const Requirement& term : requirements_) terms.push_back(format_term(term));
  return fmt::format("{}", fmt::join(terms, ","));
}

namespace {

/// Reads a field's value with its escapes ("\,", "\=", "\\") up to an unescaped comma or the end.
std::string take_field_value(std::string_view& text) {
  std::string value;
  while (!text.empty() && text[0] != ',') {
    if (text[0] == '\\' && text.size() > 1) text.remove_prefix(1);
    value += text[0];
    text.remove_prefix(1);
  }
  return value;
}

std::string field_text(const json::value* field) {
  if (field == nullptr || field->is_null()) return {};
  if (field->is_string()) return std::string(json::string_at(*field, {}));
  return json::dump(*field);
}

const json::value* field_at(const Object& object, std::string_view path) {
  const Object* at = &object;
  for (;;) {
    const auto dot = path.find('.');
    const json::value* found = at->if_contains(path.substr(0, dot));
    if (dot == std::string_view::npos || found == nullptr) return found;
    at = found->if_object();
    if (at == nullptr) return nullptr;
    path.remove_prefix(dot + 1);
  }
}

}  // namespace

Result<FieldSelector> FieldSelector::parse(std::string_view text) {
  FieldSelector selector;
  while (!text.empty()) {
    const auto op = text.find_first_of("=!,");
    const std::string_view rest = op == std::string_view::npos ? std::string_view{} : text.substr(op);
    Term term{.path = std::string(text.substr(0, op)), .value = {}, .equal = !rest.starts_with("!=")};
    if (term.path.empty() || rest.empty() || rest[0] == ',' || (rest[0] == '!' && term.equal)) {
      return fail(Errc::invalid,
                  fmt::format("field selector \"{}\" must have the form path=value or path!=value", text));
    }
    text = rest.substr(rest.starts_with("==") || rest.starts_with("!=") ? 2 : 1);
    term.value = take_field_value(text);
    if (!text.empty()) text.remove_prefix(1);
    selector.terms_.push_back(std::move(term));
  }
  return selector;
}

bool FieldSelector::matches(const Object& object) const {
  return std::ranges::all_of(terms_, [&](const Term& term) {
    return (field_text(field_at(object, term.path)) == term.value) == term.equal;
  });
}

}  // namespace dynamo::kube
