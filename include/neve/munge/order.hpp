#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/job/token.hpp>
#include <neve/mr/engine.hpp>

/// Orders of rows, computed where they are asked for: key columns come to this node.
namespace neve::munge {

struct SortKey {
  frame::Column column;
  bool ascending = true;
};

/// Row numbers in sorted order. Stable; missing values come first whatever the direction; texts by
/// their bytes, categories by their codes. A radix sort by blocks, the same on any threads.
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

/// Rows of the result: a row of each side, -1 where there is none.
struct JoinedRows {
  std::vector<std::int64_t> left;
  std::vector<std::int64_t> right;
};

/// By ascending keys, missing ones first and equal to each other; among equal keys by left row,
/// then right row. Categories are equal by their texts. Throws InputError (400) where types differ.
JoinedRows join_rows(mr::Engine& engine, const frame::Frame& left, const frame::Frame& right,
                     const JoinRule& rule, const job::TokenPtr& token = nullptr);

}  // namespace neve::munge
