#include "base/error.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>

namespace dynamo {

std::string_view to_string(Errc code) noexcept {
  switch (code) {
    case Errc::not_found:
      return "NotFound";
    case Errc::already_exists:
      return "AlreadyExists";
    case Errc::conflict:
      return "Conflict";
    case Errc::invalid:
      return "Invalid";
    case Errc::unauthorized:
      return "Unauthorized";
    case Errc::forbidden:
      return "Forbidden";
    case Errc::gone:
      return "Gone";
    case Errc::too_large:
      return "TooLarge";
    case Errc::too_many:
      return "TooMany";
    case Errc::timeout:
      return "Timeout";
    case Errc::cancelled:
      return "Cancelled";
    case Errc::unavailable:
      return "Unavailable";
    case Errc::unsupported:
      return "Unsupported";
    case Errc::io:
      return "IoError";
    case Errc::internal:
      return "InternalError";
  }
  return "InternalError";
}

int http_status(Errc code) noexcept {
  switch (code) {
    case Errc::not_found:
      return 404;
    case Errc::already_exists:
      return 409;
    case Errc::conflict:
      return 409;
    case Errc::invalid:
      return 400;
    case Errc::unauthorized:
      return 401;
    case Errc::forbidden:
      return 403;
    case Errc::gone:
      return 410;
    case Errc::too_large:
      return 413;
    case Errc::too_many:
      return 429;
    case Errc::timeout:
      return 504;
    case Errc::cancelled:
      return 499;
    case Errc::unavailable:
      return 503;
    case Errc::unsupported:
      return 501;
    case Errc::io:
      return 500;
    case Errc::internal:
      return 500;
  }
  return 500;
}

Errc errc_from_http(int status) noexcept {
  switch (status) {
    case 400:
    case 405:
    case 406:
    case 415:
    case 422:
      return Errc::invalid;
    case 401:
      return Errc::unauthorized;
    case 403:
      return Errc::forbidden;
    case 404:
      return Errc::not_found;
    case 408:
    case 504:
      return Errc::timeout;
    case 409:
      return Errc::conflict;
    case 410:
      return Errc::gone;
    case 413:
    case 431:
      return Errc::too_large;
    case 429:
      return Errc::too_many;
    case 499:
      return Errc::cancelled;
    case 501:
      return Errc::unsupported;
    case 502:
    case 503:
    case 529:
      return Errc::unavailable;
    default:
      return status < 500 ? Errc::invalid : Errc::internal;
  }
}

namespace {

Errc errc_from_errno(int value) noexcept {
  switch (value) {
    case ENOENT:
      return Errc::not_found;
    case EEXIST:
    case EADDRINUSE:
      return Errc::already_exists;
    case EACCES:
    case EPERM:
      return Errc::forbidden;
    case ETIMEDOUT:
      return Errc::timeout;
    case ECANCELED:
      return Errc::cancelled;
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
    case EHOSTUNREACH:
    case ENETUNREACH:
      return Errc::unavailable;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return Errc::too_many;
    default:
      return Errc::io;
  }
}

}  // namespace

Error system_error(std::string_view what, int errno_value) {
  char buffer[128];
  const char* text = strerror_r(errno_value, buffer, sizeof buffer);
  return Error{errc_from_errno(errno_value), fmt::format("{}: {}", what, text), nullptr};
}

}  // namespace dynamo
