#include <neve/munge/random_frame.hpp>

#include <algorithm>
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/munge/evaluate.hpp>
#include <neve/munge/expression.hpp>

#include "munge/pcg.hpp"
#include "munge/random_task.hpp"

namespace neve::munge {
namespace {

/// A million row groups: as many as a layout lists without being a burden itself.
constexpr std::int64_t kMostRows = std::int64_t{1} << 36U;
constexpr std::int32_t kMostColumns = 1'000'000;
constexpr std::int32_t kMostLevels = 10'000'000;  // as H2O-3
/// How many columns a task writes at once: some millions of cells of a row group, as plain arrays.
std::size_t batch_of(const frame::Layout& layout) {
  constexpr std::int64_t kCells = 1 << 22;
  const std::int64_t rows = layout.groups() > 0 ? layout.rows_of(GroupIndex(0)) : 0;
  return static_cast<std::size_t>(
      std::max<std::int64_t>(1, kCells / std::max<std::int64_t>(1, rows)));
}

void check_fraction(const char* name, double fraction) {
  if (fraction >= 0 && fraction <= 1) return;
  throw InputError::bad_request(std::string(name) + " must be between 0 and 1, not " +
                                java_double(fraction) + ".");
}

void check_sizes(const RandomFrame& like) {
  if (like.rows <= 0 || like.rows > kMostRows || like.columns <= 0 || like.columns > kMostColumns) {
    throw InputError::bad_request("Must have number of rows > 0 and columns > 0, and at most " +
                                  std::to_string(kMostRows) + " rows and " +
                                  std::to_string(kMostColumns) + " columns.");
  }
  if (like.integer_fraction > 0 && like.integer_range < 1) {
    throw InputError::bad_request("integer_range must be at least 1, not " +
                                  std::to_string(like.integer_range) + ".");
  }
  if (like.categorical_fraction > 0 && (like.levels < 2 || like.levels > kMostLevels)) {
    throw InputError::bad_request("factors must be between 2 and 10,000,000, not " +
                                  std::to_string(like.levels) + ".");
  }
  if (like.has_response && (like.response_levels < 1 || like.response_levels > kMostLevels)) {
    throw InputError::bad_request(
        "response_factors must be 1 (numbers) or a number of levels up to 10,000,000, not " +
        std::to_string(like.response_levels) + ".");
  }
}

/// The places of the columns but the response, in an order drawn by the seed: Fisher and Yates from
/// within, as H2O-3 draws it.
std::vector<std::size_t> shuffled_places(const RandomFrame& like) {
  Pcg random(like.type_seed);
  const std::size_t first = like.has_response ? 1 : 0;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < static_cast<std::size_t>(like.columns); ++i) {
    places.push_back(first + i);
    if (i > 0) std::swap(places[i], places[random.below(static_cast<std::uint32_t>(i + 1))]);
  }
  return places;
}

/// As many columns of each kind as the fractions say, in the order in which they get their places.
std::vector<std::pair<RandomKind, std::size_t>> counts_of(const RandomFrame& like) {
  const auto count = [&like](double share) {
    // Clients compute their fractions: 0.3 may come as 0.2999999.
    constexpr double kRounding = 0.1;
    return static_cast<std::int64_t>(share * like.columns + kRounding);
  };
  std::int64_t counts[] = {count(like.categorical_fraction), count(like.integer_fraction),
                           count(like.binary_fraction), count(like.time_fraction),
                           count(like.string_fraction)};
  std::int64_t real = like.columns;
  for (const std::int64_t n : counts) real -= n;
  // Rounded up there may be too many by one of each.
  for (std::int64_t& n : counts) {
    if (real < 0 && n > 0) {
      --n;
      ++real;
    }
  }
  const auto size = [](std::int64_t n) {
    return static_cast<std::size_t>(std::max<std::int64_t>(0, n));
  };
  return {{RandomKind::categorical, size(counts[0])},
          {RandomKind::integer, size(counts[1])},
          {RandomKind::real, size(real)},
          {RandomKind::binary, size(counts[2])},
          {RandomKind::time, size(counts[3])},
          {RandomKind::text, size(counts[4])}};
}

/// The kind of each column, the response among them.
std::vector<RandomKind> draw_kinds(const RandomFrame& like) {
  const std::vector<std::size_t> places = shuffled_places(like);
  std::vector<RandomKind> kinds(places.size() + (like.has_response ? 1 : 0), RandomKind::real);
  std::size_t next = 0;
  for (const auto& [kind, count] : counts_of(like)) {
    for (std::size_t i = 0; i < count && next < places.size(); ++i) kinds[places[next++]] = kind;
  }
  if (like.has_response) {
    kinds[0] = like.response_levels > 1 ? RandomKind::response_class : RandomKind::response_number;
  }
  return kinds;
}

/// Bytes of a cell, about.
double cell_bytes(const RandomFrame& like, RandomKind kind) {
  constexpr double kBits = 8;
  switch (kind) {
    case RandomKind::categorical:
      return static_cast<double>(std::bit_width(static_cast<std::uint32_t>(like.levels))) / kBits;
    case RandomKind::integer:
      return static_cast<double>(
                 std::bit_width(2 * static_cast<std::uint64_t>(like.integer_range))) /
             kBits;
    case RandomKind::binary:
      return 1 / kBits;
    case RandomKind::text:
      return 12;
    default:
      return 8;
  }
}

/// Refuses what would not fit: what the node with the most rows has to hold, against this
/// node's memory, as nodes are alike.
void check_memory(mr::Engine& engine, const RandomFrame& like, const std::vector<RandomKind>& kinds,
                  const frame::Layout& layout) {
  const std::int64_t most = engine.most_rows(layout);
  double row_bytes = 0;
  for (const RandomKind kind : kinds) row_bytes += like.randomize ? cell_bytes(like, kind) : 0;
  constexpr double kMost = 0x1p62;
  const double bytes = std::min(row_bytes * static_cast<double>(most), kMost);
  engine.budget().check(static_cast<std::int64_t>(bytes), "the frame");
}

frame::DomainPtr levels_of(const std::string& prefix, std::int32_t count) {
  frame::Domain domain;
  for (std::int32_t level = 0; level < count; ++level) {
    domain.push_back(prefix + std::to_string(level));
  }
  return std::make_shared<const frame::Domain>(std::move(domain));
}

/// What the column at a place of the frame will be; levels name the place, from 0.
mr::OutputColumn output_of(const RandomFrame& like, RandomKind kind, std::size_t place) {
  using frame::ColumnType;
  switch (kind) {
    case RandomKind::categorical:
      return {.kind = mr::OutputKind::codes,
              .type = ColumnType::categorical,
              .domain = levels_of("c" + std::to_string(place) + ".l", like.levels)};
    case RandomKind::response_class:
      return {.kind = mr::OutputKind::codes,
              .type = ColumnType::categorical,
              .domain = levels_of("", like.response_levels)};
    case RandomKind::time:
      return {.kind = mr::OutputKind::times, .type = ColumnType::time};
    case RandomKind::text:
      return {.kind = mr::OutputKind::text, .type = ColumnType::string};
    default:
      return {};
  }
}

/// A column like the given one.
mr::OutputColumn output_like(const frame::Column& column) {
  using frame::ColumnType;
  mr::OutputColumn output{.type = column.type, .domain = column.domain};
  if (column.type == ColumnType::categorical) output.kind = mr::OutputKind::codes;
  if (column.type == ColumnType::time) output.kind = mr::OutputKind::times;
  if (column.type == ColumnType::string) output.kind = mr::OutputKind::text;
  if (column.type == ColumnType::uuid) output.kind = mr::OutputKind::uuids;
  return output;
}

std::vector<frame::Column> random_columns(mr::Engine& engine, const frame::LayoutPtr& layout,
                                          const RandomCellsTask::State& state,
                                          const job::TokenPtr& token) {
  mr::RunOptions options;
  options.token = token;
  for (std::size_t i = 0; i < state.kinds.size(); ++i) {
    const auto place = static_cast<std::size_t>(state.places[i]);
    options.outputs.push_back(output_of(state.like, state.kinds[i], place));
  }
  return engine.run_with_outputs<RandomCellsTask>({layout, {}}, state, options).columns;
}

}  // namespace

void check(const RandomFrame& like) {
  check_fraction("categorical_fraction", like.categorical_fraction);
  check_fraction("integer_fraction", like.integer_fraction);
  check_fraction("binary_fraction", like.binary_fraction);
  check_fraction("time_fraction", like.time_fraction);
  check_fraction("string_fraction", like.string_fraction);
  check_fraction("binary_ones_fraction", like.ones);
  check_fraction("missing_fraction", like.missing);
  check_sizes(like);
  const double of_types =
      like.categorical_fraction + like.integer_fraction + like.time_fraction + like.string_fraction;
  constexpr double kRounding = 1e-8;
  if (of_types + like.binary_fraction > 1 + kRounding) {
    throw InputError::bad_request(
        "Integer, binary, categorical, time and string fractions must add up to <= 1.");
  }
  if (!like.randomize && of_types > 0) {
    throw InputError::bad_request(
        "Cannot have integer, categorical, time or string fractions > 0 unless randomize=true.");
  }
  if (like.randomize && like.value != 0) {
    throw InputError::bad_request("Cannot set data to a constant value if randomize=true.");
  }
}

frame::Frame make_random_frame(mr::Engine& engine, const RandomFrame& like,
                               const job::TokenPtr& token) {
  check(like);
  const std::vector<RandomKind> kinds = draw_kinds(like);
  frame::Frame frame;
  frame.layout =
      engine.new_layout(frame::row_cuts(like.rows, static_cast<std::int64_t>(kinds.size())));
  check_memory(engine, like, kinds, *frame.layout);
  const std::size_t first = like.has_response ? 1 : 0;
  for (std::size_t c = 0; c < kinds.size(); ++c) {
    frame.names.push_back(c < first ? "response" : "C" + std::to_string(c - first + 1));
  }
  if (!like.randomize) {
    const std::vector<ExpressionPtr> same(kinds.size(), constant_of(like.value));
    frame.columns = evaluate(engine, frame.layout, same, token);
    return with_missing(engine, frame, like.missing, like.seed, token);
  }
  const std::size_t batch = batch_of(*frame.layout);
  for (std::size_t begin = 0; begin < kinds.size(); begin += batch) {
    RandomCellsTask::State state{.like = like, .kinds = {}, .places = {}};
    for (std::size_t c = begin; c < std::min(begin + batch, kinds.size()); ++c) {
      state.kinds.push_back(kinds[c]);
      state.places.push_back(static_cast<std::int64_t>(c));
    }
    for (frame::Column& column : random_columns(engine, frame.layout, state, token)) {
      frame.columns.push_back(std::move(column));
    }
  }
  return with_missing(engine, frame, like.missing, like.seed, token);
}

frame::Frame with_missing(mr::Engine& engine, const frame::Frame& frame, double fraction,
                          std::uint64_t seed, const job::TokenPtr& token) {
  check_fraction("fraction", fraction);
  frame::Frame result = frame;
  result.key.clear();
  if (fraction == 0) return result;
  const std::size_t batch = batch_of(*frame.layout);
  for (std::size_t begin = 0; begin < frame.columns.size(); begin += batch) {
    BlankTask::State state{.seed = seed, .fraction = fraction};
    mr::Inputs inputs{frame.layout, {}};
    mr::RunOptions options;
    options.token = token;
    const std::size_t end = std::min(begin + batch, frame.columns.size());
    for (std::size_t c = begin; c < end; ++c) {
      state.places.push_back(static_cast<std::int64_t>(c));
      state.types.push_back(frame.columns[c].type);
      inputs.columns.push_back(frame.columns[c].id);
      options.outputs.push_back(output_like(frame.columns[c]));
    }
    const auto made = engine.run_with_outputs<BlankTask>(inputs, state, options);
    std::ranges::copy(made.columns, result.columns.begin() + static_cast<std::ptrdiff_t>(begin));
  }
  return result;
}

}  // namespace neve::munge
