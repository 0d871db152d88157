#include "rest/frame_json.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>
#include <neve/mr/engine.hpp>
#include <neve/munge/rollups.hpp>
#include <neve/schema/schema_of.hpp>

namespace neve::rest {
namespace {

constexpr double kPercentiles[] = {0.001, 0.01,    0.1, 0.2,  0.25, 0.3, 1.0 / 3, 0.4,  0.5,
                                   0.6,   2.0 / 3, 0.7, 0.75, 0.8,  0.9, 0.99,    0.999};

std::string type_name(const frame::Column& column, const frame::Rollup& rollup) {
  switch (column.type) {
    case frame::ColumnType::categorical:
      return "enum";
    case frame::ColumnType::string:
      return "string";
    case frame::ColumnType::time:
      return "time";
    case frame::ColumnType::uuid:
      return "uuid";
    case frame::ColumnType::bad:
    case frame::ColumnType::numeric:
      break;
  }
  // A column without any value has none that is not whole.
  return rollup.is_int || rollup.missing == rollup.rows ? "int" : "real";
}

/// Calls `take(chunk, row in chunk)` for each row of the window, group by group.
template <class Take>
void for_rows(mr::Engine& engine, const frame::Layout& layout, ColumnId column, std::int64_t begin,
              std::int64_t end, Take take) {
  for (std::int64_t row = begin; row < end;) {
    const GroupIndex group = layout.group_of(row);
    const std::int64_t first = layout.first_row(group);
    const std::int64_t last = std::min(end, first + layout.rows_of(group));
    const frame::Chunk chunk = engine.chunk(layout, column, group);
    for (; row < last; ++row) take(chunk, row - first);
  }
}

std::string uuid_text(const frame::Uuid& uuid);

void fill_rows(const Services& services, const frame::Frame& frame, const frame::Column& column,
               std::int64_t begin, std::int64_t end, ColV3& out) {
  mr::Engine& engine = *services.engine;
  const bool is_text =
      column.type == frame::ColumnType::string || column.type == frame::ColumnType::uuid;
  if (!is_text) {
    out.data.emplace();
    for_rows(
        engine, *frame.layout, column.id, begin, end,
        [&](const frame::Chunk& chunk, std::int64_t row) { out.data->push_back(chunk.at(row)); });
    return;
  }
  out.string_data.emplace();
  for_rows(engine, *frame.layout, column.id, begin, end,
           [&](const frame::Chunk& chunk, std::int64_t row) {
             if (column.type == frame::ColumnType::string) {
               out.string_data->emplace_back(chunk.text(row).value_or(std::string_view()));
             } else {
               const auto uuid = chunk.uuid(row);
               out.string_data->push_back(uuid ? uuid_text(*uuid) : std::string());
             }
           });
}

std::string uuid_text(const frame::Uuid& uuid) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string digits;
  for (const std::uint64_t half : {uuid.high, uuid.low}) {
    for (int shift = 60; shift >= 0; shift -= 4)
      digits += kHex[(half >> static_cast<unsigned>(shift)) & 15U];
  }
  for (const std::size_t at : {20U, 16U, 12U, 8U}) digits.insert(at, "-");
  return digits;
}

void fill_figures(const frame::Column& column, const frame::Rollup& rollup, ColV3& out) {
  out.missing_count = rollup.missing;
  out.type = type_name(column, rollup);
  out.mins.assign(rollup.mins.begin(), rollup.mins.end());
  out.maxs.assign(rollup.maxs.begin(), rollup.maxs.end());
  // Codes of more than two levels are but names, which have no mean; as H2O-3 shows it.
  const bool names = column.is_categorical() && column.domain->size() > 2;
  out.mean = names ? std::nan("") : rollup.mean;
  out.sigma = names ? std::nan("") : rollup.sigma;
  out.zero_count = rollup.zeros;
  out.positive_infinity_count = rollup.positive_infinities;
  out.negative_infinity_count = rollup.negative_infinities;
}

/// Percentiles and the histogram that summaries show: equal bins from the smallest to the largest
/// value.
void fill_summary(const Services& services, const frame::Frame& frame, const frame::Column& column,
                  const frame::Rollup& rollup, ColV3& out) {
  if (column.type != frame::ColumnType::numeric && column.type != frame::ColumnType::time &&
      column.type != frame::ColumnType::categorical) {
    return;
  }
  mr::Engine& engine = *services.engine;
  const munge::ExpressionPtr values = munge::column_of(column);
  out.percentiles = munge::quantiles(engine, frame.layout, values, kPercentiles);
  if (std::isnan(rollup.min())) return;
  const double span = rollup.max() - rollup.min();
  constexpr std::int32_t kMostBins = 1000;
  constexpr double kFewestBins = 1;
  const double count = static_cast<double>(rollup.rows - rollup.missing);
  // As many bins as values for small integer ranges, else by the square root of the number of rows.
  const double wanted = rollup.is_int && span < kMostBins ? span + 1 : std::ceil(std::sqrt(count));
  munge::BinGrid grid{
      rollup.min(), rollup.max(),
      static_cast<std::int32_t>(std::clamp(wanted, kFewestBins, double{kMostBins}))};
  out.histogram_base = grid.low;
  out.histogram_stride = rollup.is_int && span < kMostBins ? 1
                         : grid.bins > 0                   ? span / grid.bins
                                                           : 0;
  if (rollup.is_int && span < kMostBins) grid.high = grid.low + grid.bins;
  out.histogram_bins = munge::histogram(engine, frame.layout, values, grid);
}

schema::Table chunk_table(const Services& services, const frame::Frame& frame) {
  schema::Table table{
      .name = "Chunk compression summary",
      .description = {},
      .columns = {{"chunk_type", "string", "%8s", "Chunk Type", {}},
                  {"chunk_name", "string", "%s", "Chunk Name", {}},
                  {"count", "int", "%10d", "Count", {}},
                  {"count_percentage", "float", "%10.3f %%", "Count Percentage", {}},
                  {"size", "string", "%10s", "Size", {}},
                  {"size_percentage", "float", "%10.3f %%", "Size Percentage", {}}}};
  struct Sum {
    std::int64_t count = 0;
    std::int64_t bytes = 0;
  };
  std::map<std::string, Sum, std::less<>> sums;
  Sum all;
  for (const frame::Column& column : frame.columns) {
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      const frame::Chunk chunk = services.engine->chunk(*frame.layout, column.id, GroupIndex(g));
      Sum& sum = sums[std::string(chunk.codec())];
      const auto bytes = static_cast<std::int64_t>(chunk.byte_size());
      ++sum.count, sum.bytes += bytes;
      ++all.count, all.bytes += bytes;
    }
  }
  const auto share = [](std::int64_t part, std::int64_t whole) {
    return static_cast<float>(100.0 * static_cast<double>(part) /
                              static_cast<double>(std::max<std::int64_t>(1, whole)));
  };
  for (const auto& [codec, sum] : sums) {
    table.add_row({codec, codec, sum.count, share(sum.count, all.count), readable_bytes(sum.bytes),
                   share(sum.bytes, all.bytes)});
  }
  return table;
}

schema::Table distribution_table(const Services& services, const frame::Frame& frame,
                                 std::int64_t bytes) {
  schema::Table table{
      .name = "Frame distribution summary",
      .description = {},
      .columns = {{"", "string", "%s", "", {}},
                  {"size", "string", "%s", "Size", {}},
                  {"number_of_rows", "float", "%f", "Number of Rows", {}},
                  {"number_of_chunks_per_column", "float", "%f", "Number of Chunks per Column", {}},
                  {"number_of_chunks", "float", "%f", "Number of Chunks", {}}}};
  struct Share {
    double rows = 0;
    double groups = 0;
  };
  std::map<NodeId, Share> shares;
  const store::PlacementPtr placement = services.engine->placement(*frame.layout);
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    Share& share = shares[placement->home(GroupIndex(g))];
    share.rows += static_cast<double>(frame.layout->rows_of(GroupIndex(g)));
    share.groups += 1;
  }
  const double rows = static_cast<double>(std::max<std::int64_t>(1, frame.rows()));
  // Counts are whole numbers, figures over the nodes are not, all in the same columns.
  const auto add = [&]<class Number>(std::string label, double share_rows, double groups,
                                     Number /*kind*/) {
    const auto part = static_cast<std::int64_t>(static_cast<double>(bytes) * share_rows / rows);
    table.add_row({std::move(label), readable_bytes(part), static_cast<Number>(share_rows),
                   static_cast<Number>(groups), static_cast<Number>(groups * frame.width())});
  };
  const std::vector<cluster::Member> members = services.members();
  Share low{1e300, 1e300};
  Share high;
  for (const cluster::Member& member : members) {
    const Share share = shares[member.id];
    add(member.address, share.rows, share.groups, std::int64_t());
    low = {std::min(low.rows, share.rows), std::min(low.groups, share.groups)};
    high = {std::max(high.rows, share.rows), std::max(high.groups, share.groups)};
  }
  const auto nodes = static_cast<double>(members.size());
  const double groups = frame.layout->groups();
  add("mean", static_cast<double>(frame.rows()) / nodes, groups / nodes, float());
  add("min", low.rows, low.groups, float());
  add("max", high.rows, high.groups, float());
  double squares = 0;
  for (const auto& [node, share] : shares)
    squares += std::pow(share.rows - static_cast<double>(frame.rows()) / nodes, 2);
  add("stddev", std::sqrt(squares / nodes), 0, float());
  add("total", static_cast<double>(frame.rows()), groups, std::int64_t());
  return table;
}

}  // namespace

std::int64_t frame_bytes(const Services& services, const frame::Frame& frame) {
  return services.engine->column_bytes(mr::inputs_of(frame).columns);
}

FrameV3 frame_v3(const Services& services, const frame::Frame& frame, const FrameWindow& window,
                 const job::TokenPtr& token) {
  constexpr std::int32_t kDefaultRows = 100;
  if (window.row_offset < 0 || window.row_offset > frame.rows() || window.column_offset < 0 ||
      window.column_offset > frame.width()) {
    throw InputError::illegal_argument("The window begins beyond the frame, which has " +
                                           std::to_string(frame.rows()) + " rows and " +
                                           std::to_string(frame.width()) + " columns.",
                                       {{"row_offset", std::to_string(window.row_offset)},
                                        {"column_offset", std::to_string(window.column_offset)}});
  }
  const std::int64_t wanted_rows = window.row_count < 0 ? kDefaultRows : window.row_count;
  const std::int64_t last_row = std::min(frame.rows(), window.row_offset + wanted_rows);
  const std::int32_t wanted = window.column_count < 0 ? frame.width() : window.column_count;
  const std::int32_t last = static_cast<std::int32_t>(
      std::min<std::int64_t>(frame.width(), std::int64_t{window.column_offset} + wanted));
  FrameV3 out;
  out.frame_id = frame.key;
  out.byte_size = frame_bytes(services, frame);
  out.row_offset = window.row_offset;
  out.row_count = static_cast<std::int32_t>(last_row - window.row_offset);
  out.column_offset = window.column_offset;
  out.column_count = last - window.column_offset;
  out.full_column_count =
      window.full_column_count < 0 ? out.column_count : window.full_column_count;
  out.total_column_count = frame.width();
  out.rows = frame.rows();
  out.num_columns = frame.width();
  out.default_percentiles.assign(std::begin(kPercentiles), std::end(kPercentiles));
  std::vector<frame::Rollup> rollups;
  if (!window.light) {
    rollups = services.rollups->of(frame, token);
    out.checksum = services.rollups->checksum(frame);
    out.chunk_summary = chunk_table(services, frame);
    out.distribution_summary = distribution_table(services, frame, out.byte_size);
  }
  out.columns.reserve(static_cast<std::size_t>(out.column_count));
  for (std::int32_t c = window.column_offset; c < last; ++c) {
    const auto at = static_cast<std::size_t>(c);
    const frame::Column& column = frame.columns[at];
    ColV3 shown;
    shown.label = frame.names[at];
    shown.domain_cardinality = column.cardinality();
    if (column.domain) shown.domain = *column.domain;
    const frame::Rollup rollup =
        window.light ? services.rollups->of(frame.layout, column) : rollups[at];
    fill_figures(column, rollup, shown);
    if (c - window.column_offset < out.full_column_count) {
      fill_rows(services, frame, column, window.row_offset, last_row, shown);
    }
    if (window.summary) fill_summary(services, frame, column, rollup, shown);
    out.columns.push_back(std::move(shown));
  }
  return out;
}

}  // namespace neve::rest
