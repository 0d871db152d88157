#include <limits>

#include <neve/series/index.hpp>

#include "rapids/evaluation.hpp"

namespace neve::rapids::prims {
namespace {

series::Watch watch_of(Arguments& arguments) {
  series::Watch watch;
  watch.token = arguments.evaluation().token();
  return watch;
}

bool given(Arguments& arguments, std::size_t i) {
  return i < arguments.size() && !arguments.get<NoValue>(i);
}

std::int32_t count_of(Arguments& arguments, std::size_t i, std::int32_t otherwise) {
  if (!given(arguments, i)) return otherwise;
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  const std::int64_t count = arguments.integer(i);
  if (count < 0 || count > kMost) {
    arguments.fail(i, "expected a number from 0 to " + std::to_string(kMost) + ", not " +
                          std::to_string(count) + ".");
  }
  return static_cast<std::int32_t>(count);
}

Value make_index(Arguments& arguments) {
  const std::string key = arguments.word(0);
  if (key.empty()) arguments.fail(0, "expected a name for the index.");
  const frame::Frame frame = arguments.table(1);
  series::Settings settings;
  settings.segments = count_of(arguments, 2, settings.segments);
  if (given(arguments, 3)) settings.normalize = arguments.flag(3);
  Evaluation& evaluation = arguments.evaluation();
  series::Index index = series::build(evaluation.engine(), frame, settings, watch_of(arguments));
  index.key = evaluation.full_name(key);
  series::Indexes(evaluation.engine()).publish(index);
  return index.key;
}

/// The index of this name; or one of a frame's rows, for this call alone.
series::Index index_of(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  if (const auto* key = arguments.get<std::string>(0)) {
    return series::Indexes(evaluation.engine()).require(evaluation.full_name(*key), "index");
  }
  return series::build(evaluation.engine(), arguments.table(0), {}, watch_of(arguments));
}

Value as_frame(Arguments& arguments, const series::Neighbors& found, const std::string& first,
               const std::string& second) {
  return lazy(series::as_frame(arguments.evaluation().engine(), found, first, second));
}

Value neighbors(Arguments& arguments) {
  const series::Index index = index_of(arguments);
  const frame::Frame queries = arguments.table(1);
  const series::Nearest what{.most = arguments.integer(2), .leaves = count_of(arguments, 3, 0)};
  const auto found =
      series::nearest(arguments.evaluation().engine(), index, queries, what, watch_of(arguments));
  return as_frame(arguments, found, "query", "row");
}

Value motifs(Arguments& arguments) {
  const series::Index index = index_of(arguments);
  const auto found = series::motifs(arguments.evaluation().engine(), index, arguments.integer(1),
                                    watch_of(arguments));
  return as_frame(arguments, found, "row", "partner");
}

Value discords(Arguments& arguments) {
  const series::Index index = index_of(arguments);
  const auto found = series::discords(arguments.evaluation().engine(), index, arguments.integer(1),
                                      watch_of(arguments));
  return as_frame(arguments, found, "row", "neighbor");
}

}  // namespace

const PrimGroup& series_search() {
  static const PrimGroup kGroup{{
      {{"isax_index"},
       "index_id frame num_words? normalize?",
       "Makes and keeps an index of time series, a series a row, for isax_neighbors, isax_motifs "
       "and isax_discords. num_words segments (16 as a rule) make a word; normalize (1) compares "
       "series of "
       "mean 0 and deviation 1.",
       make_index},
      {{"isax_neighbors"},
       "index queries k leaves?",
       "The k nearest series of each row of queries: query, row, distance. The index is a name, or "
       "a frame that is indexed for the call. leaves (0) above 0 looks at so many leaves of 64 "
       "series in each row group only, for an approximate answer.",
       neighbors},
      {{"isax_motifs"},
       "index k",
       "The k pairs of series that are closest to one another: row, partner, distance.",
       motifs},
      {{"isax_discords"},
       "index k",
       "The k series whose nearest neighbour is farthest: row, neighbor, distance.",
       discords},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
