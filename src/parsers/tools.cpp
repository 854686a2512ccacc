#include "parsers/tools.h"

#include <fmt/format.h>

namespace dynamo::parsers {
namespace {

/// Whether `name` could name a function at all: markup and white space could not.
bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxToolName && std::ranges::none_of(name, [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 ||
           std::string_view("<>{}[]()\"'`|").find(c) != std::string_view::npos;
  });
}

Result<Tool> parse_tool(const json::value& entry) {
  if (!entry.is_object()) return fail(Errc::invalid, "must be an object");
  const json::value* inner = json::find(entry, {"function"});
  const json::value& function = inner != nullptr ? *inner : entry;
  Tool tool{.name = std::string(json::string_at(function, {"name"}))};
  if (!is_name(tool.name)) return fail(Errc::invalid, "`name` must be the name of a function");
  if (const auto* parameters = json::find(function, {"parameters"}); parameters != nullptr) {
    if (!parameters->is_object()) return fail(Errc::invalid, "`parameters` must be a JSON schema");
    tool.parameters = parameters->get_object();
  }
  return tool;
}

}  // namespace

Result<Tools> Tools::parse(const json::value& list) {
  if (!list.is_array()) return fail(Errc::invalid, "`tools` must be a list");
  std::vector<Tool> tools;
  for (const auto& entry : list.get_array()) {
    auto tool = parse_tool(entry);
    if (!tool) return context(fmt::format("tools[{}]", tools.size()), std::move(tool.error()));
    tools.push_back(std::move(*tool));
  }
  return Tools(std::move(tools));
}

const Tool* Tools::find(std::string_view name) const {
  const auto found = std::ranges::find(*tools_, name, &Tool::name);
  return found == tools_->end() ? nullptr : &*found;
}

bool Tools::allow(std::string_view name) const {
  return tools_->empty() ? is_name(name) : find(name) != nullptr;
}

const json::value* Tools::parameter(std::string_view tool, std::string_view name) const {
  const Tool* found = find(tool);
  return found == nullptr ? nullptr : json::find(found->parameters, {"properties", name});
}

}  // namespace dynamo::parsers
