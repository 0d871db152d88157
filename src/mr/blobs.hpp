#pragma once

#include "mr/core.hpp"

namespace neve::mr {

/// Bytes as columns of layouts of their own: a piece is a row group, whose chunk has the bytes for
/// rows. The writer is the first home, so that writing costs the copies only. One per node.
class ColumnBlobs final : public store::Blobs {
 public:
  using Kept = std::pair<store::Blob, std::shared_ptr<const store::ColumnLease>>;
  /// The core outlives it.
  explicit ColumnBlobs(Engine::Core& core) : core_(core) {}
  Kept keep(std::span<const std::byte> bytes) override;
  Kept keep(std::span<const frame::Chunk> pieces);
  wire::Bytes fetch(const store::Blob& blob) override;
  frame::Chunk piece(const store::Blob& blob, std::int32_t index);

 private:
  Engine::Core& core_;
};

}  // namespace neve::mr
