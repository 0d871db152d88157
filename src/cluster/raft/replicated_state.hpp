#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>

#include "cluster/api/application.hpp"
#include "cluster/api/membership.hpp"
#include "cluster/api/state_machine.hpp"

namespace neve::cluster::raft {

/// A command as it stands in the log.
struct Envelope {
  enum class Target : std::uint8_t { view, application, part };
  NodeId origin;               ///< the member that commits it
  std::uint64_t sequence = 0;  ///< of its commands; a retry has the number of the first try
  std::uint64_t floor = 0;     ///< all its commands below are finished: nobody asks for them again
  std::uint64_t epoch = 0;     ///< under which it was made, where that matters; else 0
  Target target = Target::application;
  /// The body is not here, but in so many parts that were sent before with `sequence` as their
  /// upload.
  std::uint32_t parts = 0;
  wire::Bytes body;
  template <class Archive>
  void fields(Archive& archive) {
    archive(origin, sequence, floor, epoch, target, parts, body);
  }
};

/// The body of an envelope that carries part of a large command.
struct Part {
  std::uint64_t upload = 0;  ///< the sequence of the command that it belongs to
  std::uint32_t number = 0;
  wire::Bytes bytes;
  template <class Archive>
  void fields(Archive& archive) {
    archive(upload, number, bytes);
  }
};

/// What became of a command, the same on every replica.
struct Reply {
  enum class Status : std::uint8_t {
    applied,
    stale_epoch,  ///< a member was lost since it was made
    no_member,    ///< its origin does not belong to the cluster (any more)
    finished,     ///< its origin said before that nobody asks for it
    malformed,    ///< `body` says why
  };
  Status status = Status::applied;
  std::uint64_t epoch = 0;  ///< of the view when it was applied
  wire::Bytes body;         ///< what the application returned
  template <class Archive>
  void fields(Archive& archive) {
    archive(status, epoch, body);
  }
};

/// The state machine under agreement: the view, the application, and what makes retries harmless:
/// the replies to commands whose origin has not said yet that it knows them. One thread applies;
/// view() may be asked by any.
class ReplicatedState final : public StateMachine {
 public:
  explicit ReplicatedState(Application& application) : application_(application) {}
  wire::Bytes apply(std::uint64_t index, std::span<const std::byte> command) override;
  [[nodiscard]] wire::Bytes snapshot() const override;
  void restore(std::span<const std::byte> snapshot) override;
  [[nodiscard]] std::shared_ptr<const ClusterView> view() const;

 private:
  /// What is known of a member's commands from its floor on.
  struct Origin {
    std::uint64_t floor = 0;
    std::map<std::uint64_t, wire::Bytes> replies;
    std::map<std::uint64_t, std::map<std::uint32_t, wire::Bytes>> uploads;
    template <class Archive>
    void fields(Archive& archive) {
      archive(floor, replies, uploads);
    }
    void raise_floor(std::uint64_t to);
  };
  struct Image;
  Reply run(std::uint64_t index, Envelope& envelope);
  Reply dispatch(std::uint64_t index, Origin& origin, Envelope& envelope);
  Reply change_view(const ViewChange& change);
  void set_view(ClusterView view);

  Application& application_;
  std::map<NodeId, Origin> origins_;
  mutable std::mutex mutex_;  // of view_ only
  std::shared_ptr<const ClusterView> view_ = std::make_shared<const ClusterView>();
};

}  // namespace neve::cluster::raft
