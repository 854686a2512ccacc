#pragma once

#include <string>
#include <string_view>
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

/// Whether to colour standard output. `choice` is that of a flag --color: always, never or auto, which means
/// on a terminal, unless NO_COLOR (no-color.org) is set.
bool in_color(std::string_view choice);

}  // namespace dynamo::cli
