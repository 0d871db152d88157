#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/buffer.hpp>
#include <neve/base/ids.hpp>
#include <neve/store/store.hpp>

#include "simulator/network.hpp"

namespace neve::simulator {

/// What every chunk of the simulation holds: made from its place, so that anybody can check it.
SharedBuffer chunk_of(ColumnId column, GroupIndex group);

/// Sees what clients of a simulated cluster are told of their frames, and finds what contradicts
/// it.
class DataLedger {
 public:
  struct Frame {
    LayoutId layout;
    std::vector<ColumnId> columns;
  };

  /// How to find whether rows of a layout on which a frame is acknowledged have a home that is
  /// sound. Where they have none, nobody could spare them.
  void judge_new_layouts(std::function<bool(LayoutId)> has_sound_homes) {
    has_sound_homes_ = std::move(has_sound_homes);
  }
  /// A client was told that its frame is kept.
  void acknowledged(const std::string& name, Frame frame);
  /// A write that cannot succeed was given up; chunks of it may be left.
  void gave_up() { gave_up_ = true; }
  /// Whether the column was acknowledged.
  [[nodiscard]] bool knows(ColumnId column) const { return columns_.contains(column); }
  /// A client asks for its end: from now on it may be gone.
  void removing(const std::string& name);
  /// What a host begins to write when it has been without a majority for so long cannot be
  /// acknowledged before it has one again. What it asked for before may be.
  void isolated(HostIndex host, bool is_isolated, Time now);
  void wrote(HostIndex host, Time begun);
  /// Names of frames that a read which begins now has to find.
  [[nodiscard]] std::vector<std::string> expected() const;
  /// What a read that waited for `expected` has found.
  void read(const store::Catalog& catalog, std::span<const std::string> expected);
  /// All copies of some rows are gone. They may only be where every home was struck at once.
  void lost(LayoutId layout, bool excused);

  /// A client was told that its job has begun, or an owner that its job's end is recorded.
  void began_job(const std::string& name);
  void ended_job(const std::string& name);

  /// Every node, at any time: a home has what it is home of.
  void check_home(const store::Store& store, NodeId self);
  /// At the end: everything acknowledged is there, at all of its homes, and nothing else is.
  void check_end(const store::Store& store, NodeId self, bool is_leader);

  /// That acknowledged frames lie on.
  [[nodiscard]] const std::set<LayoutId>& layouts() const { return layouts_; }
  [[nodiscard]] bool is_lost(LayoutId layout) const { return lost_.contains(layout); }
  [[nodiscard]] std::size_t acknowledgements() const { return acknowledgements_; }
  [[nodiscard]] std::size_t jobs() const { return jobs_.size(); }
  [[nodiscard]] std::size_t losses() const { return lost_.size(); }
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  void complain(std::string problem) { problems_.push_back(std::move(problem)); }

 private:
  void check_placement(const store::Catalog& catalog, LayoutId layout);

  std::map<std::string, Frame> frames_;
  std::set<ColumnId> columns_;
  std::set<LayoutId> layouts_;
  std::set<LayoutId> exposed_;  ///< without a sound home when they were acknowledged
  std::set<LayoutId> lost_;
  std::function<bool(LayoutId)> has_sound_homes_;
  std::map<std::string, int> jobs_;  ///< how often their end was acknowledged
  std::map<HostIndex, Time> isolated_since_;
  std::size_t acknowledgements_ = 0;
  bool gave_up_ = false;
  std::vector<std::string> problems_;
};

}  // namespace neve::simulator
