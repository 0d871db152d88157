#include "mr/blobs.hpp"

#include <algorithm>

#include <neve/base/error.hpp>
#include <neve/frame/chunk_builder.hpp>

namespace neve::mr {
namespace {

constexpr auto kPiece = static_cast<std::int64_t>(frame::BytesBuilder::kPieceBytes);

std::int32_t pieces_of(std::int64_t size) {
  return static_cast<std::int32_t>(std::max<std::int64_t>(1, (size + kPiece - 1) / kPiece));
}

/// Cuts are positions of bytes.
frame::Layout layout_of(LayoutId id, std::int64_t size) {
  frame::Layout layout;
  layout.id = id;
  for (std::int32_t i = 1; i < pieces_of(size); ++i) layout.cuts.push_back(i * kPiece);
  layout.cuts.push_back(size);
  return layout;
}

/// From the writer on, so that a blob of one piece is where it was written.
store::Placement placed(const store::Catalog& catalog, NodeId writer, std::int32_t pieces) {
  const auto view = catalog.view();
  std::vector<NodeId> members = view->homes();
  const auto self = std::ranges::find(members, writer);
  if (self != members.end()) std::rotate(members.begin(), self, members.end());
  store::Placement made = store::place(pieces, members, catalog.copies());
  made.epoch = view->epoch;
  return made;
}

}  // namespace

ColumnBlobs::Kept ColumnBlobs::keep(std::span<const std::byte> bytes) {
  frame::BytesBuilder builder;
  builder.append(bytes);
  return keep(builder.finish());
}

ColumnBlobs::Kept ColumnBlobs::keep(std::span<const frame::Chunk> pieces) {
  std::int64_t size = 0;
  for (const frame::Chunk& piece : pieces) size += static_cast<std::int64_t>(piece.opaque().size());
  NEVE_CHECK(pieces.size() == static_cast<std::size_t>(pieces_of(size)), "blob: odd pieces");
  Engine::Core::Parts& parts = core_.parts();
  frame::Layout layout = layout_of(parts.store.new_layout_id(), size);
  layout.planned = std::make_shared<const store::Placement>(
      placed(parts.store.catalog(), parts.self, layout.groups()));
  const ColumnId id = parts.store.new_column_id();
  try {
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      core_.put(layout, id, GroupIndex(static_cast<std::int32_t>(i)), pieces[i]);
    }
  } catch (...) {
    core_.discard({&id, 1});
    throw;
  }
  const OutputColumn kind;
  const frame::Column column = core_.adopt({&id, 1}, {&kind, 1}).at(0);
  return {{id, layout.id, size}, column.lease};
}

frame::Chunk ColumnBlobs::piece(const store::Blob& blob, std::int32_t index) {
  const frame::Layout layout = layout_of(blob.layout, blob.size);
  NEVE_CHECK(index >= 0 && index < layout.groups());
  return core_.chunk(layout, blob.column, GroupIndex(index));
}

wire::Bytes ColumnBlobs::fetch(const store::Blob& blob) {
  wire::Bytes bytes;
  bytes.reserve(static_cast<std::size_t>(blob.size));
  for (std::int32_t i = 0; i < pieces_of(blob.size); ++i) {
    const frame::Chunk chunk = piece(blob, i);
    bytes.insert(bytes.end(), chunk.opaque().begin(), chunk.opaque().end());
  }
  NEVE_CHECK(static_cast<std::int64_t>(bytes.size()) == blob.size, "blob: of another size");
  return bytes;
}

}  // namespace neve::mr
