#include "apiserver/json_path.h"

#include <charconv>

namespace dynamo::apiserver {
namespace {

std::unexpected<Error> refuse(std::string_view path, std::string_view why) {
  return fail(Errc::invalid, fmt::format("JSON path \"{}\": {}", path, why));
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Where the bracket that opens at 0 closes, strings inside skipped; npos when it does not.
std::size_t closing_bracket(std::string_view text) {
  char quote = 0;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '[') {
      ++depth;
    } else if (c == ']' && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

bool is_quoted(std::string_view text) {
  return text.size() >= 2 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front();
}

std::string_view unquoted(std::string_view text) { return text.substr(1, text.size() - 2); }

const json::value* member_of(const json::value& from, std::string_view name) {
  const json::object* members = from.if_object();
  return members == nullptr ? nullptr : members->if_contains(name);
}

const json::value* dotted(const json::value& from, std::string_view path) {
  const json::value* at = &from;
  while (at != nullptr && !path.empty()) {
    if (path.front() == '.') path.remove_prefix(1);
    const auto end = std::min(path.find('.'), path.size());
    at = member_of(*at, path.substr(0, end));
    path.remove_prefix(end);
  }
  return at;
}

}  // namespace

Result<JsonPath> JsonPath::parse(std::string_view text) {
  const std::string_view whole = text;
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  if (text.starts_with('$')) text.remove_prefix(1);
  JsonPath path;
  while (!text.empty()) {
    if (text.front() == '[') {
      const auto end = closing_bracket(text);
      if (end == std::string_view::npos) return refuse(whole, "a bracket is not closed");
      auto step = parse_bracket(trim(text.substr(1, end - 1)));
      if (!step) return refuse(whole, step.error().message);
      path.steps_.push_back(std::move(*step));
      text.remove_prefix(end + 1);
      continue;
    }
    if (text.front() == '.') text.remove_prefix(1);
    std::string name;
    while (!text.empty() && text.front() != '.' && text.front() != '[') {
      if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
      name += text.front();
      text.remove_prefix(1);
    }
    if (name.empty() && !text.empty() && text.front() == '.')
      return refuse(whole, "recursive descent is not supported");
    if (name == "*") {
      path.steps_.push_back(Step{.kind = Step::Kind::all});
    } else if (!name.empty()) {
      path.steps_.push_back(Step{.name = std::move(name)});
    }
  }
  return path;
}

Result<JsonPath::Step> JsonPath::parse_bracket(std::string_view inside) {
  if (inside == "*") return Step{.kind = Step::Kind::all};
  if (is_quoted(inside)) return Step{.name = std::string(unquoted(inside))};
  if (inside.starts_with("?(") && inside.ends_with(')')) {
    inside = trim(inside.substr(2, inside.size() - 3));
    const bool equal = inside.find("==") != std::string_view::npos;
    const auto at = equal ? inside.find("==") : inside.find("!=");
    if (!inside.starts_with('@') || at == std::string_view::npos)
      return fail(Errc::invalid, "a filter must be @.path==value");
    const auto operand = trim(inside.substr(at + 2));
    Step step{
        .kind = Step::Kind::filter, .name = std::string(trim(inside.substr(1, at - 1))), .equal = equal};
    step.operand = is_quoted(operand) ? json::value(unquoted(operand))
                                      : json::parse(operand).value_or(json::value(operand));
    return step;
  }
  Step step{.kind = Step::Kind::index};
  const auto [end, error] = std::from_chars(inside.data(), inside.data() + inside.size(), step.index);
  if (error != std::errc{} || end != inside.data() + inside.size()) {
    return fail(Errc::invalid, fmt::format("\"[{}]\" is not an index, name, * or filter", inside));
  }
  return step;
}

void JsonPath::take(const Step& step, const json::value& from, std::vector<const json::value*>& out) {
  const json::array* items = from.if_array();
  switch (step.kind) {
    case Step::Kind::member:
      if (const json::value* found = member_of(from, step.name)) out.push_back(found);
      return;
    case Step::Kind::index:
      if (items != nullptr) {
        const auto size = static_cast<std::ptrdiff_t>(items->size());
        const auto at = step.index < 0 ? size + step.index : step.index;
        if (at >= 0 && at < size) out.push_back(&(*items)[static_cast<std::size_t>(at)]);
      }
      return;
    case Step::Kind::all:
      for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) out.push_back(&(*items)[i]);
      if (const json::object* members = from.if_object()) {
        for (const auto& member : *members) out.push_back(&member.value());
      }
      return;
    case Step::Kind::filter:
      for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
        const json::value* found = dotted((*items)[i], step.name);
        if ((found != nullptr && *found == step.operand) == step.equal) out.push_back(&(*items)[i]);
      }
      return;
  }
}

std::vector<const json::value*> JsonPath::find(const json::value& root) const {
  std::vector<const json::value*> at{&root};
  for (const auto& step : steps_) {
    std::vector<const json::value*> next;
    for (const json::value* from : at) take(step, *from, next);
    at = std::move(next);
  }
  return at;
}

const json::value* JsonPath::first(const json::value& root) const {
  const auto found = find(root);
  return found.empty() ? nullptr : found.front();
}

std::vector<std::string> JsonPath::members() const {
  std::vector<std::string> names;
  for (const auto& step : steps_) {
    if (step.kind != Step::Kind::member) return {};
    names.push_back(step.name);
  }
  return names;
}

}  // namespace dynamo::apiserver
