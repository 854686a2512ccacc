#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "process/descriptor.h"

#include "up/state.h"

namespace dynamo::up {

/// The second number of the addresses 127.N.x.y of a platform's pods. No other platform of this machine (of
/// this network namespace) has the same one, whoever runs it: the kernel keeps the claim, and lets go of it
/// when its holder dies.
class AddressBlock {
 public:
  static constexpr std::uint8_t kFirst = 16;  // below are addresses that people use themselves
  static constexpr int kCount = 224;          // 127.16 to 127.239

  /// `preferred` (from kFirst on), or the next one that nobody has. Claims of different scopes do not meet.
  /// Errors: already_exists (all are taken), io.
  static Result<AddressBlock> claim(std::uint8_t preferred, std::string_view scope = "dynamo/address-block");
  std::uint8_t number() const noexcept { return number_; }

 private:
  AddressBlock(std::uint8_t number, process::Descriptor claim) : number_(number), claim_(std::move(claim)) {}
  std::uint8_t number_;
  process::Descriptor claim_;
};

/// The same for the same state directory, so that pods keep their addresses where that is possible.
std::uint8_t preferred_address_block(const StateDir& state);

}  // namespace dynamo::up
