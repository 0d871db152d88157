#include <cstring>

#include <neve/base/error.hpp>

#include "frame/bitmap.hpp"
#include "frame/codecs/codec.hpp"

/// Identifiers of 16 bytes. Payload: high and low half of each row; bitmap of the missing rows, if
/// there are any. They are encoded by encode_uuids(), as there is nothing to choose from.
namespace neve::frame::codecs {
namespace {

void validate(const ChunkView& view) {
  const std::size_t bitmap = view.has_missing() ? bitmap_bytes(view.rows()) : 0;
  NEVE_CHECK(view.payload.size() == static_cast<std::size_t>(view.rows()) * sizeof(Uuid) + bitmap,
             "chunk: payload of uuids has another size");
}

void decode_uuids(const ChunkView& view, std::int64_t begin, std::span<Uuid> out,
                  std::span<std::uint8_t> missing) {
  const std::size_t values = static_cast<std::size_t>(view.rows()) * sizeof(Uuid);
  const auto bitmap = view.payload.subspan(values);
  if (out.empty()) return;
  std::memcpy(out.data(), view.payload.data() + static_cast<std::size_t>(begin) * sizeof(Uuid),
              out.size_bytes());
  for (std::size_t i = 0; i < out.size(); ++i) {
    missing[i] = !bitmap.empty() && bit_at(bitmap, begin + static_cast<std::int64_t>(i)) ? 1 : 0;
  }
}

}  // namespace

const Codec& uuids();
const Codec& uuids() {
  static const Codec codec{
      .id = 10, .name = "uuids", .validate = validate, .decode_uuids = decode_uuids};
  return codec;
}

}  // namespace neve::frame::codecs
