#include "up/address_block.h"

#include <cstddef>
#include <functional>
#include <sys/socket.h>
#include <sys/un.h>

namespace dynamo::up {
namespace {

/// An abstract socket name belongs to a network namespace, as loopback addresses do, and leaves no file
/// behind. False when somebody has it.
Result<bool> bind_name(const process::Descriptor& socket, std::string_view scope, std::uint8_t number) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = fmt::format("{}/127.{}", scope, number);
  name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0) return true;
  if (errno == EADDRINUSE) return false;
  return std::unexpected(system_error("claiming addresses for pods", errno));
}

std::uint8_t wrapped(int number) {
  return static_cast<std::uint8_t>(AddressBlock::kFirst + number % AddressBlock::kCount);
}

}  // namespace

Result<AddressBlock> AddressBlock::claim(std::uint8_t preferred, std::string_view scope) {
  process::Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!socket) return std::unexpected(system_error("a socket", errno));
  for (int step = 0; step < kCount; ++step) {
    const std::uint8_t number = wrapped(preferred - kFirst + step);
    const auto ours = bind_name(socket, scope, number);
    if (!ours) return std::unexpected(ours.error());
    if (*ours) return AddressBlock(number, std::move(socket));
  }
  return fail(
      Errc::already_exists,
      fmt::format("{} platforms run on this machine: no addresses are left for another one's pods", kCount));
}

std::uint8_t preferred_address_block(const StateDir& state) {
  return wrapped(static_cast<int>(std::hash<std::string>{}(state.root.string()) % AddressBlock::kCount));
}

}  // namespace dynamo::up
