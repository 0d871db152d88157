#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include <neve/base/wire.hpp>

#include "cluster/gossip/member.hpp"

namespace neve::cluster::gossip {

/// Why a packet was dropped.
enum class DropCause : std::uint8_t {
  malformed,      ///< too short, too long, or of another version
  other_cluster,  ///< carries another cluster's id
  own,            ///< comes from this node itself
  not_authentic,  ///< another key, another receiver, or bytes that changed on the way
  replayed,       ///< was here before, or is too old to tell
};
inline constexpr std::size_t kDropCauses = 5;
std::string_view name_of(DropCause cause);

/// The key that all nodes of a cluster share.
using ClusterKey = std::array<std::uint8_t, 32>;
/// From the secret of the cluster (HKDF-SHA256, RFC 5869); of any length, with all its entropy.
ClusterKey key_from_secret(std::span<const std::uint8_t> secret);
/// For clusters on loopback, that need no secret: keeps clusters of other names out, not people.
ClusterKey key_from_name(std::string_view cluster_name);

/// Seals packets and opens those of others: ChaCha20-Poly1305 (RFC 8439) under a key of the
/// sender's own, derived from the cluster's key and the sender's NodeId, with the packet's counter
/// as nonce. A NodeId is drawn for each process start, so no nonce is used twice. The receiver's
/// NodeId is authenticated with the header, so a packet is worth nothing at another node or at a
/// later start of the same one; a packet to an address whose node is not known says so in its
/// header.
///
/// On the wire: form (1), cluster id (8), sender (8), counter (8), sealed body, tag (16). One
/// thread.
class Seal {
 public:
  static constexpr std::size_t kHeaderBytes = 25;
  static constexpr std::size_t kTagBytes = 16;
  /// How far a packet may come after later ones of its sender.
  static constexpr std::size_t kWindow = 1024;
  /// So many process starts are remembered; then the one that was silent longest is forgotten.
  static constexpr std::size_t kMostSenders = 1U << 16U;

  struct Opened {
    NodeId sender;
    ClusterId cluster;
    bool was_for_me = false;  ///< not for whoever lives at this address
    wire::Bytes body;
  };

  Seal(const ClusterKey& key, NodeId self);
  ~Seal();
  Seal(const Seal&) = delete;
  Seal& operator=(const Seal&) = delete;

  /// `mine` is the cluster of this node, 0 while it has none; `receiver` is 0 if only its address
  /// is known.
  wire::Bytes close(ClusterId mine, NodeId receiver, std::span<const std::byte> body);
  std::variant<Opened, DropCause> open(ClusterId mine, std::span<const std::byte> packet);

 private:
  struct Cipher;
  using SenderKey = std::array<std::uint8_t, 32>;
  struct Sender {
    SenderKey key{};
    std::uint64_t heard = 0;  // of all packets opened, which was its last
    std::uint64_t highest = 0;
    std::bitset<kWindow> seen;  // at counter % kWindow, for the kWindow counters up to highest
  };
  [[nodiscard]] SenderKey key_of(NodeId sender) const;
  void forget_longest_silent();
  static bool is_new(const Sender& sender, std::uint64_t counter);
  static void note(Sender& sender, std::uint64_t counter);

  ClusterKey cluster_key_;
  NodeId self_;
  SenderKey own_key_;
  std::uint64_t last_counter_ = 0;
  std::uint64_t opened_ = 0;
  std::map<NodeId, Sender> senders_;
  std::unique_ptr<Cipher> cipher_;
};

}  // namespace neve::cluster::gossip
