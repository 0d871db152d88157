#include <neve/munge/rows.hpp>

#include <algorithm>

#include "rapids/evaluation.hpp"

namespace neve::rapids::prims {
namespace {

/// All rows but those that negative numbers name: -1 is the first.
std::vector<std::int64_t> without(Arguments& arguments, const std::vector<std::int64_t>& left_out,
                                  std::int64_t rows) {
  std::vector<bool> gone(static_cast<std::size_t>(rows));
  for (const std::int64_t row : left_out) {
    if (row >= 0) arguments.fail(1, "Cannot mix negative and positive row selection.");
    if (-row - 1 < rows) gone[static_cast<std::size_t>(-row - 1)] = true;
  }
  std::vector<std::int64_t> kept;
  for (std::int64_t row = 0; row < rows; ++row) {
    if (!gone[static_cast<std::size_t>(row)]) kept.push_back(row);
  }
  return kept;
}

Value by_numbers(Arguments& arguments, const NumberList& list) {
  Evaluation& evaluation = arguments.evaluation();
  const frame::Frame frame = arguments.table(0);
  const std::int64_t rows = frame.rows();
  if (list.runs().size() == 1 && list.first() >= 0 && list.runs()[0].stride == 1) {
    const NumberList::Run run = list.runs()[0];
    // No row of a frame without rows is none, as R takes the first row of whatever there is.
    if (rows == 0) return lazy(frame);
    if (run.base >= static_cast<double>(rows) && run.count == 1) {
      if (arguments.get<double>(1) == nullptr) {
        arguments.fail(1, "Row must be an integer from 0 to " + std::to_string(rows - 1) + ".");
      }
      // One number is one row, of missing values where the frame has ended; clients bind such rows.
      const std::int64_t none = -1;
      return lazy(munge::gather(evaluation.engine(), frame, {&none, 1}, evaluation.token()));
    }
    const auto first = std::min(rows, static_cast<std::int64_t>(run.base));
    const std::int64_t count = std::min(run.count, rows - first);
    if (first == 0 && count == rows) return lazy(frame);
    return lazy(munge::slice(evaluation.engine(), frame, first, count));
  }
  std::vector<std::int64_t> wanted;
  const bool negative = !list.empty() && list.first() < 0;
  if (negative) {
    wanted = without(arguments, list.expand_integers(), rows);
  } else {
    if (!list.ascending()) {
      arguments.fail(1, "rows are not reordered; sort the row selection first.");
    }
    for (const std::int64_t row : list.expand_integers()) {
      if (row < rows) wanted.push_back(row);
      if (row > rows)
        arguments.fail(1, "Row must be an integer from 0 to " + std::to_string(rows - 1) + ".");
    }
  }
  return lazy(munge::gather(evaluation.engine(), frame, wanted, evaluation.token()));
}

Value by_mask(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame& source = arguments.frame(0);
  const LazyFrame& mask = arguments.coded_frame(1);
  if (mask.width() != 1) {
    arguments.fail(1, "Conditional Row Slicing Expression evaluated to " +
                          std::to_string(mask.width()) + " columns. Must be a boolean Vec.");
  }
  if (mask.rows() != source.rows()) {
    arguments.fail(1, "a mask needs one row for each of the frame's " +
                          std::to_string(source.rows()) + ", it has " +
                          std::to_string(mask.rows()) + ".");
  }
  const LazyFrame aligned = evaluation.on_layout(mask, source.layout);
  const frame::Frame frame = evaluation.materialise(source);
  return lazy(munge::filter(evaluation.engine(), {aligned.columns[0], frame}, evaluation.token()));
}

Value rows_apply(Arguments& arguments) {
  if (arguments.get<LazyFrame>(1) != nullptr) return by_mask(arguments);
  return by_numbers(arguments, arguments.numbers(1));
}

}  // namespace

const PrimGroup& rows() {
  static const PrimGroup kGroup{
      {{{"rows"}, "frame rows", "Picks rows by ascending numbers, or by a mask.", rows_apply}}};
  return kGroup;
}

}  // namespace neve::rapids::prims
