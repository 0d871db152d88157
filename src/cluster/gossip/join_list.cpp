#include "cluster/api/join_list.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <neve/base/error.hpp>

namespace neve::cluster::gossip {

namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

[[noreturn]] void refuse(const std::string& what, std::string_view entry) {
  throw InputError::illegal_argument(
      what + ": '" + std::string(entry) + "'. Allowed: host:port, address:port or [IPv6]:port.",
      {{"join", std::string(entry)}});
}

std::uint16_t parse_port(std::string_view text, std::string_view entry) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  // Gossip is at the next port, so the last one is not for REST.
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || port == 65535)
    refuse("An address to join has a port that is no number from 1 to 65534", entry);
  return port;
}

JoinList::Entry parse_entry(std::string_view entry) {
  std::string_view host = entry;
  std::string_view port;
  if (entry.starts_with('[')) {
    const auto close = entry.find(']');
    if (close == std::string_view::npos) refuse("An address to join lacks its ']'", entry);
    host = entry.substr(1, close - 1);
    port = entry.substr(close + 1);
    if (!port.empty() && !port.starts_with(':'))
      refuse("An address to join has something else than a port behind ']'", entry);
    if (!port.empty()) port.remove_prefix(1);
  } else if (const auto colon = entry.find(':'); colon != std::string_view::npos) {
    if (entry.find(':', colon + 1) != std::string_view::npos)
      refuse("An IPv6 address to join stands in brackets", entry);
    host = entry.substr(0, colon);
    port = entry.substr(colon + 1);
    if (port.empty()) refuse("An address to join ends in ':'", entry);
  }
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:%").find(c) != std::string_view::npos;
  };
  if (host.empty() || !std::ranges::all_of(host, is_allowed))
    refuse("An address to join has no usable host", entry);
  return {std::string(host), port.empty() ? kDefaultPort : parse_port(port, entry)};
}

/// Whether a look-up could find other nodes tomorrow. An address cannot change, and localhost does
/// not.
bool is_changing_name(std::string_view host) {
  const bool is_address = host.find_first_not_of("0123456789.") == std::string_view::npos ||
                          host.find(':') != std::string_view::npos;
  return !is_address && host != "localhost";
}

JoinList finish(std::vector<JoinList::Entry> entries, std::optional<std::size_t> expect) {
  JoinList list;
  list.is_dns_name = entries.size() == 1 && is_changing_name(entries.front().host);
  if (list.is_dns_name && !expect)
    throw InputError::illegal_argument(
        "--join names one host, '" + entries.front().host +
            "', which may stand for any number of nodes. Say with --expect how many nodes the "
            "cluster starts with.",
        {{"join", entries.front().host}});
  if (expect == std::size_t{0})
    throw InputError::illegal_argument("--expect is 0; a cluster starts with 1 node at least.",
                                       {{"expect", "0"}});
  list.expect = expect.value_or(entries.size());
  list.entries = std::move(entries);
  return list;
}

JoinList parse(std::string_view text, char separator, std::optional<std::size_t> expect) {
  std::vector<JoinList::Entry> entries;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    std::string_view item = text.substr(0, end);
    if (separator == '\n') item = item.substr(0, item.find('#'));
    item = trim(item);
    if (!item.empty()) {
      JoinList::Entry entry = parse_entry(item);
      if (std::ranges::count(entries, entry) == 0) entries.push_back(std::move(entry));
    } else if (separator != '\n') {
      refuse("An address to join is empty", text);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (entries.empty()) refuse("There is no address to join", text);
  return finish(std::move(entries), expect);
}

}  // namespace

JoinList parse_join_list(std::string_view text, std::optional<std::size_t> expect) {
  return parse(text, ',', expect);
}

JoinList parse_flatfile(std::string_view text, std::optional<std::size_t> expect) {
  return parse(text, '\n', expect);
}

}  // namespace neve::cluster::gossip
