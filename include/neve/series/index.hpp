#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/base/wire.hpp>
#include <neve/frame/frame.hpp>
#include <neve/job/token.hpp>
#include <neve/mr/engine.hpp>
#include <neve/mr/task.hpp>

/// Similarity search in frames whose rows are series of numbers, a point in time from column to
/// column. Distance is Euclidean, between series of mean 0 and deviation 1 where an index
/// normalises, between the numbers as they are elsewhere; series are held as float, and squares
/// added in double. What is equally near comes in the order of rows. Results are the same bits on
/// any number of threads and nodes.
namespace neve::series {

/// The first row of which no series can be made, as a cell is missing or too large.
struct BadRow {
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
  std::int64_t row = kNone;
  std::int32_t column = 0;
  void note(const BadRow& other) {
    if (other.row < row) *this = other;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(row, column);
  }
};

/// How an index is made.
struct Settings {
  std::int32_t segments = 0;  ///< of a word; 0: 16, or as many as there are points
  bool normalize = true;      ///< each series to mean 0 and deviation 1; constant ones to zeros
  template <class Archive>
  void fields(Archive& archive) {
    archive(segments, normalize);
  }
};
inline constexpr std::int32_t kMostSegments = 256;

/// An iSAX index of a frame's rows: words of 8 bits a segment, boxes of leaves, and the series. A
/// column of bytes that lives where the frame's rows do, with as many copies; it needs the frame no
/// more. A value; copies share the column.
struct Index {
  std::string key;
  std::string frame;  ///< the name that it had
  Settings settings;
  std::int32_t length = 0;  ///< points of a series
  double center = 0;        ///< of the normal law whose breaks cut the means of segments
  double scale = 1;
  std::int64_t bytes = 0;  ///< of one copy
  std::uint64_t checksum = 0;
  frame::LayoutPtr layout = nullptr;
  ColumnId column = {};
  std::shared_ptr<const store::ColumnLease> lease = nullptr;  ///< not part of the wire form

  [[nodiscard]] std::int64_t rows() const { return layout ? layout->rows() : 0; }
  template <class Archive>
  void fields(Archive& archive) {
    archive(key, frame, settings, length, center, scale, bytes, checksum, layout, column);
  }
};

/// Who waits for long work: asks it to stop, hears how far it is, and keeps its state, with which
/// the same search goes on where it was cut off.
struct Watch {
  job::TokenPtr token = nullptr;
  std::function<void(double fraction)> progress = {};
  std::function<void(const std::function<wire::Bytes()>& state)> keep = {};
  const wire::Bytes* saved = nullptr;  ///< null at the beginning
  void tell(double fraction) const {
    if (token) token->check();
    if (progress) progress(fraction);
  }
};

/// Throws InputError where the frame has no rows, columns that are not numeric, or a cell that is
/// missing, infinite or above 1e15 in size, or where the settings do not fit it; OutOfMemoryError.
Index build(mr::Engine& engine, const frame::Frame& frame, const Settings& settings,
            const Watch& watch = {});

/// The checks of build() that need no pass over the data; gives the settings without a 0.
Settings check(const frame::Frame& frame, const Settings& settings);

/// Indexes of the catalogue. Thread-safe, as what it refers to.
class Indexes {
 public:
  explicit Indexes(mr::Engine& engine) : engine_(engine) {}
  /// Gives the index its key as name, replacing what had it.
  void publish(const Index& index);
  /// With a lease on its column; nothing where no index has this name.
  [[nodiscard]] std::optional<Index> find(std::string_view key) const;
  /// Throws InputError (404) naming `argument`.
  [[nodiscard]] Index require(std::string_view key, std::string_view argument) const;
  [[nodiscard]] std::vector<Index> list() const;

 private:
  mr::Engine& engine_;
};

/// Queries, neighbours, distances: as many of each, query by query and from near to far.
struct Neighbors {
  std::vector<std::int64_t> query;
  std::vector<std::int64_t> row;
  std::vector<double> distance;
  template <class Archive>
  void fields(Archive& archive) {
    archive(query, row, distance);
  }
};

/// What is looked for.
struct Nearest {
  std::int64_t most = 1;  ///< neighbours of each query; fewer where there are fewer rows
  /// Leaves of 64 series that an approximate search looks at in each row group, those with the
  /// lowest bounds; 0 for the exact answer.
  std::int32_t leaves = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(most, leaves);
  }
};
inline constexpr std::int64_t kMostNeighbors = 10'000;

/// The nearest series of each row of `queries`. Throws InputError as build() does for queries, or
/// where they are longer or shorter than the index' series.
Neighbors nearest(mr::Engine& engine, const Index& index, const frame::Frame& queries,
                  const Nearest& what, const Watch& watch = {});

/// Throws what nearest() throws of a request, without a search.
void check(const Index& index, const frame::Frame& queries, const Nearest& what);
/// Throws InputError where `most` is below 1 or above kMostNeighbors.
void check_most(std::int64_t most);

/// The `most` pairs of rows that are closest, first row below second: from close to far, ties by
/// rows. `query` has the first rows, `row` the second.
Neighbors motifs(mr::Engine& engine, const Index& index, std::int64_t most,
                 const Watch& watch = {});

/// The `most` rows whose nearest neighbour is farthest: from far to near, ties by row. `query` has
/// the rows, `row` their neighbours.
Neighbors discords(mr::Engine& engine, const Index& index, std::int64_t most,
                   const Watch& watch = {});

/// The lists as columns of a new frame, without a key; `query` and `row` are called as told, the
/// third one "distance".
frame::Frame as_frame(mr::Engine& engine, const Neighbors& found, const std::string& query,
                      const std::string& row);

/// Every task of this module, for the tables of all nodes.
mr::TaskList tasks();

}  // namespace neve::series
