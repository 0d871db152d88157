#pragma once

#include <string>

namespace neve::rest::http {

/// Where to ask, and as whom.
struct Target {
  std::string url;          ///< http://host:port
  std::string credentials;  ///< user:password; empty: none
};

struct ClientAnswer {
  int status = 0;
  std::string body;
};

/// Asks a node once and waits for the answer, for commands of an operator. `form` is the body of a
/// POST. Throws InputError where the URL is none, ClusterError where nobody answers there.
ClientAnswer ask(const Target& target, const std::string& method, const std::string& path,
                 const std::string& form = {});

}  // namespace neve::rest::http
