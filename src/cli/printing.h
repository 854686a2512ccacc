#pragma once

#include <string>
#include <vector>

#include "base/json.h"

/// How objects are shown. Pure.
namespace dynamo::cli {

struct TableOptions {
  bool wide = false;            // columns of lower priority too
  bool with_namespace = false;  // for lists over all namespaces
  bool with_headings = true;
};

/// The text of a server's `Table`, as kubectl prints it. Pods get a PID column: on a local platform they are
/// processes of this machine.
std::string table_text(const json::value& table, const TableOptions& options);

/// One object, or a List of them, as "json" or "yaml", without managedFields.
std::string document_text(json::value document, const std::string& format);

}  // namespace dynamo::cli
