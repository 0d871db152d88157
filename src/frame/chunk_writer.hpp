#pragma once

#include <neve/frame/chunk.hpp>

#include "frame/codecs/codec.hpp"

namespace neve::frame {

/// Turns what a codec has written into a chunk.
class ChunkWriter {
 public:
  /// `header` has kind, flags, rows, missing and the codec's parameters; the rest is filled in
  /// here.
  static Chunk finish(Buffer buffer, ChunkHeader header, const Codec& codec);
};

}  // namespace neve::frame
