#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/job/token.hpp>
#include <neve/mr/engine.hpp>
#include <neve/munge/rollups.hpp>

/// What REST has verbs of its own for: interactions, cosine transforms, searches, tables of two
/// columns.
namespace neve::munge {

/// Which combinations of levels become levels of their own.
struct InteractionRule {
  std::int32_t most_levels = 100;  ///< the most frequent ones; the others become "other"
  std::int64_t least_rows = 1;     ///< in which a combination must occur
};

/// The levels of both columns in each row as one level, "left_right"; a missing one counts as the
/// level "NA". Levels come by falling number of rows, among equals as H2O-3 has them: by the
/// exclusive or of the two codes, then by first row; what the rule leaves out is "other", the last.
/// A column with itself keeps its levels' names, and what is missing there stays missing.
frame::Column interact(mr::Engine& engine, const frame::LayoutPtr& layout,
                       const frame::Column& left, const frame::Column& right,
                       const InteractionRule& rule, const job::TokenPtr& token = nullptr);

/// Each row of a frame as an array: a side of 1 is a dimension less. The last one runs fastest.
struct CosineShape {
  std::array<std::int32_t, 3> sides = {1, 1, 1};
  bool inverse = false;
  template <class Archive>
  void fields(Archive& archive) {
    archive(sides, inverse);
  }
};

/// Throws InputError where the shape is not that of the frame's rows, a column is not numeric, or a
/// cell is missing.
void check(const CosineShape& shape, const frame::Frame& frame, Rollups& rollups);

/// The discrete cosine transform of each row (DCT-II, or inverse its inverse, the DCT-III; both
/// orthonormal: Ahmed, Natarajan and Rao 1974) in columns C1, C2, … of a frame that passes check().
/// Sums are direct: n² products for a side of n, and a table of 4n cosines.
frame::Frame cosine_transform(mr::Engine& engine, const frame::Frame& frame,
                              const CosineShape& shape, const job::TokenPtr& token = nullptr);

/// The nearest rows before and behind one; -1 where there is none.
struct NearRows {
  std::int64_t before = -1;
  std::int64_t behind = -1;
};

/// Looks for `text` in all columns: a level, a text, or a number (of times, milliseconds); without
/// a text, for a missing cell. Throws InputError (412) where the frame's only column cannot hold
/// it.
NearRows find_rows(mr::Engine& engine, const frame::Frame& frame,
                   const std::optional<std::string>& text, std::int64_t row,
                   const job::TokenPtr& token = nullptr);

/// Two columns of a frame to be counted together, with weights if `weight` names a column.
struct TabulateOrder {
  std::string predictor;
  std::string response;
  std::string weight = {};
  std::int32_t predictor_bins = 20;
  std::int32_t response_bins = 10;
};

/// How often bins of two columns meet. Bins are levels (the most frequent ones and "other" where
/// there are more levels than bins), whole numbers where their range has no more of them than bins,
/// or equal parts of the range. Missing values have a bin of their own, the first, where there are
/// any.
struct Tabulation {
  std::vector<std::string> predictor_bins;
  std::vector<std::string> response_bins;
  std::vector<double> counts;     ///< sums of weights, a row for each bin of the predictor
  std::vector<double> means;      ///< of the response in each of these bins; codes for levels
  std::vector<double> responses;  ///< sums of weights of the rows that these are of
};

/// Throws InputError where a column is not there or of no use, or a weight is negative.
Tabulation tabulate(mr::Engine& engine, const frame::Frame& frame, const TabulateOrder& order,
                    Rollups& rollups, const job::TokenPtr& token = nullptr);

}  // namespace neve::munge
