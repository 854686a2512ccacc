#pragma once

#include <cstdint>
#include <string_view>

#include "base/strong.h"

namespace dynamo::discovery {

/// Names one process in discovery. 53 bits, so that it survives readers that hold JSON numbers as doubles.
using InstanceId = Strong<struct InstanceIdTag, std::uint64_t>;

inline constexpr std::uint64_t kInstanceIdMask = 0x001F'FFFF'FFFF'FFFF;

/// The id of the pod `pod_name`, which everybody who knows the name can compute: SipHash-1-3 with zero keys
/// over the name and one byte FF, masked to 53 bits. Source: spec/runtime.md 4.2.
InstanceId instance_id_of_pod(std::string_view pod_name) noexcept;

/// A random one, for processes that are not pods.
InstanceId random_instance_id();

/// SipHash with one compression and three finalization rounds (Aumasson and Bernstein 2012), keys zero.
std::uint64_t siphash13(std::string_view bytes) noexcept;

}  // namespace dynamo::discovery
