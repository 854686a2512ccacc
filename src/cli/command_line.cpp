#include "cli/command_line.h"

#include <CLI/CLI.hpp>  // the only place: it costs seconds of compile time

namespace dynamo::cli {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

/// "0", "65535", "0.5": without digits that say nothing.
std::string plain_number(double value) { return fmt::format("{}", value); }

/// Checks a number's range with a message that says what is allowed.
CLI::Validator range_check(std::pair<double, double> range) {
  const std::string allowed = fmt::format("{} to {}", plain_number(range.first), plain_number(range.second));
  CLI::Validator check;
  check.description(allowed);
  check.operation([range, allowed](std::string& text) {
    double value = 0;
    if (!CLI::detail::lexical_cast(text, value)) return fmt::format("\"{}\" is not a number", text);
    if (value >= range.first && value <= range.second) return std::string{};
    return fmt::format("must be {}, got {}", allowed, text);
  });
  return check;
}

CLI::Validator not_empty() {
  CLI::Validator check;
  check.operation([](std::string& text) { return std::string(text.empty() ? "must not be empty" : ""); });
  return check;
}

void apply(CLI::Option* option, const FlagTraits& traits) {
  if (traits.env != nullptr) option->envname(traits.env);
  if (traits.required) option->required()->check(not_empty());
  if (!traits.allowed.empty()) option->check(CLI::IsMember(traits.allowed));
  if (traits.range) option->check(range_check(*traits.range));
  if (traits.value_name != nullptr) option->type_name(traits.value_name);
}

}  // namespace

struct FlagSet::Impl {
  CLI::App& app;
  std::vector<std::string>* rest = nullptr;

  template <class T>
  void add(const std::string& names, T& into, const std::string& help, const FlagTraits& traits) {
    CLI::Option* option = app.add_option(names, into, help);
    option->capture_default_str();
    apply(option, traits);
  }
  template <class T>
  void add(const std::string& names, std::optional<T>& into, const std::string& help,
           const FlagTraits& traits) {
    apply(app.add_option(names, into, help), traits);
  }
};

void FlagSet::text(const std::string& names, std::string& into, const std::string& help, FlagTraits traits) {
  impl_.add(names, into, help, traits);
}
void FlagSet::text(const std::string& names, std::optional<std::string>& into, const std::string& help,
                   FlagTraits traits) {
  impl_.add(names, into, help, traits);
}
void FlagSet::number(const std::string& names, std::int64_t& into, const std::string& help,
                     FlagTraits traits) {
  impl_.add(names, into, help, traits);
}
void FlagSet::number(const std::string& names, std::optional<std::int64_t>& into, const std::string& help,
                     FlagTraits traits) {
  impl_.add(names, into, help, traits);
}
void FlagSet::number(const std::string& names, double& into, const std::string& help, FlagTraits traits) {
  impl_.add(names, into, help, traits);
}
void FlagSet::number(const std::string& names, std::optional<double>& into, const std::string& help,
                     FlagTraits traits) {
  impl_.add(names, into, help, traits);
}

void FlagSet::list(const std::string& names, std::vector<std::string>& into, const std::string& help,
                   FlagTraits traits) {
  CLI::Option* option = impl_.app.add_option(names, into, help);
  // One value for each time it is given: only for lists without an end does CLI11 heed the second call.
  option->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args(false);
  apply(option, traits);
}

void FlagSet::flag(const std::string& names, bool& into, const std::string& help, FlagTraits traits) {
  apply(impl_.app.add_flag(names, into, help), traits);
}

void FlagSet::positional(const std::string& name, std::vector<std::string>& into, const std::string& help,
                         FlagTraits traits) {
  CLI::Option* option = impl_.app.add_option(name, into, help);
  // Where extra arguments are allowed, CLI11 takes "[a,b]" apart. A list that always lacks values gets them
  // all as they are, and TakeAll does not count them.
  constexpr int kEndless = CLI::detail::expected_max_vector_size;
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  option->expected(kEndless - 1, kEndless)->allow_extra_args(false);
  apply(option, traits);
}

void FlagSet::positional(const std::string& name, std::string& into, const std::string& help,
                         FlagTraits traits) {
  apply(impl_.app.add_option(name, into, help), traits);
}

void FlagSet::rest(std::vector<std::string>& into) {
  impl_.app.allow_extras();
  impl_.rest = &into;
}

namespace {

int report(const Command& command, const Error& error) {
  fmt::print(stderr, "dynamo {}: {}\n", command.name, error.message);
  return error.code == Errc::invalid ? kUsage : kFailed;
}

/// The variable that a refused value came from, when the flag that `message` begins with was not given
/// itself.
std::string source_of_value(const CLI::App& app, std::string_view message,
                            std::span<const char* const> arguments) {
  const std::string flag(message.substr(0, message.find(':')));
  const auto is_flag = [&](std::string_view argument) {
    return argument == flag || argument.starts_with(flag + "=");
  };
  if (std::ranges::any_of(arguments, is_flag)) return {};
  const CLI::Option* option = app.get_option_no_throw(flag);
  return option == nullptr || option->get_envname().empty()
             ? ""
             : fmt::format(" (from {})", option->get_envname());
}

/// CLI11's text, and where to look next; help and version are no errors.
int report_usage(CLI::App& app, const CLI::ParseError& error, std::span<const char* const> arguments) {
  if (error.get_exit_code() == 0) return app.exit(error);
  std::string name = "dynamo";
  std::string source;
  for (const CLI::App* chosen : app.get_subcommands()) {
    name += " " + chosen->get_name();
    source = source_of_value(*chosen, error.what(), arguments);
  }
  fmt::print(stderr, "{}: {}{}\nRun '{} --help' for its flags.\n", name, error.what(), source, name);
  return kUsage;
}

/// A first word that is no command; CLI11 would only say that one is missing.
std::optional<std::string> unknown_command(const std::vector<Command>& commands, int argc,
                                           const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-') return std::nullopt;
  if (std::ranges::find(commands, argv[1], &Command::name) != commands.end()) return std::nullopt;
  return argv[1];
}

}  // namespace

int run_command_line(std::vector<Command> commands, int argc, const char* const* argv) {
  if (const auto name = unknown_command(commands, argc, argv)) {
    fmt::print(stderr, "dynamo: there is no command \"{}\".\nRun 'dynamo --help' for those there are.\n",
               *name);
    return kUsage;
  }
  CLI::App app("Dynamo: deploy LLM inference graphs and keep them serving.", "dynamo");
  app.set_version_flag("--version", "dynamo " DYNAMO_VERSION);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  std::vector<std::unique_ptr<FlagSet::Impl>> bound;
  for (const Command& command : commands) {
    CLI::App* sub = app.add_subcommand(command.name, command.help);
    sub->group(command.group);
    sub->footer(command.details);
    bound.push_back(std::make_unique<FlagSet::Impl>(FlagSet::Impl{*sub}));
    FlagSet flags(*bound.back());
    command.declare(flags);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error, {argv, static_cast<std::size_t>(argc)});
  }
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (!bound[i]->app.parsed()) continue;
    if (bound[i]->rest != nullptr) *bound[i]->rest = bound[i]->app.remaining();
    const Result<int> done = commands[i].run();
    return done ? *done : report(commands[i], done.error());
  }
  return kUsage;
}

}  // namespace dynamo::cli
