#pragma once

#include "rest/http/listen_socket.hpp"
#include "server/options.hpp"

namespace neve::server {

/// The node's two ports: REST, and the number behind it for the traffic between nodes.
struct Ports {
  rest::http::ListenSocket rest;
  rest::http::ListenSocket nodes;
};

/// Takes --port exactly, or the first free pair from --baseport upward. Throws InputError.
Ports open_ports(const Options& options);

}  // namespace neve::server
