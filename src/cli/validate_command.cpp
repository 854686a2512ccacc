#include "api/check.h"
#include "cli/commands.h"
#include "cli/files.h"

namespace dynamo::cli {
namespace {

struct ValidateFlags {
  std::vector<std::string> files;
  std::string output = "text";
};

json::object to_json(const api::Diagnostic& found) {
  return {{"file", found.file},
          {"line", found.at.line},
          {"column", found.at.column},
          {"severity", found.severity == api::Severity::error ? "error" : "warning"},
          {"message", found.message}};
}

void print_json(const std::vector<api::Diagnostic>& all) {
  json::array out;
  for (const auto& found : all) out.push_back(to_json(found));
  fmt::print("{}\n", json::dump_pretty(out));
}

/// Findings are the command's result, so they go to standard output.
Result<int> validate(const ValidateFlags& flags) {
  auto inputs = read_inputs(flags.files);
  if (!inputs) return std::unexpected(std::move(inputs.error()));
  std::vector<api::Diagnostic> all;
  for (const up::ManifestText& input : *inputs) {
    auto found = api::check_documents(input.text, input.name);
    all.insert(all.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  }
  const auto errors = std::ranges::count(all, api::Severity::error, &api::Diagnostic::severity);
  if (flags.output == "json") {
    print_json(all);
  } else {
    for (const auto& found : all) fmt::print("{}\n", found.to_string());
    fmt::print("{} file{}: {} error{}, {} warning{}\n", inputs->size(), inputs->size() == 1 ? "" : "s",
               errors, errors == 1 ? "" : "s", all.size() - static_cast<std::size_t>(errors),
               all.size() - static_cast<std::size_t>(errors) == 1 ? "" : "s");
  }
  return errors == 0 ? 0 : 1;
}

}  // namespace

Command validate_command() {
  const auto flags = std::make_shared<ValidateFlags>();
  return {.name = "validate",
          .help = "Check manifests without a cluster; all errors at once, with file, line and column",
          .details = "Exit codes: 0 nothing wrong, 1 errors found, 2 wrong usage.",
          .declare =
              [flags](FlagSet& set) {
                set.list("-f,--filename", flags->files,
                         "File, directory, or - for standard input; repeatable",
                         {.required = true, .value_name = "FILE"});
                set.text("-o,--output", flags->output, "Form of the findings", {.allowed{"text", "json"}});
              },
          .run = [flags] { return validate(*flags); },
          .group = "Offline"};
}

}  // namespace dynamo::cli
