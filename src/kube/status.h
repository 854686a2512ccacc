#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"

/// The `Status` document with which an API server says what went wrong.
namespace dynamo::kube {

/// The code that a Status `reason` stands for; nothing for reasons that we do not know.
std::optional<Errc> errc_from_reason(std::string_view reason) noexcept;
/// The `reason` that stands for `code`: "NotFound", "AlreadyExists", "Expired", …
std::string_view reason_of(Errc code) noexcept;

/// The error that an answer of 400 and above stands for. A body that is a Status is kept in `details`;
/// another one is quoted, shortened.
Error error_from_answer(int http_status, std::string_view body);
/// The error of a `Status` object, e.g. of a watch event of type ERROR.
Error error_from_status(json::object status, int http_status = 0);

/// The Status that answers a request which failed with `error`; its own details are kept when it has some.
json::object make_status(const Error& error);

/// How long the server asked to wait, from `details.retryAfterSeconds`.
std::optional<Duration> retry_after(const Error& error);

}  // namespace dynamo::kube
