#include "up/reporter.h"

#include <cstdio>
#include <unistd.h>

namespace dynamo::up {

void Reporter::say(std::string_view text) {
  fmt::print("{}\n", text);
  std::fflush(stdout);
  send('+', text);
}

void Reporter::ready() {
  send('=', "");
  close();
}

void Reporter::not_ready(const Error& why) {
  send(why);
  close();
}

void Reporter::failed(const Error& why) { send(why); }

void Reporter::send(const Error& why) { send(why.code == Errc::invalid ? '?' : '!', why.message); }

/// Several lines are sent one by one. Whoever waited may have left; that is no concern of ours.
void Reporter::send(char kind, std::string_view text) {
  if (pipe_ < 0) return;
  std::string lines(1, kind);
  for (const char c : text) {
    lines += c;
    if (c == '\n') lines += kind;
  }
  lines += '\n';
  [[maybe_unused]] const auto n = ::write(pipe_, lines.data(), lines.size());
}

void Reporter::close() {
  if (pipe_ >= 0) ::close(std::exchange(pipe_, -1));
}

Result<void> follow_report(int pipe) {
  std::string pending;
  Error failure{Errc::unavailable, ""};
  bool ready = false;
  char bytes[4096];
  for (;;) {
    const auto n = ::read(pipe, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    pending.append(bytes, static_cast<std::size_t>(n));
    for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
      const std::string line = pending.substr(0, end);
      pending.erase(0, end + 1);
      if (line.starts_with('+')) fmt::print("{}\n", std::string_view(line).substr(1));
      if (line.starts_with('=')) ready = true;
      if (line.starts_with('?')) failure.code = Errc::invalid;
      if (line.starts_with('!') || line.starts_with('?')) {
        failure.message += (failure.message.empty() ? "" : "\n") + line.substr(1);
      }
    }
    std::fflush(stdout);
  }
  if (ready) return {};
  if (!failure.message.empty()) return std::unexpected(std::move(failure));
  return fail(Errc::internal, "the platform ended while it was starting");
}

}  // namespace dynamo::up
