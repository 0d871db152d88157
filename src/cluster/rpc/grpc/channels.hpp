#pragma once

#include "cluster/rpc/stream.hpp"

namespace neve::cluster::rpc {

/// A frame's body and its envelope, whatever the envelope holds.
inline constexpr int kMostFrameBytes = static_cast<int>(2 * kFrameBytes);

std::unique_ptr<Connection> make_connection(const Endpoint& endpoint);
/// Null where the port cannot be had or the credentials are no good.
std::unique_ptr<Listener> make_listener(const Endpoint& endpoint, Service& service);

}  // namespace neve::cluster::rpc
