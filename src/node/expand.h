#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dynamo::node {

/// Replaces `$(NAME)` in a container's command, arguments and variables as Kubernetes does: unknown names
/// stay as they are written, `$$(NAME)` is the text `$(NAME)`.
std::string expand(std::string_view text,
                   const std::function<std::optional<std::string_view>(std::string_view)>& value_of);

}  // namespace dynamo::node
