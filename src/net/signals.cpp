#include "net/signals.h"

#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>

#include "net/edge.h"

namespace dynamo::net {
namespace {

sigset_t termination_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = termination_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Task<int> wait_for_signal(Loop& loop, std::stop_token stop) {
  const sigset_t set = termination_signals();
  const int fd = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  int signal = 0;
  {
    Edge edge(loop, fd);
    while (signal == 0 && !stop.stop_requested()) {
      signalfd_siginfo info{};
      if (::read(fd, &info, sizeof info) == sizeof info) {
        signal = static_cast<int>(info.ssi_signo);
      } else {
        edge.event().reset();
        co_await edge.event().wait(stop);
      }
    }
  }
  ::close(fd);
  co_return signal;
}

}  // namespace dynamo::net
