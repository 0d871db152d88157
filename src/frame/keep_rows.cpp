#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>

#include <neve/base/error.hpp>
#include <neve/base/isa.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "frame/chunk_writer.hpp"
#include "frame/packed_numbers.hpp"
#include "frame/press_kernels.hpp"

namespace neve::frame {
namespace {

// What is known of the packed numbers that were kept.
struct Kept {
  std::uint64_t least = ~std::uint64_t{0};
  std::uint64_t most = 0;
  std::int64_t missing = 0;
};

// Rows pass through small blocks: unpacked, pressed together, packed again.
template <class T>
class Press {
 public:
  Press(const ChunkView& from, std::span<std::byte> to)
      : view_(from), to_(to.data()), top_(static_cast<T>(largest_of_width(width()))) {}

  Kept run(std::span<const std::uint8_t> keep) {
    const auto take = [&](std::size_t offset, std::span<const T> block) {
      filled_ += press(block, keep.data() + offset);
      while (filled_ >= kBlock) flush(kBlock);
    };
    for_unpacked<T>(view_.payload, width(), 0, keep.size(), take);
    if (filled_ > 0) flush(filled_);
    return kept_;
  }

 private:
  static constexpr std::size_t kBlock = 256;

  [[nodiscard]] int width() const { return view_.parameters().width; }

  std::size_t press(std::span<const T> block, const std::uint8_t* marks) {
    T* const begin = room_.data() + filled_;
    if constexpr (std::is_same_v<T, std::int32_t>) {
      return kernels_.narrow(block.data(), marks, block.size(), begin);
    }
    T* to = begin;
    for (std::size_t i = 0; i < block.size(); ++i) {
      *to = block[i];
      to += marks[i];
    }
    return static_cast<std::size_t>(to - begin);
  }

  void flush(std::size_t count) {
    const auto groups = static_cast<std::int64_t>((count + 7) / 8);
    // The last group may have room behind the last row.
    std::fill(
        room_.begin() + static_cast<std::ptrdiff_t>(filled_),
        room_.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(filled_, groups * 8)),
        T{0});
    choose(view_.has_missing(), [&](auto has_missing) { learn(count, has_missing); });
    for (std::size_t i = 0; i < static_cast<std::size_t>(groups) * 8; ++i) {
      wide_[i] = static_cast<std::uint64_t>(room_[i]);
    }
    pack_groups(wide_.data(), width(), groups, to_);
    to_ += groups * width();
    std::copy(room_.begin() + static_cast<std::ptrdiff_t>(count),
              room_.begin() + static_cast<std::ptrdiff_t>(filled_), room_.begin());
    filled_ -= count;
  }

  template <class HasMissing>
  void learn(std::size_t count, HasMissing has_missing) {
    T least = std::numeric_limits<T>::max();
    T most = 0;
    T missing = 0;
    const T top = top_;
    for (std::size_t i = 0; i < count; ++i) {
      const T value = room_[i];
      const bool is_missing = has_missing && value == top;
      missing += static_cast<T>(is_missing);
      least = value < least ? value : least;
      most = !is_missing && value > most ? value : most;
    }
    kept_.least = std::min(kept_.least, static_cast<std::uint64_t>(least));
    kept_.most = std::max(kept_.most, static_cast<std::uint64_t>(most));
    kept_.missing += static_cast<std::int64_t>(missing);
  }

  const ChunkView& view_;
  std::byte* to_;
  T top_;
  const PressKernels& kernels_ = kernels_at_process_isa(v3::kPressKernels, v4::kPressKernels);
  // A block of rows comes at a time, on top of less than one block that is still here; kernels
  // write a little more.
  std::array<T, 2 * kBlock + 16> room_{};
  std::array<std::uint64_t, kBlock> wide_{};
  std::size_t filled_ = 0;
  Kept kept_;
};

// Whether encoding the values anew would take as many bits each.
bool keeps_width(const Kept& kept, const ChunkHeader& header) {
  const bool codes = header.kind == ChunkKind::codes;
  const std::uint64_t range = kept.most - (codes ? 0 : std::min(kept.least, kept.most));
  const auto spare = static_cast<std::uint64_t>(kept.missing != 0);
  return kept.least < kept.most && width_for(range + spare) == header.parameters.width;
}

}  // namespace

std::optional<Chunk> keep_rows(const Chunk& chunk, std::span<const std::uint8_t> keep,
                               std::int64_t kept_rows) {
  NEVE_CHECK(static_cast<std::int64_t>(keep.size()) == chunk.rows(), "a mask of another size");
  const ChunkView view = view_of(chunk.buffer()->bytes());
  const Codec* const codec = find_codec(view.header.codec);
  const bool packed = codec->name == "integers" || codec->name == "decimals";
  const int width = view.parameters().width;
  if (!packed || kept_rows == 0 || width == 0 || width == 64) return std::nullopt;
  Buffer buffer = new_chunk_buffer(packed_bytes(kept_rows, width));
  const std::span<std::byte> payload = payload_of(buffer);
  const Kept kept = width <= kNarrowWidth ? Press<std::int32_t>(view, payload).run(keep)
                                          : Press<std::uint64_t>(view, payload).run(keep);
  if (!keeps_width(kept, view.header)) return std::nullopt;
  ChunkHeader header = view.header;
  header.rows = kept_rows;
  header.missing = kept.missing;
  return ChunkWriter::finish(std::move(buffer), header, *codec);
}

}  // namespace neve::frame
