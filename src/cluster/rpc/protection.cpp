#include "cluster/rpc/protection.hpp"

#include <boost/asio/ip/address.hpp>

#include <neve/base/error.hpp>

namespace neve::cluster::rpc {
namespace {

/// The host of "host:port" or "[host]:port".
std::string host_of(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return host;
}

bool is_loopback(const std::string& host) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  return error ? host == "localhost" : address.is_loopback();
}

}  // namespace

void require_protection(const std::string& address, const RpcSettings& settings) {
  if (!settings.credentials.empty() || settings.insecure_cluster) return;
  if (is_loopback(host_of(address))) return;
  throw InputError::illegal_argument(
      "Nodes would talk in plain text over " + address +
      ", which other machines can read. Make keys with 'neve cluster init --dir DIR', or give "
      "--insecure-cluster where the network is trusted.");
}

}  // namespace neve::cluster::rpc
