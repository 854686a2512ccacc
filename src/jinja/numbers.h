#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Numbers as Python reads and prints them.
namespace dynamo::jinja {

/// repr(x): the shortest digits that read back as the same float, "1e-05", "3.0", "inf".
void print_real(double value, std::string& out);
/// 2, 8 or 16 for digits that begin with 0b, 0o or 0x; otherwise 0.
int prefix_base(std::string_view digits);
/// int(text, base): nothing where Python raises ValueError or the value needs more than 64 bits.
std::optional<std::int64_t> parse_integer(std::string_view text, int base);
/// float(text): nothing where Python raises ValueError.
std::optional<double> parse_real(std::string_view text);
/// round(x, digits)
double round_real(double value, int digits);

}  // namespace dynamo::jinja
