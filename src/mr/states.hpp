#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>

#include <neve/base/budget.hpp>
#include <neve/mr/engine.hpp>

namespace neve::mr {

/// Bytes that nobody changes any more.
using SharedBytes = std::shared_ptr<const wire::Bytes>;

/// A State of a job that is larger travels to each node once, under the name of its content; a
/// smaller one with each run.
inline constexpr std::size_t kLargeStateBytes = std::size_t{64} << 10U;

/// Names an encoded State by its content.
struct StateId {
  std::uint64_t hash = 0;
  std::uint64_t second_hash = 0;  ///< of another seed
  std::uint64_t bytes = 0;        ///< 0 where the State comes with the run
  template <class Archive>
  void fields(Archive& archive) {
    archive(hash, second_hash, bytes);
  }
  friend auto operator<=>(const StateId&, const StateId&) = default;
};

StateId state_id(std::span<const std::byte> encoded);

/// Large States of jobs that this node drives, for as long as a run or the job's log holds them.
/// Thread-safe.
class OfferedStates {
 public:
  /// Gives the one to hold: equal States are held once.
  SharedBytes offer(const StateId& id, SharedBytes state);
  /// Null where nobody holds it any more.
  [[nodiscard]] SharedBytes find(const StateId& id) const;

 private:
  mutable std::mutex mutex_;
  std::map<StateId, std::weak_ptr<const wire::Bytes>> states_;
};

/// Large States of jobs that other nodes drive; the latest of each job stay here until its Scratch
/// is freed. Thread-safe.
class FetchedStates {
 public:
  explicit FetchedStates(Budget& budget) : budget_(budget) {}
  /// The State that is here, or else what `fetch` gives; runs that need the same one at once fetch
  /// it once.
  SharedBytes get(ScratchId job, const StateId& id, const std::function<wire::Bytes()>& fetch);
  void free(ScratchId job);
  void free_of(const std::function<bool(ScratchId)>& is_gone);

 private:
  struct Place {
    StateId id;
    std::mutex mutex;  ///< of the two below; held while the State is fetched
    Reservation reserved;
    wire::Bytes bytes;
  };
  std::shared_ptr<Place> place(ScratchId job, const StateId& id);
  Budget& budget_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::list<std::shared_ptr<Place>>> jobs_;  ///< the latest first
};

}  // namespace neve::mr
