#include <lz4frame.h>
#include <neve/base/error.hpp>

#include "ingest/sources/unpackers/unpacker.hpp"

namespace neve::ingest::unpackers {
namespace {

constexpr std::int64_t kStateBytes = 9
                                     << 20;  // two blocks of the largest size, and 64 kB of window

class Lz4 final : public Unpacker {
 public:
  explicit Lz4(Budget& budget) : memory_(budget.reserve(kStateBytes, "Unpacking lz4")) {
    const auto made = LZ4F_createDecompressionContext(&context_, LZ4F_VERSION);
    NEVE_CHECK(LZ4F_isError(made) == 0, "no memory for a decompressor");
  }
  ~Lz4() override { LZ4F_freeDecompressionContext(context_); }

  void begin(std::string_view /*beginning*/) override { LZ4F_resetDecompressionContext(context_); }
  Step step(std::string_view packed, std::span<char> plain) override {
    std::size_t taken = packed.size();
    std::size_t given = plain.size();
    const std::size_t left =
        LZ4F_decompress(context_, plain.data(), &given, packed.data(), &taken, nullptr);
    if (LZ4F_isError(left) != 0) return {.wrong = LZ4F_getErrorName(left)};
    return {.taken = taken, .given = given, .ended = left == 0, .wrong = {}};
  }

 private:
  Reservation memory_;
  LZ4F_dctx* context_ = nullptr;
};

}  // namespace

UnpackerPtr open_lz4(Budget& budget) { return std::make_unique<Lz4>(budget); }

}  // namespace neve::ingest::unpackers
