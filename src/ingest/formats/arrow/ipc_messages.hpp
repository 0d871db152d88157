#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "ingest/formats/columnar/columnar_library.hpp"

namespace neve::ingest::columnar {

/// Bytes of a stream.
struct Segment {
  std::int64_t begin = 0;
  std::int64_t size = 0;
};

/// The messages of an Arrow stream, by their headers alone: where the batches lie, and which
/// dictionaries each of them needs.
struct IpcMessages {
  struct Batch {
    Segment segment;
    std::int64_t rows = 0;
    std::vector<Segment> dictionaries;
  };
  Segment schema;
  std::vector<Batch> batches;
  std::int64_t end = 0;  ///< behind the mark of the stream's end
};

/// Reads the headers from `begin` on, up to the mark of the end, without which the stream counts as
/// cut off. Throws Problem.
IpcMessages scan_messages(Input& input, std::int64_t begin);

}  // namespace neve::ingest::columnar
