#include <neve/series/index.hpp>

#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>

#include "series/frames.hpp"
#include "series/moments.hpp"
#include "series/tasks.hpp"
#include "store/api/objects.hpp"

namespace neve::series {
namespace {

constexpr std::int32_t kUsualSegments = 16;

/// Refuses at once what some home cannot hold, its parts under way included.
Reservation room_for(mr::Engine& engine, const frame::Layout& layout, const Shape& shape) {
  const auto row = static_cast<std::int64_t>(shape.series_bytes() + shape.word_stride() * 3 / 2 +
                                             sizeof(std::int32_t) + sizeof(std::int8_t));
  engine.budget().check(engine.most_rows(layout) * row, "an index of series");
  std::int64_t largest = 0;
  for (std::int32_t g = 0; g < layout.groups(); ++g) {
    largest = std::max(largest, layout.rows_of(GroupIndex(g)));
  }
  const auto under_way = static_cast<std::int64_t>(shape.word_stride() + 8) +
                         static_cast<std::int64_t>(shape.series_bytes());
  return engine.budget().reserve(engine.pool().threads() * largest * under_way,
                                 "making an index of series");
}

}  // namespace

Shape shape_of(const Index& index) {
  return {.length = index.length,
          .segments = index.settings.segments,
          .normalize = index.settings.normalize,
          .center = index.center,
          .scale = index.scale};
}

mr::Inputs inputs_of(const Index& index) { return {index.layout, {index.column}}; }

void check_columns(const frame::Frame& frame, std::string_view argument) {
  const std::string name(argument);
  if (frame.columns.empty() || frame.rows() == 0) {
    throw InputError::illegal_argument(
        "Frame '" + frame.key + "' has no series: a series is a row, so it takes at least one.",
        {{name, frame.key}});
  }
  for (std::size_t c = 0; c < frame.columns.size(); ++c) {
    if (frame.columns[c].type == frame::ColumnType::numeric) continue;
    throw InputError::illegal_argument(
        "Column '" + frame.names[c] + "' of frame '" + frame.key +
            "' is not numeric: each row is a series, so all columns must be numbers.",
        {{name, frame.key}, {"column", frame.names[c]}});
  }
}

void refuse(const BadRow& bad, const frame::Frame& frame, std::string_view argument) {
  if (bad.row == BadRow::kNone) return;
  const std::string& column = frame.names[static_cast<std::size_t>(bad.column)];
  throw InputError::illegal_argument(
      "Row " + std::to_string(bad.row) + " of frame '" + frame.key + "' is no series: column '" +
          column +
          "' is missing there, infinite, or above 1e15 in size. Impute such cells or leave these "
          "rows out first.",
      {{std::string(argument), frame.key}, {"row", std::to_string(bad.row)}, {"column", column}});
}

Settings check(const frame::Frame& frame, const Settings& settings) {
  check_columns(frame, "frame");
  Settings checked = settings;
  const std::int32_t most = std::min(kMostSegments, frame.width());
  if (settings.segments == 0) checked.segments = std::min(kUsualSegments, most);
  if (checked.segments >= 1 && checked.segments <= most) return checked;
  throw InputError::illegal_argument("segments must be from 1 to " + std::to_string(most) +
                                         " for series of " + std::to_string(frame.width()) +
                                         " points, or 0 to leave it open; not " +
                                         std::to_string(settings.segments) + ".",
                                     {{"segments", std::to_string(settings.segments)}});
}

Index build(mr::Engine& engine, const frame::Frame& frame, const Settings& settings,
            const Watch& watch) {
  Index index;
  index.frame = frame.key;
  index.settings = check(frame, settings);
  index.length = frame.width();
  index.layout = frame.layout;
  const mr::Inputs inputs = mr::inputs_of(frame);
  if (!index.settings.normalize) {
    const Moments moments = engine.run<MomentsTask>(inputs, {}, {.token = watch.token});
    refuse(moments.bad, frame, "frame");
    index.center = moments.mean;
    const double deviation = std::sqrt(moments.squares / moments.count);
    index.scale = deviation > 0 ? deviation : 1;
  }
  watch.tell(0.1);
  const Shape shape = shape_of(index);
  const Reservation room = room_for(engine, *frame.layout, shape);
  mr::RunOptions options{.token = watch.token};
  options.outputs = {{.kind = mr::OutputKind::bytes}};
  auto made = engine.run_with_outputs<BuildTask>(inputs, {shape}, options);
  refuse(made.value.bad, frame, "frame");
  index.bytes = made.value.bytes;
  index.checksum = made.value.checksum;
  index.column = made.columns[0].id;
  index.lease = made.columns[0].lease;
  return index;
}

void Indexes::publish(const Index& index) {
  NEVE_CHECK(!index.key.empty() && index.lease != nullptr);
  const store::Kept kept = store::keep(engine_.blobs(), wire::encode(index));
  store::Entry entry = store::object_entry(index.key, store::Kind::series_index, kept);
  entry.columns.insert(entry.columns.begin(), index.column);
  engine_.store().commit({.put = {std::move(entry)}});
}

std::optional<Index> Indexes::find(std::string_view key) const {
  store::Store& store = engine_.store();
  // The name may be replaced between the look-up and the taking of its column; then look again.
  std::optional<std::uint64_t> refused;
  while (true) {
    const auto entry = store.catalog().find(key);
    if (!entry || entry->kind != store::Kind::series_index) return std::nullopt;
    if (refused == entry->version) {
      throw ClusterError("The cluster has gone on without this node, which will start anew.");
    }
    const ColumnId column = entry->columns.at(0);
    std::shared_ptr<const store::ColumnLease> lease;
    try {
      if (!store.commit({.add_refs = {column}}).accepted) {
        refused = entry->version;
        continue;
      }
      lease = std::make_shared<const store::ColumnLease>(store, column);
    } catch (const ClusterError&) {
      // Without a quorum nothing is freed either, so that the index can be read all the same.
    }
    const auto kept = wire::decode<store::Kept>(*entry->manifest);
    auto index = wire::decode<Index>(store::fetch(engine_.blobs(), kept));
    index.lease = std::move(lease);
    return index;
  }
}

Index Indexes::require(std::string_view key, std::string_view argument) const {
  if (auto index = find(key)) return *std::move(index);
  throw InputError::object_not_found(std::string(key), std::string(argument));
}

std::vector<Index> Indexes::list() const {
  std::vector<Index> all;
  for (const store::Entry& entry : engine_.store().catalog().list(store::Kind::series_index)) {
    if (auto index = find(entry.name)) all.push_back(*std::move(index));
  }
  return all;
}

}  // namespace neve::series
