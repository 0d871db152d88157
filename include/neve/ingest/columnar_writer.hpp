#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <neve/base/time_zone.hpp>
#include <neve/frame/frame.hpp>
#include <neve/mr/engine.hpp>

namespace neve::ingest {

/// How a frame is written column by column.
struct ColumnarForm {
  std::string format = "parquet";  ///< or "arrow", a file, or "arrow_stream"
  std::string compression = {};    ///< "snappy", "gzip", "zstd" …; empty: none
  bool adjust_from_local = false;  ///< times lose the zone's offset
  std::string time_zone = "UTC";
  template <class Archive>
  void fields(Archive& archive) {
    archive(format, compression, adjust_from_local, time_zone);
  }
};

/// Throws InputError where the format has no such compression, or cannot hold a column of the
/// frame.
void check_columnar(const frame::Frame& frame, const ColumnarForm& form);

/// A frame as Parquet or Arrow: a row group of the one is a row group of the other, so that no more
/// than one is in memory. Whole-number columns are int64, others doubles, levels a dictionary,
/// times milliseconds. For one thread; the frame's leases keep its data.
class ColumnarWriter {
 public:
  /// Takes what is to be written; throws where it cannot be.
  using Sink = std::function<void(std::span<const std::byte>)>;
  /// `whole_columns` as whole_columns_of() tells. Throws InputError, OutOfMemoryError.
  ColumnarWriter(mr::Engine& engine, frame::Frame frame, const ColumnarForm& form,
                 const std::vector<std::uint8_t>& whole_columns, Sink sink);
  ~ColumnarWriter();
  ColumnarWriter(const ColumnarWriter&) = delete;
  ColumnarWriter& operator=(const ColumnarWriter&) = delete;
  /// Writes one row group; throws what the sink does.
  void write_group(GroupIndex group);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A frame as an Arrow stream, in blocks; for one thread.
class ArrowStream {
 public:
  ArrowStream(mr::Engine& engine, const frame::Frame& frame);
  /// Appends what comes next to `block`; false where there is nothing left.
  bool next(std::string& block);

 private:
  std::string waiting_;
  ColumnarWriter writer_;
  std::int32_t group_ = 0;
  std::int32_t groups_;
  bool finished_ = false;
};

}  // namespace neve::ingest
