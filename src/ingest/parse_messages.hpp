#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/frame/frame.hpp>

#include "ingest/formats/dialect.hpp"
#include "ingest/formats/oddities.hpp"
#include "ingest/formats/parsed_table.hpp"
#include "ingest/sources/fingerprint.hpp"

/// What the driver of a parse asks the nodes that have a share in it, in this order:
/// unpack, read, correct, complete, encode; and what these nodes ask one another: bytes.
namespace neve::ingest {

using ParseId = std::uint64_t;

/// A question about the parse `id`.
template <class Order>
struct Asked {
  ParseId id = 0;
  Order order;
  template <class Archive>
  void fields(Archive& archive) {
    archive(id, order);
  }
};

/// Where bytes are to be had.
struct FileRef {
  std::uint64_t source = 0;  ///< their number in this parse; the holder knows them by it
  std::string name;
  std::int64_t size = 0;
  NodeId holder;
  std::optional<Fingerprint> local;  ///< a file of that path, which other nodes may have as well
  std::optional<store::Blob> blob;   ///< bytes that the cluster keeps
  template <class Archive>
  void fields(Archive& archive) {
    archive(source, name, size, holder, local, blob);
  }
};

/// Files to unpack and hold until the parse ends.
struct UnpackOrder {
  std::vector<FileRef> files;
  std::vector<std::uint64_t> as;  ///< source number of the contents of each
  template <class Archive>
  void fields(Archive& archive) {
    archive(files, as);
  }
};
struct UnpackReply {
  std::vector<std::int64_t> sizes;
  template <class Archive>
  void fields(Archive& archive) {
    archive(sizes);
  }
};

/// Consecutive byte ranges to read, and the files that they lie in.
struct ReadOrder {
  std::string destination;  ///< the frame's name, for messages
  Dialect dialect;
  std::vector<ColumnPlan> columns;
  std::string zone;
  bool columnar = false;
  bool adjust_to_local = false;
  std::vector<std::size_t> places;  ///< of `files` among those of the table
  std::vector<FileRef> files;
  std::vector<ByteRange> ranges;
  template <class Archive>
  void fields(Archive& archive) {
    archive(destination, dialect, columns, zone, columnar, adjust_to_local, places, files, ranges);
  }
};
/// Where the rows that were read begin and end, as RowReader has it.
struct ReadReply {
  std::int64_t start = -1;
  std::int64_t end = -1;
  std::vector<std::int64_t> rows;  ///< of each range
  std::size_t columns = 0;         ///< that pairs name
  template <class Archive>
  void fields(Archive& archive) {
    archive(start, end, rows, columns);
  }
};

/// Where the first row really begins.
struct CorrectOrder {
  std::int64_t start = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(start);
  }
};

/// All ranges are read for good: the number of the first row, and what others have read that
/// belongs to this share's last row group, which is read here again.
struct CompleteOrder {
  std::int64_t first_row = 0;
  std::int64_t tail_start = 0;  ///< where the row behind the last range begins
  std::size_t columns = 0;      ///< of all the table
  std::vector<std::size_t> places;
  std::vector<FileRef> files;  ///< of the tail
  std::vector<ByteRange> tail;
  template <class Archive>
  void fields(Archive& archive) {
    archive(first_row, tail_start, columns, places, files, tail);
  }
};
struct CompleteReply {
  std::vector<std::optional<frame::Domain>> levels;  ///< as TableEncoder has them
  template <class Archive>
  void fields(Archive& archive) {
    archive(levels);
  }
};

/// What the frame is like, and which of its row groups to make; there may be none for a share of
/// few rows.
struct EncodeOrder {
  frame::LayoutPtr layout;
  store::PlacementPtr placement;
  std::vector<std::size_t> kept;  ///< columns of the files that the frame has …
  std::vector<ColumnId> ids;      ///< … and what they become
  std::vector<frame::ColumnType> types;
  std::vector<frame::DomainPtr> domains;  ///< of all columns, as the types
  std::int32_t first_group = 0;
  std::int32_t end_group = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(layout, placement, kept, ids, types, domains, first_group, end_group);
  }
};
struct EncodeReply {
  std::vector<NodeId> missed;  ///< homes that could not be sent a chunk
  Oddities oddities;           ///< of all that this share has read
  template <class Archive>
  void fields(Archive& archive) {
    archive(missed, oddities);
  }
};

/// Part of what a node holds.
struct BytesOrder {
  std::uint64_t source = 0;
  std::int64_t offset = 0;
  std::int64_t count = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(source, offset, count);
  }
};

}  // namespace neve::ingest
