#pragma once

// The precompiled header of all targets, tests add more: standard headers,
// fmt and Boost.JSON, small on purpose.
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <expected>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
