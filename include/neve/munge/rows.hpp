#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <neve/job/token.hpp>
#include <neve/mr/engine.hpp>
#include <neve/munge/expression.hpp>

/// Frames with other rows. Results have no key; columns keep types, domains and names.
namespace neve::munge {

/// A mask of rows, and the columns whose rows it picks, of one layout.
struct Filter {
  ExpressionPtr mask;  ///< a row stays where it is neither 0 nor missing
  const frame::Frame& frame;
};

/// The rows where the mask holds, in one pass. Keeps the row cuts, shrunk; re-cuts where less than
/// a quarter of the rows is left.
frame::Frame filter(mr::Engine& engine, const Filter& what, const job::TokenPtr& token = nullptr);

/// Row numbers of a frame, spread over the nodes as the rows of a result are; -1 stands for no row.
struct RowColumn {
  frame::LayoutPtr layout;
  frame::Column column;
};

/// The rows of these numbers in this order, a number below 0 giving a row of missing values; on the
/// layout of the numbers. Every node fetches what its part of the result needs.
frame::Frame gather(mr::Engine& engine, const frame::Frame& frame, const RowColumn& rows,
                    const job::TokenPtr& token = nullptr);

/// The same for numbers that are on this node, on fresh row cuts.
frame::Frame gather(mr::Engine& engine, const frame::Frame& frame,
                    std::span<const std::int64_t> rows, const job::TokenPtr& token = nullptr);

/// Rows [first, first + rows), on fresh row cuts.
frame::Frame slice(mr::Engine& engine, const frame::Frame& frame, std::int64_t first,
                   std::int64_t rows);

/// The frames one below the other: columns by position, named as in the first; categorical ones get
/// a joint domain (the first one's levels, then new ones as met). Groups below 4 Ki rows are
/// re-cut. Throws InputError where widths or types differ.
frame::Frame bind_rows(mr::Engine& engine, std::span<const frame::Frame> frames);

/// A column that is made in one go over all rows in order, as running sums are: `change` gets all
/// values (numbers, codes or milliseconds as doubles) and leaves as many in their place.
frame::Column sequential(mr::Engine& engine, const frame::LayoutPtr& layout,
                         const ExpressionPtr& values,
                         const std::function<void(std::vector<double>&)>& change);

/// All values of an expression on this node: numbers, codes or milliseconds as doubles.
std::vector<double> collect(mr::Engine& engine, const frame::LayoutPtr& layout,
                            const ExpressionPtr& values);

/// The same rows on other cuts.
frame::Frame recut(mr::Engine& engine, const frame::Frame& frame, frame::LayoutPtr layout);

}  // namespace neve::munge
