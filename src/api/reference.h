#pragma once

#include <string>

namespace dynamo::api {

/// The API reference, docs/reference/api.md: every kind and every field, from the field lists.
std::string reference_markdown();

}  // namespace dynamo::api
