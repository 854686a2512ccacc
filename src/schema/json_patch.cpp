#include "schema/json_patch.h"

#include <charconv>

namespace dynamo::schema {
namespace {

constexpr std::size_t kMaxOperations = 10'000;  // the limit of a real API server

using Tokens = std::vector<std::string>;

std::string unescape(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size()) {
      out += token[++i] == '1' ? '/' : '~';
    } else {
      out += token[i];
    }
  }
  return out;
}

Result<Tokens> parse_pointer(std::string_view pointer) {
  Tokens tokens;
  if (pointer.empty()) return tokens;
  if (pointer[0] != '/') return fail(Errc::invalid, fmt::format("path \"{}\" must start with /", pointer));
  pointer.remove_prefix(1);
  for (;;) {
    const auto slash = pointer.find('/');
    tokens.push_back(unescape(pointer.substr(0, slash)));
    if (slash == std::string_view::npos) return tokens;
    pointer.remove_prefix(slash + 1);
  }
}

std::unexpected<Error> no_such_path(std::string_view pointer) {
  return fail(Errc::invalid, fmt::format("path \"{}\" does not exist", pointer));
}

std::optional<std::size_t> parse_index(std::string_view token, std::size_t limit) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc{} || end != token.data() + token.size() || index > limit) return std::nullopt;
  if (token.size() > 1 && token[0] == '0') return std::nullopt;
  return index;
}

json::value* step(json::value& at, const std::string& token) {
  if (json::object* members = at.if_object()) return members->if_contains(token);
  if (json::array* items = at.if_array(); items != nullptr && !items->empty()) {
    const auto index = parse_index(token, items->size() - 1);
    return index ? &(*items)[*index] : nullptr;
  }
  return nullptr;
}

json::value* walk(json::value& document, std::span<const std::string> tokens) {
  json::value* at = &document;
  for (const auto& token : tokens) {
    at = step(*at, token);
    if (at == nullptr) return nullptr;
  }
  return at;
}

Result<void> add(json::value& document, std::string_view pointer, json::value value) {
  auto tokens = parse_pointer(pointer);
  if (!tokens) return std::unexpected(tokens.error());
  if (tokens->empty()) {
    document = std::move(value);
    return {};
  }
  json::value* parent = walk(document, std::span(*tokens).first(tokens->size() - 1));
  if (parent == nullptr) return no_such_path(pointer);
  const std::string& last = tokens->back();
  if (json::object* members = parent->if_object()) {
    (*members)[last] = std::move(value);
    return {};
  }
  json::array* items = parent->if_array();
  if (items == nullptr) return no_such_path(pointer);
  const auto index = last == "-" ? items->size() : parse_index(last, items->size());
  if (!index) return no_such_path(pointer);
  items->insert(items->begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
  return {};
}

Result<json::value> take(json::value& document, std::string_view pointer) {
  auto tokens = parse_pointer(pointer);
  if (!tokens) return std::unexpected(tokens.error());
  json::value* target = walk(document, *tokens);
  if (target == nullptr || tokens->empty()) return no_such_path(pointer);
  json::value taken = std::move(*target);
  json::value* parent = walk(document, std::span(*tokens).first(tokens->size() - 1));
  if (json::object* members = parent->if_object()) {
    members->erase(tokens->back());
  } else {
    json::array& items = parent->get_array();
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(*parse_index(tokens->back(), items.size() - 1)));
  }
  return taken;
}

Result<json::value> read(json::value& document, std::string_view pointer) {
  auto tokens = parse_pointer(pointer);
  if (!tokens) return std::unexpected(tokens.error());
  const json::value* found = walk(document, *tokens);
  if (found == nullptr) return no_such_path(pointer);
  return *found;
}

Result<json::value> operand(const json::object& operation) {
  const json::value* value = operation.if_contains("value");
  if (value == nullptr) return fail(Errc::invalid, "operation must have a \"value\"");
  return *value;
}

Result<void> perform(json::value& document, const json::object& operation) {
  const auto op = json::string_at(operation, {"op"});
  const auto path = json::string_at(operation, {"path"});
  const auto from = json::string_at(operation, {"from"});
  if (!operation.contains("path")) return fail(Errc::invalid, "operation must have a \"path\"");
  if (op == "remove") {
    auto taken = take(document, path);
    return taken ? Result<void>{} : std::unexpected(taken.error());
  }
  if (op == "move" && path.starts_with(std::string(from) + "/")) {
    return fail(Errc::invalid, fmt::format("\"{}\" cannot be moved into itself", from));
  }
  auto value = op == "move" ? take(document, from) : op == "copy" ? read(document, from) : operand(operation);
  if (!value) return std::unexpected(value.error());
  if (op == "add" || op == "move" || op == "copy") return add(document, path, std::move(*value));
  if (op != "replace" && op != "test") {
    return fail(Errc::invalid,
                fmt::format("operation must be add, remove, replace, move, copy or test, not \"{}\"", op));
  }
  auto tokens = parse_pointer(path);
  if (!tokens) return std::unexpected(tokens.error());
  json::value* target = walk(document, *tokens);
  if (op == "test") {
    if (target != nullptr && *target == *value) return {};
    return fail(Errc::conflict, fmt::format("testing value {} failed", path));
  }
  if (target == nullptr) return no_such_path(path);
  *target = std::move(*value);
  return {};
}

}  // namespace

Result<void> apply_json_patch(json::value& document, const json::value& patch) {
  const json::array* operations = patch.if_array();
  if (operations == nullptr) return fail(Errc::invalid, "a JSON patch must be a list of operations");
  if (operations->size() > kMaxOperations) {
    return fail(Errc::invalid, fmt::format("a JSON patch may have at most {} operations", kMaxOperations));
  }
  json::value changed = document;
  for (const auto& operation : *operations) {
    if (!operation.is_object()) return fail(Errc::invalid, "a JSON patch must be a list of operations");
    if (auto done = perform(changed, operation.get_object()); !done) return done;
  }
  document = std::move(changed);
  return {};
}

}  // namespace dynamo::schema
