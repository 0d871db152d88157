#include "cluster/raft/raft_message.hpp"

#include <algorithm>
#include <utility>

namespace neve::cluster::raft {
namespace {

/// Far beyond what a cluster reaches, far below where sums of two overflow.
constexpr std::uint64_t kMost = std::uint64_t{1} << 48U;
/// More servers than a cluster has.
constexpr std::size_t kMostServers = 1024;

bool in_range(std::uint64_t term, std::initializer_list<std::uint64_t> others) {
  return term != 0 && term < kMost &&
         std::ranges::all_of(others, [](std::uint64_t value) { return value < kMost; });
}

bool valid(const Configuration& configuration) {
  if (configuration.empty() || configuration.size() > kMostServers) return false;
  std::vector<NodeId> ids;
  for (const Server& server : configuration) {
    if (server.id == NodeId{} || server.role > ServerRole::spare) return false;
    ids.push_back(server.id);
  }
  std::ranges::sort(ids);
  return std::ranges::adjacent_find(ids) == ids.end();
}

bool valid(const Entry& entry) {
  switch (entry.kind) {
    case EntryKind::command:
    case EntryKind::barrier:
      return true;
    case EntryKind::configuration:
      return read_configuration(entry.data).has_value();
  }
  return false;
}

bool valid(const AppendEntries& message) {
  if (!in_range(message.term,
                {message.previous_index, message.previous_term, message.leader_commit})) {
    return false;
  }
  if ((message.previous_index == 0) != (message.previous_term == 0)) return false;
  std::uint64_t term = std::max<std::uint64_t>(message.previous_term, 1);
  for (const Entry& entry : message.entries) {
    if (entry.term < term || entry.term > message.term || !valid(entry)) return false;
    term = entry.term;
  }
  // Every log begins with the configuration of its bootstrap.
  return message.previous_index != 0 || message.entries.empty() ||
         message.entries.front().kind == EntryKind::configuration;
}

bool valid(const AppendResult& message) {
  return in_range(message.term, {message.rejected, message.last_index});
}

bool valid(const RequestVote& message) {
  return in_range(message.term, {message.last_index, message.last_term}) &&
         message.last_term <= message.term;
}

bool valid(const VoteResult& message) { return in_range(message.term, {}); }

bool valid(const InstallSnapshot& message) {
  return in_range(message.term, {message.last_index}) && message.last_index != 0 &&
         message.last_term != 0 && message.last_term <= message.term &&
         message.configuration_index != 0 && message.configuration_index <= message.last_index &&
         valid(message.configuration);
}

bool valid(const TimeoutNow& message) {
  return in_range(message.term, {message.last_index, message.last_term});
}

bool valid(const ConfirmLeader& message) { return in_range(message.term, {}); }
bool valid(const LeaderConfirmed& message) { return in_range(message.term, {}); }

template <std::size_t Kind = 0>
Message read_kind(std::size_t kind, wire::Reader& reader) {
  if constexpr (Kind < std::variant_size_v<Message>) {
    if (kind != Kind) return read_kind<Kind + 1>(kind, reader);
    std::variant_alternative_t<Kind, Message> message;
    reader(message);
    return message;
  } else {
    throw InternalError("unknown kind of message");
  }
}

template <class T>
bool take(std::span<const std::byte>& rest, T& value) {
  if (rest.size() < sizeof value) return false;
  std::memcpy(&value, rest.data(), sizeof value);
  rest = rest.subspan(sizeof value);
  return true;
}

}  // namespace

std::string server_address(NodeId id) { return std::to_string(id.value()); }

wire::Bytes encode(const Message& message) {
  wire::Writer writer;
  writer(static_cast<std::uint8_t>(message.index()));
  std::visit([&writer](const auto& one) { writer(one); }, message);
  return writer.take();
}

std::optional<Message> decode(std::span<const std::byte> bytes) {
  try {
    wire::Reader reader(bytes);
    std::uint8_t kind = 0;
    reader(kind);
    Message message = read_kind(kind, reader);
    const bool good =
        reader.at_end() && std::visit([](const auto& one) { return valid(one); }, message);
    if (good) return message;
  } catch (const InternalError&) {
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Configuration> read_configuration(std::span<const std::byte> data) {
  // One byte of version, a count, then id, text that ends with 0, and role of each server.
  constexpr std::uint8_t kVersion = 1;
  std::uint8_t version = 0;
  std::uint64_t count = 0;
  if (!take(data, version) || version != kVersion || !take(data, count)) return std::nullopt;
  if (count > kMostServers) return std::nullopt;
  Configuration configuration;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t id = 0;
    if (!take(data, id)) return std::nullopt;
    const auto end = std::ranges::find(data, std::byte{0});
    if (end == data.end()) return std::nullopt;
    const auto size = static_cast<std::size_t>(end - data.begin());
    const std::string address = server_address(NodeId(id));
    if (!std::ranges::equal(data.first(size), std::as_bytes(std::span(address)))) {
      return std::nullopt;
    }
    data = data.subspan(size + 1);
    ServerRole role{};
    if (!take(data, role)) return std::nullopt;
    configuration.push_back({NodeId(id), role});
  }
  if (!valid(configuration)) return std::nullopt;
  return configuration;
}

}  // namespace neve::cluster::raft
