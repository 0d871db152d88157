#pragma once

#include <string>

namespace neve::cluster {

/// What a node shows to others and checks them by, all PEM. Empty: plain text.
struct Credentials {
  std::string authority;    ///< certificate of the cluster's authority
  std::string certificate;  ///< this node's, signed by the authority; names its NodeId
  std::string private_key;
  [[nodiscard]] bool empty() const { return authority.empty(); }
};

}  // namespace neve::cluster
