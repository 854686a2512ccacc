#include "node/expand.h"

namespace dynamo::node {

std::string expand(std::string_view text,
                   const std::function<std::optional<std::string_view>(std::string_view)>& value_of) {
  std::string out;
  while (!text.empty()) {
    const auto dollar = text.find('$');
    out.append(text.substr(0, dollar));
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar);
    const auto close = text.starts_with("$(") ? text.find(')') : std::string_view::npos;
    if (text.starts_with("$$")) {
      out += '$';
      text.remove_prefix(2);
    } else if (close == std::string_view::npos) {
      out += '$';
      text.remove_prefix(1);
    } else {
      const auto value = value_of(text.substr(2, close - 2));
      out.append(value.value_or(text.substr(0, close + 1)));
      text.remove_prefix(close + 1);
    }
  }
  return out;
}

}  // namespace dynamo::node
