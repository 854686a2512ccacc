#include <charconv>

#include "base/json.h"
#include "process/reaper.h"

namespace dynamo::process {
namespace {

json::array to_json(const std::vector<BindMount>& mounts) {
  json::array out;
  for (const BindMount& mount : mounts) {
    out.push_back(
        json::object{{"source", mount.source}, {"target", mount.target}, {"readOnly", mount.read_only}});
  }
  return out;
}

std::vector<BindMount> mounts_from(const json::value& list) {
  std::vector<BindMount> out;
  if (!list.is_array()) return out;
  for (const json::value& item : list.get_array()) {
    out.push_back({.source = std::string(json::string_at(item, {"source"})),
                   .target = std::string(json::string_at(item, {"target"})),
                   .read_only = json::bool_at(item, {"readOnly"})});
  }
  return out;
}

std::optional<int> number(std::string_view text) {
  int out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

/// Cuts the word before the first blank off `text`.
std::string_view take_word(std::string_view& text) {
  const auto blank = text.find(' ');
  const std::string_view word = text.substr(0, blank);
  text = blank == std::string_view::npos ? std::string_view{} : text.substr(blank + 1);
  return word;
}

Errc errc_named(std::string_view name) {
  for (const Errc code :
       {Errc::not_found, Errc::forbidden, Errc::invalid, Errc::unsupported, Errc::too_many}) {
    if (to_string(code) == name) return code;
  }
  return Errc::io;
}

}  // namespace

std::string TreeSpec::to_line() const {
  json::array arguments(argv.begin(), argv.end());
  json::object variables;
  for (const auto& [name, value] : environment.variables()) variables[name] = value;
  return json::dump(json::object{{"argv", std::move(arguments)},
                                 {"environment", std::move(variables)},
                                 {"workingDirectory", working_directory},
                                 {"mounts", to_json(mounts)}}) +
         "\n";
}

Result<TreeSpec> TreeSpec::parse(std::string_view line) {
  const auto document = json::parse(line);
  if (!document) return context("what to start", document.error());
  const json::value* arguments = json::find(*document, {"argv"});
  const json::value* variables = json::find(*document, {"environment"});
  if (arguments == nullptr || !arguments->is_array() || variables == nullptr || !variables->is_object()) {
    return fail(Errc::invalid, "what to start: argv and environment are missing");
  }
  TreeSpec spec;
  for (const json::value& argument : arguments->get_array()) {
    if (!argument.is_string()) return fail(Errc::invalid, "what to start: an argument is not a text");
    spec.argv.emplace_back(argument.get_string());
  }
  for (const auto& [name, value] : variables->get_object()) {
    if (value.is_string()) spec.environment.set(std::string(name), std::string(value.get_string()));
  }
  spec.working_directory = json::string_at(*document, {"workingDirectory"});
  if (const json::value* mounts = json::find(*document, {"mounts"})) spec.mounts = mounts_from(*mounts);
  return spec;
}

std::string ReaperReport::to_line() const {
  if (pid) return fmt::format("pid {}\n", *pid);
  if (exit && exit->signal != 0) return fmt::format("exit signal {}\n", exit->signal);
  if (exit) return fmt::format("exit code {}\n", exit->code);
  if (error) return fmt::format("error {} {}\n", to_string(error->code), error->message);
  return "\n";
}

Result<ReaperReport> ReaperReport::parse(std::string_view line) {
  std::string_view rest = line;
  const std::string_view word = take_word(rest);
  if (word == "error") {
    const std::string_view code = take_word(rest);
    return ReaperReport{.error = Error{errc_named(code), std::string(rest), nullptr}};
  }
  const std::string_view kind = word == "exit" ? take_word(rest) : std::string_view{};
  const auto value = number(rest);
  if (value && word == "pid") return ReaperReport{.pid = *value};
  if (value && kind == "code") return ReaperReport{.exit = ExitStatus{.code = *value, .signal = 0}};
  if (value && kind == "signal") return ReaperReport{.exit = ExitStatus{.code = 0, .signal = *value}};
  return fail(Errc::invalid, fmt::format("the reaper says \"{}\"", line));
}

}  // namespace dynamo::process
