#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace neve::rest::http {

/// Which names a browser may have used to reach this server. A page of another site can make its
/// own name resolve to this address (DNS rebinding), so that a request is only answered where Host
/// is an IP address, localhost or a name given here; and a page may only ask its own origin.
struct HostRules {
  std::vector<std::string> names;  ///< beside localhost and IP addresses
};

/// Why a request with these header fields is refused; nothing where it may be answered.
std::optional<std::string> refuse_host(const HostRules& rules, std::optional<std::string_view> host,
                                       std::optional<std::string_view> origin);

/// An IPv4 or IPv6 address, without brackets.
bool is_ip_address(std::string_view text);
bool is_loopback_address(std::string_view text);

}  // namespace neve::rest::http
