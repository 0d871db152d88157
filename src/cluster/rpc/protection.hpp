#pragma once

#include <string>

#include "cluster/api/rpc.hpp"

namespace neve::cluster::rpc {

/// Throws InputError where traffic with this host:port would be plain text that other machines can
/// read, and nobody has allowed that.
void require_protection(const std::string& address, const RpcSettings& settings);

}  // namespace neve::cluster::rpc
