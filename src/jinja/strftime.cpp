#include "jinja/strftime.h"

#include <array>
#include <ctime>
#include <fmt/format.h>

namespace dynamo::jinja {
namespace {

/// One directive, "%" and a letter, perhaps with a flag of the C library between them.
std::string directive(const std::string& text, const std::tm& time) {
  std::array<char, 256> buffer{};
  const auto size = std::strftime(buffer.data(), buffer.size(), text.c_str(), &time);
  return {buffer.data(), size};
}

}  // namespace

std::string format_time(WallTime now, std::chrono::minutes utc_offset, std::string_view format) {
  const auto local = now + utc_offset;
  const auto second = std::chrono::floor<std::chrono::seconds>(local);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(local - second).count();
  const std::time_t instant = std::chrono::system_clock::to_time_t(second);
  std::tm time{};
  gmtime_r(&instant, &time);
  std::string out;
  for (std::size_t at = 0; at < format.size();) {
    if (format[at] != '%' || at + 1 == format.size()) {
      out += format[at++];
      continue;
    }
    auto end = at + 1;
    while (end + 1 < format.size() && std::string_view("-_0^#EO").contains(format[end])) ++end;
    const char letter = format[end++];
    if (letter == 'f') {
      out += fmt::format("{:06}", micros);
    } else if (letter != 'z' && letter != 'Z') {  // a time without a zone prints nothing for these
      out += directive(std::string(format.substr(at, end - at)), time);
    }
    at = end;
  }
  return out;
}

}  // namespace dynamo::jinja
