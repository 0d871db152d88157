#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <utility>

#include <neve/frame/chunk.hpp>
#include <neve/mr/engine.hpp>

#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// Bytes that the cluster keeps. Pieces of other nodes are fetched when they are read, and a few of
/// them kept, as readers go on from where they stopped.
class BlobSource final : public ByteSource {
 public:
  BlobSource(std::string name, mr::Engine& engine, const store::Blob& blob)
      : ByteSource(std::move(name)), engine_(engine), blob_(blob) {}
  [[nodiscard]] std::int64_t size() const override { return blob_.size; }
  std::size_t read(std::int64_t offset, std::span<char> out) const override;

 private:
  [[nodiscard]] frame::Chunk piece(std::int32_t index) const;
  mr::Engine& engine_;
  store::Blob blob_;
  mutable std::mutex mutex_;
  mutable std::deque<std::pair<std::int32_t, frame::Chunk>> recent_;
};

}  // namespace neve::ingest
