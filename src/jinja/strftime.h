#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace dynamo::jinja {

/// `datetime.now().strftime(format)` in the C locale, in a zone `utc_offset` east of Greenwich.
std::string format_time(WallTime now, std::chrono::minutes utc_offset, std::string_view format);

}  // namespace dynamo::jinja
