#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace neve::cluster::gossip {

/// Where a node looks for the others, as the user wrote it.
struct JoinList {
  struct Entry {
    std::string host;
    std::uint16_t port = 0;  ///< of REST; gossip is at the next one
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  std::vector<Entry> entries;
  /// How many nodes the cluster starts with.
  std::size_t expect = 1;
  /// One name stands for all nodes, and who they are may change from one look-up to the next.
  bool is_dns_name = false;
};

inline constexpr std::uint16_t kDefaultPort = 54321;

/// Reads `--join`: host:port[,…], where the port may be left out and an IPv6 address stands in
/// brackets. `expect` is `--expect`; without it the list's length counts, except for a single DNS
/// name, which needs it. InputError where the text cannot be used.
JoinList parse_join_list(std::string_view text, std::optional<std::size_t> expect);
/// Reads the text of a flatfile: one host:port a line; empty lines and what follows # do not count.
JoinList parse_flatfile(std::string_view text, std::optional<std::size_t> expect);

}  // namespace neve::cluster::gossip
