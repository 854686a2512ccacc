#include "frontend/request_id.h"

#include <random>

namespace dynamo::frontend {
namespace {

constexpr std::size_t kLongestId = 256;

bool is_hex(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_printable_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kLongestId &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

bool is_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

std::string new_uuid() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  const std::uint64_t high = (random() & ~0xf000ULL) | 0x4000ULL;
  const std::uint64_t low = (random() & ~(3ULL << 62)) | (2ULL << 62);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xffff, high & 0xffff,
                     low >> 48, low & 0xffff'ffff'ffffULL);
}

std::string request_id(const net::Headers& headers, std::string_view user) {
  if (is_uuid(user)) return std::string(user);
  const auto ours = headers.get("x-dynamo-request-id");
  if (is_uuid(ours)) return std::string(ours);
  const auto free_form = headers.get("x-request-id");
  return is_printable_id(free_form) ? std::string(free_form) : new_uuid();
}

}  // namespace dynamo::frontend
