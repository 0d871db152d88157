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

/// Which columns of two frames must be equal, pair by pair, and whose rows stay without a partner.
struct JoinRule {
  std::vector<std::size_t> left = {};
  std::vector<std::size_t> right = {};
  bool all_left = false;
  bool all_right = false;
};

/// Both sides of the joined rows, on one layout; missing values where a side has no row.
struct Joined {
  frame::Frame left;
  frame::Frame right;
};

/// By ascending keys, missing ones first and equal to each other; among equal keys by left row,
/// then right row. Categories are equal by their texts. Throws InputError (400) where types differ.
Joined join(mr::Engine& engine, const frame::Frame& left, const frame::Frame& right,
            const JoinRule& rule, const job::TokenPtr& token = nullptr);

}  // namespace neve::munge
