#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace dynamo {

/// A resource quantity of the Kubernetes API: "500m", "1.5Gi", "2", "1e3". Exact: a whole number of
/// nano-units in 128 bits, never a float. Values beyond ±(2^63 - 1) are capped there; what is finer than one
/// nano is rounded away from zero, so that a little never becomes nothing.
class Quantity {
 public:
  enum class Format {
    decimal_si,        // n u m "" k M G T P E
    binary_si,         // Ki Mi Gi Ti Pi Ei
    decimal_exponent,  // e3, e6, …
  };

  constexpr Quantity() = default;
  /// `units` whole units, e.g. bytes or cores.
  static Quantity of(std::int64_t units, Format format = Format::decimal_si);

  /// Reads sign, digits with an optional fraction, and a suffix.
  /// Errors: invalid, saying what a quantity looks like.
  static Result<Quantity> parse(std::string_view text);

  /// The canonical form in the format it was read in: no fraction, the largest suffix that allows it.
  /// "1024Mi" is "1Gi", "0.5" is "500m", "1.5Gi" is "1536Mi". Below 1024 or with a fraction, binary becomes
  /// decimal, so that nothing is lost.
  std::string to_string() const;

  /// Whole units, rounded up (away from zero): "1500m" is 2.
  std::int64_t units() const;
  /// Thousandths, rounded up: "0.5" is 500. Capped like the value.
  std::int64_t milli_units() const;
  bool is_zero() const { return nanos_ == 0; }
  Format format() const { return format_; }

  /// Sums are capped; the format is that of the left side, or of the right one when the left is zero.
  friend Quantity operator+(const Quantity& a, const Quantity& b);
  friend Quantity operator-(const Quantity& a, const Quantity& b);
  Quantity& operator+=(const Quantity& other) { return *this = *this + other; }
  Quantity& operator-=(const Quantity& other) { return *this = *this - other; }

  /// By value: "1Gi" equals "1024Mi" and "1073741824".
  friend bool operator==(const Quantity& a, const Quantity& b) { return a.nanos_ == b.nanos_; }
  friend std::strong_ordering operator<=>(const Quantity& a, const Quantity& b) {
    return a.nanos_ < b.nanos_   ? std::strong_ordering::less
           : a.nanos_ > b.nanos_ ? std::strong_ordering::greater
                                 : std::strong_ordering::equal;
  }

 private:
  __extension__ using Nanos = __int128;
  constexpr Quantity(Nanos nanos, Format format) : nanos_(nanos), format_(format) {}

  Nanos nanos_{0};
  Format format_{Format::decimal_si};
};

}  // namespace dynamo
