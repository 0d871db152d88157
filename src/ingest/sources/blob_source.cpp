#include "ingest/sources/blob_source.hpp"

#include <algorithm>
#include <cstring>

#include <neve/frame/chunk_builder.hpp>

namespace neve::ingest {

frame::Chunk BlobSource::piece(std::int32_t index) const {
  constexpr std::size_t kMostRecent = 16;
  {
    const std::lock_guard lock(mutex_);
    const auto known =
        std::ranges::find(recent_, index, [](const auto& kept) { return kept.first; });
    if (known != recent_.end()) return known->second;
  }
  frame::Chunk chunk = engine_.piece(blob_, index);
  const std::lock_guard lock(mutex_);
  recent_.emplace_back(index, chunk);
  if (recent_.size() > kMostRecent) recent_.pop_front();
  return chunk;
}

std::size_t BlobSource::read(std::int64_t offset, std::span<char> out) const {
  constexpr auto kPiece = static_cast<std::int64_t>(frame::BytesBuilder::kPieceBytes);
  std::size_t done = 0;
  while (done < out.size() && offset < blob_.size) {
    const frame::Chunk chunk = piece(static_cast<std::int32_t>(offset / kPiece));
    const auto bytes = chunk.opaque().subspan(static_cast<std::size_t>(offset % kPiece));
    const std::size_t count = std::min(bytes.size(), out.size() - done);
    std::memcpy(out.data() + done, bytes.data(), count);
    done += count;
    offset += static_cast<std::int64_t>(count);
  }
  return done;
}

}  // namespace neve::ingest
