#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/job/token.hpp>
#include <neve/mr/engine.hpp>

/// Orders of rows. Nodes sort and join ranges of keys, which they fetch from where the rows live;
/// no node needs to hold all of a column. Results do not depend on how the ranges are cut.
namespace neve::munge {

struct SortKey {
  frame::Column column;
  bool ascending = true;
};

/// The rows in sorted order, on fresh row cuts. Stable; missing values come first whatever the
/// direction; texts by their bytes, categories by their codes. Throws InputError (400) for columns
/// without an order.
frame::Frame sort(mr::Engine& engine, const frame::Frame& frame, std::span<const SortKey> keys,
                  const job::TokenPtr& token = nullptr);

/// Row numbers in that order, on this node.
std::vector<std::int64_t> sorted_rows(mr::Engine& engine, const frame::LayoutPtr& layout,
                                      std::span<const SortKey> keys,
                                      const job::TokenPtr& token = nullptr);

/// How joined rows are ordered.
enum class JoinOrder : std::uint8_t {
  keys,  ///< by ascending keys, missing ones first; among equal keys by left row, then right row
  rows,  ///< by left row, then right row; by right row first where only the right ones all stay
};

/// Which columns of two frames must be equal, pair by pair, and whose rows stay without a partner.
struct JoinRule {
  std::vector<std::size_t> left = {};
  std::vector<std::size_t> right = {};
  bool all_left = false;
  bool all_right = false;
  bool right_keys = true;  ///< whether the right side's keys are wanted, too
  JoinOrder order = JoinOrder::keys;
};

/// Both sides of the joined rows, on one layout; missing values where a side has no row. Right keys
/// that are not wanted are left out.
struct Joined {
  frame::Frame left;
  frame::Frame right;
};

/// Missing keys are equal to each other, categories by their texts. In the order of rows, a right
/// side of few different keys is looked up where the left rows live. Throws InputError (400) where
/// types differ, and for the order of rows where all of both sides stay.
Joined join(mr::Engine& engine, const frame::Frame& left, const frame::Frame& right,
            const JoinRule& rule, const job::TokenPtr& token = nullptr);

}  // namespace neve::munge
