#include "rest/http/host_rules.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "rest/http/message.hpp"

namespace neve::rest::http {

namespace {

/// "[::1]:54321" -> "::1", "localhost:54321" -> "localhost".
std::string_view without_port(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    return close == std::string_view::npos ? std::string_view{} : authority.substr(1, close - 1);
  }
  return authority.substr(0, authority.find(':'));
}

bool is_known(const HostRules& rules, std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (is_ip_address(name) || same_ignoring_case(name, "localhost")) return true;
  return std::ranges::any_of(
      rules.names, [&](const std::string& known) { return same_ignoring_case(known, name); });
}

/// Clients leave out the port that the scheme implies.
std::string_view without_default_port(std::string_view authority) {
  for (const std::string_view port : {":80", ":443"}) {
    if (authority.ends_with(port)) authority.remove_suffix(port.size());
  }
  return authority;
}

}  // namespace

bool is_ip_address(std::string_view text) {
  const std::string terminated(text);
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, terminated.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1;
}

bool is_loopback_address(std::string_view text) {
  return is_ip_address(text) && (text.starts_with("127.") || text == "::1");
}

std::optional<std::string> refuse_host(const HostRules& rules, std::optional<std::string_view> host,
                                       std::optional<std::string_view> origin) {
  if (host && !is_known(rules, without_port(*host))) {
    return "Host '" + std::string(*host) +
           "' is not a name of this server. Use its IP address or " +
           "localhost, or start it with --allow-host NAME for the name that you use.";
  }
  if (!origin) return std::nullopt;
  const std::size_t slashes = origin->find("://");
  const std::string_view authority =
      slashes == std::string_view::npos ? std::string_view{} : origin->substr(slashes + 3);
  const bool same =
      host && slashes != std::string_view::npos &&
      same_ignoring_case(without_default_port(authority), without_default_port(*host));
  const bool listed = std::ranges::any_of(rules.names, [&](const std::string& name) {
    return !authority.empty() && same_ignoring_case(name, without_port(authority));
  });
  if (same || listed) return std::nullopt;
  return "A page of '" + std::string(*origin) +
         "' may not use this server; if it should, start the " +
         "server with --allow-host and the host name of that page.";
}

}  // namespace neve::rest::http
