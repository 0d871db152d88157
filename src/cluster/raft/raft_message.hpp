#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>

/// What replicas say to each other, and its wire form. Terms and indexes start at 1; 0 is "none".
/// Snapshots travel whole in one message: whoever carries messages must carry a large one.
namespace neve::cluster::raft {

enum class EntryKind : std::uint8_t { command = 1, barrier = 2, configuration = 3 };

/// A stand-by replicates the log without a vote; a spare is only known.
enum class ServerRole : std::uint8_t { standby = 0, voter = 1, spare = 2 };

struct Server {
  NodeId id;
  ServerRole role = ServerRole::spare;
  template <class Archive>
  void fields(Archive& archive) {
    archive(id, role);
  }
  friend bool operator==(const Server&, const Server&) = default;
};
using Configuration = std::vector<Server>;

/// The data of a configuration entry is in libraft's form, as its core reads it.
struct Entry {
  std::uint64_t term = 0;
  EntryKind kind = EntryKind::command;
  wire::Bytes data;
  template <class Archive>
  void fields(Archive& archive) {
    archive(term, kind, data);
  }
};

struct AppendEntries {
  std::uint64_t term = 0;
  std::uint64_t previous_index = 0;
  std::uint64_t previous_term = 0;
  std::uint64_t leader_commit = 0;
  std::vector<Entry> entries;
  template <class Archive>
  void fields(Archive& archive) {
    archive(term, previous_index, previous_term, leader_commit, entries);
  }
};

struct AppendResult {
  std::uint64_t term = 0;
  std::uint64_t rejected = 0;
  std::uint64_t last_index = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(term, rejected, last_index);
  }
};

struct RequestVote {
  std::uint64_t term = 0;
  std::uint64_t last_index = 0;
  std::uint64_t last_term = 0;
  bool disrupt_leader = false;
  bool pre_vote = false;
  template <class Archive>
  void fields(Archive& archive) {
    archive(term, last_index, last_term, disrupt_leader, pre_vote);
  }
};

struct VoteResult {
  std::uint64_t term = 0;
  bool granted = false;
  bool pre_vote = false;
  template <class Archive>
  void fields(Archive& archive) {
    archive(term, granted, pre_vote);
  }
};

struct InstallSnapshot {
  std::uint64_t term = 0;
  std::uint64_t last_index = 0;
  std::uint64_t last_term = 0;
  std::uint64_t configuration_index = 0;
  Configuration configuration;
  wire::Bytes data;
  template <class Archive>
  void fields(Archive& archive) {
    archive(term, last_index, last_term, configuration_index, configuration, data);
  }
};

struct TimeoutNow {
  std::uint64_t term = 0;
  std::uint64_t last_index = 0;
  std::uint64_t last_term = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(term, last_index, last_term);
  }
};

/// Asks whether the receiver still is in the sender's term (see ReadRounds).
struct ConfirmLeader {
  std::uint64_t term = 0;
  std::uint64_t round = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(term, round);
  }
};

/// It is.
struct LeaderConfirmed {
  std::uint64_t term = 0;
  std::uint64_t round = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(term, round);
  }
};

using Message = std::variant<AppendEntries, AppendResult, RequestVote, VoteResult, InstallSnapshot,
                             TimeoutNow, ConfirmLeader, LeaderConfirmed>;

wire::Bytes encode(const Message& message);
/// Nothing where the bytes are no message that a correct node could have sent.
std::optional<Message> decode(std::span<const std::byte> bytes);

/// The address under which libraft knows a server: its id as text, as one machine's address serves
/// several process starts.
std::string server_address(NodeId id);

/// Reads the data of a configuration entry; nothing where it is malformed, which libraft's own
/// reader does not notice.
std::optional<Configuration> read_configuration(std::span<const std::byte> data);

}  // namespace neve::cluster::raft
