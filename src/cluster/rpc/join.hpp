#pragma once

#include <string>

#include <neve/base/ids.hpp>

namespace neve::cluster::rpc {

/// The one service that a node without a certificate may call.
inline constexpr const char* kJoinService = "cluster.join";

/// What a node sends that wants a certificate.
struct JoinRequest {
  std::string token;
  NodeId node;
  std::string certificate_request;
  template <class Archive>
  void fields(Archive& archive) {
    archive(token, node, certificate_request);
  }
};

}  // namespace neve::cluster::rpc
