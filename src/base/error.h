#pragma once

#include <boost/json/fwd.hpp>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace dynamo {

/// What kind of failure it was; programs branch on this, people read the message.
enum class Errc {
  not_found,
  already_exists,
  conflict,      // somebody else changed it: read again and retry
  invalid,       // the input is wrong; retrying does not help
  unauthorized,  // nobody knows who is asking
  forbidden,     // known, but not allowed
  gone,          // a watch position or continue token is too old: list again
  too_large,
  too_many,  // over a limit: retry later
  timeout,
  cancelled,    // the caller asked to stop; not a failure to log
  unavailable,  // the other side is away: retry
  unsupported,  // known, refused by name
  io,           // operating system said no
  internal,
};

/// CamelCase name, as used for condition reasons and log fields: "NotFound".
std::string_view to_string(Errc code) noexcept;

/// HTTP status that stands for `code` (404 for not_found, …).
int http_status(Errc code) noexcept;

/// The code that an HTTP error status (400 to 599) stands for.
Errc errc_from_http(int status) noexcept;

/// An expected failure. Each layer that passes one on adds the fact only it knows, with `context`.
struct Error {
  Errc code;
  std::string message;  // which object, what was expected, what to do
  /// Machine-readable details where the other side sent some, e.g. a Kubernetes `Status`; may be null.
  std::shared_ptr<const boost::json::object> details{};
};

template <class T = void>
using Result = std::expected<T, Error>;

/// `return fail(Errc::invalid, "…")` from any function that returns a Result.
inline std::unexpected<Error> fail(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message), nullptr});
}

/// Puts `what` before the message and keeps the rest: "listing pods of ns/g: connection refused".
inline std::unexpected<Error> context(std::string_view what, Error error) {
  error.message.insert(0, ": ").insert(0, what);
  return std::unexpected(std::move(error));
}

/// The error of a failed system call, `errno_value` as left in errno: io, or a closer code where one fits.
Error system_error(std::string_view what, int errno_value);

}  // namespace dynamo
