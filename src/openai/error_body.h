#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "net/http_server.h"

namespace dynamo::openai {

/// The body of an error answer. It satisfies two kinds of readers at once:
///   - those of the Dynamo frontend, who read `message`, `type` (reason phrase) and `code` (number) at the
///   top;
///   - the official OpenAI clients: the Node client reads only an `error` object, the Python client takes
///   `error`
///     when there is one. Its `code` is a word, as OpenAI's own are ("model_not_found"), and `param` names a
///     field.
std::string error_body(int status, std::string_view message, std::string_view param = {});

/// Body for `error`; the field is taken from `details.param` where validation put one.
std::string error_body(const Error& error);

/// Whole answer, with Retry-After where trying again helps (429, 503).
net::HttpResponse error_response(const Error& error);
net::HttpResponse error_response(int status, std::string_view message);

/// An error about one field of a request, which `error_body` will name: "Validation: …", status 400.
std::unexpected<Error> invalid_field(std::string_view field, std::string message);

/// A request for a model that is not served: 404, "Model not found", with the words that the clients know.
Error model_not_found();

/// The status that an engine's error becomes towards the client: 400 to 499 stay, anything else is 500
/// (503 and 529, which say that trying elsewhere or later helps, stay 503).
int relayed_status(int engine_status) noexcept;

/// The error that an engine's answer of status `status` and body stands for. Reads `error.message`, `message`
/// and `detail`; a body in no known form is quoted, shortened.
Error parse_error(int status, std::string_view body);

}  // namespace dynamo::openai
