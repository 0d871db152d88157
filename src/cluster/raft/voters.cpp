#include "cluster/raft/voters.hpp"

#include <algorithm>
#include <utility>

namespace neve::cluster::raft {
namespace {

/// A server that was silent for this many heartbeats is not given a vote or the leadership.
constexpr std::uint64_t kSilentMs = 1000;
/// A member that failed to catch up is not tried again for so long.
constexpr std::uint64_t kUnfitMs = 10'000;
constexpr std::size_t kMostVoters = 5;

/// The situation, sorted out.
struct Picture {
  explicit Picture(const Situation& the_situation) : situation(the_situation) {
    for (const Server& server : situation.servers) {
      const bool votes = server.role == ServerRole::voter;
      if (!in_view(server.id)) {
        (votes ? lost_voters : lost).push_back(server.id);
      } else if (votes) {
        voters.push_back(server.id);
      }
    }
  }

  [[nodiscard]] bool in_view(NodeId id) const {
    return std::ranges::any_of(situation.members,
                               [id](const ClusterMember& member) { return member.id == id; });
  }
  [[nodiscard]] bool responsive(NodeId id) const {
    return id == situation.self || situation.responsive.contains(id);
  }
  [[nodiscard]] std::optional<ServerRole> role(NodeId id) const {
    const auto at = std::ranges::find(situation.servers, id, &Server::id);
    if (at == situation.servers.end()) return std::nullopt;
    return at->role;
  }

  /// A stand-by to be promoted: data nodes before witnesses, then by age.
  [[nodiscard]] std::optional<NodeId> heir() const {
    for (const bool witness : {false, true}) {
      for (const ClusterMember& member : situation.members) {
        const bool fits = member.witness == witness && responsive(member.id) &&
                          role(member.id) == ServerRole::standby;
        if (fits) return member.id;
      }
    }
    return std::nullopt;
  }

  /// The voter that is missed least: a silent one, or the youngest.
  [[nodiscard]] std::optional<NodeId> surplus() const {
    std::optional<NodeId> chosen;
    for (const ClusterMember& member : situation.members) {
      if (member.id == situation.self || role(member.id) != ServerRole::voter) continue;
      if (!chosen || !responsive(member.id) || responsive(*chosen)) chosen = member.id;
    }
    return chosen;
  }

  const Situation& situation;
  std::vector<NodeId> voters;       ///< in the view
  std::vector<NodeId> lost_voters;  ///< not in the view
  std::vector<NodeId> lost;         ///< neither voters nor in the view
};

/// Removes who is not in the view; the leader itself only steps aside.
std::optional<Change> remove_lost(const Picture& picture) {
  const NodeId self = picture.situation.self;
  for (const std::vector<NodeId>& group : {picture.lost_voters, picture.lost}) {
    for (const NodeId id : group) {
      if (id != self) return Change{ChangeKind::remove, id};
    }
  }
  if (picture.in_view(self)) return std::nullopt;
  for (const NodeId id : picture.voters) {
    if (picture.responsive(id)) return Change{ChangeKind::transfer, id};
  }
  return std::nullopt;
}

std::optional<Change> admit(const Picture& picture) {
  for (const ClusterMember& member : picture.situation.members) {
    const auto role = picture.role(member.id);
    if (!role) return Change{ChangeKind::add, member.id};
    if (*role == ServerRole::spare) return Change{ChangeKind::replicate, member.id};
  }
  return std::nullopt;
}

}  // namespace

std::size_t wanted_voters(std::size_t members) {
  if (members <= 2) return members;
  return std::min(kMostVoters, members - (members % 2 == 0 ? 1 : 0));
}

std::optional<Change> next_change(const Situation& situation) {
  if (situation.members.empty()) return std::nullopt;
  const Picture picture(situation);
  const std::size_t wanted = wanted_voters(situation.members.size());
  if (picture.voters.size() < wanted) {
    if (const auto heir = picture.heir()) return Change{ChangeKind::promote, *heir};
  }
  if (const auto removal = remove_lost(picture)) return removal;
  if (const auto admission = admit(picture)) return admission;
  if (picture.voters.size() > wanted) {
    if (const auto surplus = picture.surplus()) return Change{ChangeKind::demote, *surplus};
  }
  return std::nullopt;
}

Situation VoterKeeper::situation(std::uint64_t now_ms, const RaftCore& replica,
                                 const CoreStatus& status, const ClusterView& view) const {
  Situation made{self_, status.servers, view.members, {}};
  for (const Server& server : status.servers) {
    const auto heard = replica.last_heard_ms(server.id);
    const auto unfit = progress_->unfit_until_ms.find(server.id);
    const bool fit = unfit == progress_->unfit_until_ms.end() || unfit->second <= now_ms;
    if (fit && heard && now_ms - *heard <= kSilentMs) made.responsive.insert(server.id);
  }
  return made;
}

void VoterKeeper::tick(std::uint64_t now_ms, RaftCore& replica, const ClusterView& view) {
  if (progress_->under_way) return;
  const CoreStatus status = replica.status();
  if (!status.ready || status.changing) return;
  const auto change = next_change(situation(now_ms, replica, status, view));
  if (!change) return;
  progress_->under_way = true;
  replica.change(*change,
                 [progress = progress_, id = change->server, now_ms](const Result& result) {
                   progress->under_way = false;
                   if (result.outcome == Outcome::unreachable)
                     progress->unfit_until_ms[id] = now_ms + kUnfitMs;
                 });
}

}  // namespace neve::cluster::raft
