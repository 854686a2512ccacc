#pragma once

#include "apiserver/call.h"
#include "apiserver/log_source.h"
#include "apiserver/store.h"
#include "net/task.h"

namespace dynamo::apiserver {

/// GET pods/NAME/log, streamed as plain text from whoever keeps the logs (`source`, null = nobody).
net::Task<Outcome> stream_log(const Store& store, LogSource* source, Call call);

/// The container that a log request means. Errors: bad request, with the names to choose from.
Result<std::string> choose_container(const Object& pod, std::string_view wanted);

}  // namespace dynamo::apiserver
