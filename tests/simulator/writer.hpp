#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <neve/store/store.hpp>

#include "simulator/data_ledger.hpp"
#include "simulator/dice.hpp"
#include "simulator/mail.hpp"

namespace neve::simulator {

/// What the clients of one simulated process work with.
struct ClientParts {
  NodeId self;
  store::Store& store;
  DataLedger& data;
  Post post;
  /// Commits in this process's name; calls back once that is applied here.
  std::function<void(store::Command, std::function<void(const store::Applied&)>)> commit;
};

/// A client of one process that makes frames and removes them, as mr's writers do: puts chunks at
/// all homes of the placement that it knows, commits under that placement and, where it is refused,
/// brings the chunks to where they belong by now. Tells the ledger what was acknowledged.
class Writer {
 public:
  Writer(ClientParts parts, std::uint64_t seed) : parts_(std::move(parts)), dice_(seed, 21) {}
  /// `rests`: begins nothing new.
  void tick(std::uint64_t now_ms, bool rests);
  void on_put_done(NodeId from, std::uint64_t number);
  [[nodiscard]] bool busy() const { return !writes_.empty(); }

 private:
  /// Which run of groups was put where.
  using Parcel = std::pair<NodeId, std::int32_t>;
  struct Write {
    std::string name;
    DataLedger::Frame frame;
    std::int32_t groups = 0;
    std::set<Parcel> held;                           ///< node and group
    std::map<std::uint64_t, std::set<Parcel>> sent;  ///< by number of the message
    std::uint64_t sent_ms = 0;
    bool committing = false;
    bool names_later = false;  ///< columns are held by a lease first
    bool columns_committed = false;
  };

  void begin();
  void remove_oldest();
  store::PlacementPtr place_of(const Write& write) const;
  void go_on(std::uint64_t number, std::uint64_t now_ms);
  void put_here(Write& write, GroupIndex group);
  void send_missing(Write& write, const store::Placement& placement);
  void commit(std::uint64_t number, const store::PlacementPtr& placement);
  void name(std::uint64_t number);
  void finish(std::uint64_t number);
  void give_up(std::uint64_t number);

  ClientParts parts_;
  Dice dice_;
  std::uint64_t now_ms_ = 0;
  std::uint64_t next_begin_ms_ = 0;
  std::uint64_t next_number_ = 1;
  std::map<std::uint64_t, Write> writes_;
  std::vector<std::string> kept_;
  std::vector<std::pair<LayoutId, std::int32_t>> layouts_;
};

}  // namespace neve::simulator
