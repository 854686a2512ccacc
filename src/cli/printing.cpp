#include "cli/printing.h"

#include <cstdlib>
#include <unistd.h>

#include "base/table.h"
#include "base/yaml.h"

namespace dynamo::cli {
namespace {

constexpr std::string_view kProcess = "process://";

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

std::string cell_text(const json::value& cell) {
  if (cell.is_string()) return std::string(cell.get_string().data(), cell.get_string().size());
  if (cell.is_null()) return {};
  return json::dump(cell);
}

const json::array& list_at(const json::value& v, std::string_view key) {
  static const json::array empty;
  const json::value* found = json::find(v, {key});
  return found != nullptr && found->is_array() ? found->get_array() : empty;
}

bool is_pod_table(const json::array& rows) {
  return !rows.empty() && json::string_at(rows.front(), {"object", "kind"}) == "Pod";
}

/// The process ids of a pod's containers, "-" where none runs.
std::string pids_of(const json::value& pod) {
  std::string out;
  const json::value* status = json::find(pod, {"status"});
  if (status == nullptr) return "-";
  for (const json::value& container : list_at(*status, "containerStatuses")) {
    const auto id = json::string_at(container, {"containerID"});
    if (!id.starts_with(kProcess) || json::find(container, {"state", "running"}) == nullptr) continue;
    out += (out.empty() ? "" : ",") + std::string(id.substr(kProcess.size()));
  }
  return out.empty() ? "-" : out;
}

void drop_managed_fields(json::value& object) {
  json::value* metadata = json::find(object, {"metadata"});
  if (metadata != nullptr && metadata->is_object()) metadata->get_object().erase("managedFields");
}

}  // namespace

std::string table_text(const json::value& table, const TableOptions& options) {
  const json::array& columns = list_at(table, "columnDefinitions");
  const json::array& rows = list_at(table, "rows");
  const bool with_pids = is_pod_table(rows);
  const auto shown = [&](std::size_t i) {
    return options.wide || json::int_at(columns[i], {"priority"}).value_or(0) == 0;
  };
  std::vector<std::string> headings;
  if (options.with_namespace) headings.push_back("NAMESPACE");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (shown(i)) headings.push_back(upper(json::string_at(columns[i], {"name"})));
  }
  if (with_pids) headings.push_back("PID");
  TextTable out(std::move(headings));
  for (const json::value& row : rows) {
    std::vector<std::string> cells;
    if (options.with_namespace) cells.emplace_back(json::string_at(row, {"object", "metadata", "namespace"}));
    const json::array& values = list_at(row, "cells");
    for (std::size_t i = 0; i < values.size() && i < columns.size(); ++i) {
      if (shown(i)) cells.push_back(cell_text(values[i]));
    }
    if (with_pids) cells.push_back(pids_of(row.at("object")));
    out.add(std::move(cells));
  }
  return out.to_string(options.with_headings);
}

std::string document_text(json::value document, const std::string& format) {
  drop_managed_fields(document);
  json::value* items = json::find(document, {"items"});
  if (items != nullptr && items->is_array()) {
    for (json::value& item : items->get_array()) drop_managed_fields(item);
  }
  return format == "json" ? json::dump_pretty(document) + "\n" : yaml::emit(document);
}

bool in_color(std::string_view choice) {
  if (choice != "auto") return choice == "always";
  const char* no_color = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

}  // namespace dynamo::cli
