#include <neve/base/error.hpp>

#include "frame/codecs/codec.hpp"

/// Bytes that are no rows: uploads, models, the state of jobs. They are encoded by encode_bytes().
namespace neve::frame::codecs {
namespace {

void validate(const ChunkView& view) { NEVE_CHECK(view.rows() == 0, "chunk: bytes have no rows"); }

}  // namespace

const Codec& opaque();
const Codec& opaque() {
  static const Codec codec{.id = 11, .name = "opaque", .validate = validate, .holds_bytes = true};
  return codec;
}

}  // namespace neve::frame::codecs
