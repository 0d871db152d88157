#include "algos/families/trees/tree_programs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/isa.hpp>

namespace neve::algos::trees {
namespace {

constexpr std::int32_t kLargest = std::numeric_limits<std::int32_t>::max();

/// Signed numbers in the order of the keys.
std::int32_t signed_key(std::uint32_t key) {
  constexpr std::uint32_t kSign = 0x80000000;
  return static_cast<std::int32_t>(key ^ kSign);
}

}  // namespace

bool TreePrograms::suits(const Tree& tree) {
  // A test for all rows costs a thirtieth of one row's step down a tree.
  constexpr std::int32_t kTestsPerStep = 32;
  const std::int32_t tests = tree.leaves() - 1;
  return tests > 0 && tests <= kTestsPerStep * tree.depth();
}

std::uint32_t TreePrograms::number_source(Kind kind, std::size_t place) {
  const auto found = std::ranges::find_if(
      sources_, [&](const Source& source) { return source.kind == kind && source.place == place; });
  if (found == sources_.end()) {
    sources_.push_back({kind, place, {}, 0});
    return static_cast<std::uint32_t>(sources_.size() - 1);
  }
  return static_cast<std::uint32_t>(found - sources_.begin());
}

/// One that has room for another test of the column.
std::uint32_t TreePrograms::level_source(std::size_t place, std::int32_t levels) {
  constexpr unsigned kTests = 31;
  const auto found = std::ranges::find_if(sources_, [&](const Source& source) {
    return source.kind == Kind::tests && source.place == place && source.tests < kTests;
  });
  if (found != sources_.end()) return static_cast<std::uint32_t>(found - sources_.begin());
  sources_.push_back({Kind::tests, place, {}, 0});
  sources_.back().of_level.resize(static_cast<std::size_t>(levels) + 1);
  return static_cast<std::uint32_t>(sources_.size() - 1);
}

/// Of a leaf, one that no row passes.
ProgramTest TreePrograms::test_of(const Tree& tree, std::size_t at,
                                  std::span<const std::int32_t> used) {
  const Tree::Node& node = tree.nodes[at];
  if (node.is_leaf()) return {};
  const auto place = static_cast<std::size_t>(used[static_cast<std::size_t>(node.column)]);
  if (node.set < 0) {
    const Kind kind = node.missing_right ? Kind::missing_largest : Kind::missing_least;
    return {.source = number_source(kind, place),
            .mask = -1,
            .least = std::isnan(node.threshold) ? kLargest : signed_key(key_of(node.threshold))};
  }
  const Tree::LevelSet& set = tree.sets[static_cast<std::size_t>(node.set)];
  const std::uint32_t number = level_source(place, set.levels);
  Source& source = sources_[number];
  const std::int32_t bit = std::int32_t{1} << source.tests++;
  for (std::size_t level = 0; level < source.of_level.size(); ++level) {
    if (set.has(level)) source.of_level[level] |= bit;
  }
  return {.source = number, .mask = bit, .least = bit};
}

/// From the leaves up. What comes of a node has a slot by its depth and its place among the four
/// that a step chooses from: while these are made, whatever is as deep or higher stays.
void TreePrograms::add(const Tree& tree, std::span<const std::int32_t> used) {
  Program program{steps_.size(), 0, values_.size(), static_cast<std::size_t>(tree.leaves()), 0};
  struct Visit {
    std::size_t node = 0;
    std::uint32_t slot = 0;  ///< of what comes of it
    bool is_ready = false;
  };
  constexpr std::uint32_t kIn = 4;
  const auto first_free = static_cast<std::uint32_t>(program.values);
  std::vector<std::uint32_t> slot_of(tree.nodes.size());
  std::vector<Visit> open = {{.node = 0, .slot = first_free}};
  const auto child = [&](std::size_t node, std::size_t side) {
    const bool leaf = tree.nodes[node].is_leaf();
    return leaf ? node : static_cast<std::size_t>(tree.nodes[node].left) + side;
  };
  while (!open.empty()) {
    const Visit visit = open.back();
    const std::size_t left = child(visit.node, 0);
    const std::size_t right = child(visit.node, 1);
    const std::size_t in[kIn] = {child(left, 0), child(left, 1), child(right, 0), child(right, 1)};
    if (visit.is_ready) {
      ProgramStep step{.node = test_of(tree, visit.node, used),
                       .left = test_of(tree, left, used),
                       .right = test_of(tree, right, used),
                       .out = visit.slot};
      for (std::size_t i = 0; i < kIn; ++i) step.in[i] = slot_of[in[i]];
      steps_.push_back(step);
      slot_of[visit.node] = visit.slot;
      open.pop_back();
      continue;
    }
    open.back().is_ready = true;
    const std::uint32_t below = first_free + ((visit.slot - first_free) / kIn + 1) * kIn;
    for (std::uint32_t i = 0; i < kIn; ++i) {
      if (!tree.nodes[in[i]].is_leaf()) {
        open.push_back({.node = in[i], .slot = below + i});
      } else if (i == 0 || in[i] != in[i - 1]) {
        slot_of[in[i]] = static_cast<std::uint32_t>(values_.size() - program.first_value);
        values_.push_back(tree.nodes[in[i]].value);
      }
    }
  }
  program.steps = steps_.size() - program.first_step;
  program.slots = program.values + kIn * (static_cast<std::size_t>(tree.depth()) / 2 + 1);
  programs_.push_back(program);
}

void TreePrograms::prepare(const RowKeys& keys, ProgramRoom& room) const {
  room.rows = keys.rows();
  // An odd number of steps apart, so that the sources of some rows do not meet in one set of the
  // cache.
  room.stride = ((room.rows + kProgramRows - 1) / kProgramRows | 1U) * kProgramRows;
  room.sources.resize(sources_.size() * room.stride);
  const std::uint32_t* first = keys.row(0);
  for (std::size_t s = 0; s < sources_.size(); ++s) {
    const Source& source = sources_[s];
    const std::uint32_t* from = first + source.place;
    std::int32_t* to = room.sources.data() + s * room.stride;
    const std::size_t step = keys.columns();
    for (std::size_t i = 0; i < room.rows; ++i) {
      const std::uint32_t key = from[i * step];
      if (source.kind == Kind::tests) {
        to[i] = source.of_level[key];
      } else {
        to[i] = signed_key(key);
        if (source.kind == Kind::missing_least && key == kMissingKey) to[i] = -kLargest - 1;
      }
    }
  }
}

void TreePrograms::add_scores(std::size_t program, ProgramRoom& room, std::span<double> out) const {
  const Program& tree = programs_[program];
  if (room.slots.size() < tree.slots * kProgramRows) room.slots.resize(tree.slots * kProgramRows);
  for (std::size_t i = 0; i < tree.values; ++i)
    std::fill_n(room.slots.data() + i * kProgramRows, kProgramRows, values_[tree.first_value + i]);
  kernels_at_process_isa(v3::kProgramKernels, v4::kProgramKernels)
      .run({.steps = steps_.data() + tree.first_step,
            .count = tree.steps,
            .sources = room.sources.data(),
            .stride = room.stride,
            .rows = room.rows,
            .room = room.slots.data(),
            .out = out.data()});
}

}  // namespace neve::algos::trees
