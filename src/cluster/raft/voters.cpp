#include "cluster/raft/voters.hpp"

#include <algorithm>
#include <utility>

namespace neve::cluster::raft {
namespace {

/// A server that was silent for so long, five heartbeats, is not given a vote or the leadership,
/// nor relied on when a vote is taken away.
constexpr std::uint64_t kSilentMs = 500;
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

  [[nodiscard]] std::size_t votes() const { return voters.size() + lost_voters.size(); }

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

/// Whether the voters that would be, and answer, are a majority of them, so that the change itself
/// can be committed and more after it. Whoever is given a vote may have died since it was last
/// heard of: the others have to do without it, unless there is only one (found by the simulator,
/// seed 31924: a fourth vote beside a dead one).
bool keeps_quorum(const Picture& picture, const Change& change) {
  std::size_t voters = 0;
  std::size_t responsive = 0;
  const bool doubted = change.kind == ChangeKind::promote && picture.votes() > 1;
  for (const Server& server : picture.situation.servers) {
    bool votes = server.role == ServerRole::voter;
    if (server.id == change.server) {
      votes = change.kind == ChangeKind::promote ||
              (votes && change.kind != ChangeKind::remove && change.kind != ChangeKind::demote);
    }
    if (!votes) continue;
    ++voters;
    if (doubted && server.id == change.server) continue;
    if (picture.responsive(server.id)) ++responsive;
  }
  return responsive > voters / 2;
}

using Changes = std::vector<Change>;

void replace_votes(const Picture& picture, std::size_t wanted, Changes& changes) {
  const auto heir = picture.heir();
  if (heir && picture.voters.size() < wanted) changes.push_back({ChangeKind::promote, *heir});
}

void remove(const Picture& picture, const std::vector<NodeId>& group, bool responsive,
            Changes& changes) {
  for (const NodeId id : group) {
    if (id == picture.situation.self || picture.responsive(id) != responsive) continue;
    changes.push_back({ChangeKind::remove, id});
  }
}

/// The votes of the dead go before others come in their place: without them as many losses are
/// borne as with a dead vote and a new one, and the new one may be dead, too.
void remove_dead_votes(const Picture& picture, Changes& changes) {
  remove(picture, picture.lost_voters, false, changes);
}

/// Removes who is not in the view; the leader itself only steps aside.
void remove_lost(const Picture& picture, Changes& changes) {
  const NodeId self = picture.situation.self;
  remove(picture, picture.lost_voters, true, changes);
  remove(picture, picture.lost, false, changes);
  remove(picture, picture.lost, true, changes);
  if (picture.in_view(self)) return;
  for (const NodeId id : picture.voters) {
    if (picture.responsive(id)) changes.push_back({ChangeKind::transfer, id});
  }
}

void admit(const Picture& picture, Changes& changes) {
  for (const ClusterMember& member : picture.situation.members) {
    const auto role = picture.role(member.id);
    if (!role) changes.push_back({ChangeKind::add, member.id});
    if (role == ServerRole::spare) changes.push_back({ChangeKind::replicate, member.id});
  }
}

void drop_votes(const Picture& picture, std::size_t wanted, Changes& changes) {
  const auto surplus = picture.surplus();
  if (surplus && picture.voters.size() > wanted) changes.push_back({ChangeKind::demote, *surplus});
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
  Changes changes;
  remove_dead_votes(picture, changes);
  replace_votes(picture, wanted, changes);
  remove_lost(picture, changes);
  admit(picture, changes);
  drop_votes(picture, wanted, changes);
  for (const Change& change : changes) {
    if (keeps_quorum(picture, change)) return change;
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
    // What was heard before this leader's term says little: a server that died since would count.
    const bool follows = replica.match_index(server.id) > 0;
    const bool recent = heard && now_ms - *heard <= kSilentMs;
    if (fit && follows && recent) made.responsive.insert(server.id);
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
