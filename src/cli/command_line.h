#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace dynamo::cli {

/// What else there is to say about one flag.
struct FlagTraits {
  const char* env = nullptr;  // read when the flag is absent
  bool required = false;
  std::vector<std::string> allowed{};                // the only values, when not empty
  std::optional<std::pair<double, double>> range{};  // inclusive, for numbers
  const char* value_name = nullptr;                  // "URL", "FILE"; shown in the help
};

/// The flags of one command, bound to the variables they fill. `names` is "--long" or "-s,--long".
/// The variables' values at declaration are the defaults that the help shows.
class FlagSet {
 public:
  struct Impl;
  explicit FlagSet(Impl& impl) : impl_(impl) {}

  void text(const std::string& names, std::string& into, const std::string& help, FlagTraits traits = {});
  void text(const std::string& names, std::optional<std::string>& into, const std::string& help,
            FlagTraits traits = {});
  void list(const std::string& names, std::vector<std::string>& into, const std::string& help,
            FlagTraits traits = {});
  void number(const std::string& names, std::int64_t& into, const std::string& help, FlagTraits traits = {});
  void number(const std::string& names, std::optional<std::int64_t>& into, const std::string& help,
              FlagTraits traits = {});
  void number(const std::string& names, double& into, const std::string& help, FlagTraits traits = {});
  void number(const std::string& names, std::optional<double>& into, const std::string& help,
              FlagTraits traits = {});
  /// `--name`; and `--no-name` when `names` is written "--name,!--no-name".
  void flag(const std::string& names, bool& into, const std::string& help, FlagTraits traits = {});
  /// Arguments without a flag, in order.
  void positional(const std::string& name, std::vector<std::string>& into, const std::string& help,
                  FlagTraits traits = {});
  void positional(const std::string& name, std::string& into, const std::string& help,
                  FlagTraits traits = {});
  /// What nothing else takes, flags included, in order: handed on to an engine.
  void rest(std::vector<std::string>& into);

 private:
  Impl& impl_;
};

/// One subcommand. `declare` binds flags to variables that live as long as the command; `run` returns the
/// exit code or an error, which is printed as "dynamo NAME: message" with exit code 1 (2 for Errc::invalid).
struct Command {
  std::string name;
  std::string help;     // one line
  std::string details;  // paragraphs below the flags: examples, environment; may be empty
  std::function<void(FlagSet&)> declare;
  std::function<Result<int>()> run;
  std::string group{"Commands"};  // heading in `dynamo --help`
};

/// Parses and runs. Exit codes: 0 done, 1 failed, 2 wrong usage.
int run_command_line(std::vector<Command> commands, int argc, const char* const* argv);

}  // namespace dynamo::cli
