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

constexpr std::size_t kPressed = 256;  // rows at a time, as for_unpacked() gives them

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
  static constexpr std::size_t kBlock = kPressed;

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
    pack_groups(room_.data(), width(), groups, to_);
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
  std::size_t filled_ = 0;
  Kept kept_;
};

// The bits that encoding the values anew would take.
int width_of(const Kept& kept, std::uint64_t least) {
  return width_for(kept.most - least + static_cast<std::uint64_t>(kept.missing != 0));
}

// The same rows in fewer bits, above `least`.
template <class T>
Buffer narrowed(const ChunkView& from, std::uint64_t least, int width) {
  Buffer buffer = new_chunk_buffer(packed_bytes(from.rows(), width));
  std::byte* to = payload_of(buffer).data();
  const auto below = static_cast<T>(least);
  const auto old_top = static_cast<T>(largest_of_width(from.parameters().width));
  const auto top = static_cast<T>(largest_of_width(width));
  std::array<T, kPressed> room{};
  const auto take = [&](std::size_t, std::span<const T> block) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      room[i] = from.has_missing() && block[i] == old_top ? top : block[i] - below;
    }
    const std::size_t groups = (block.size() + 7) / 8;
    std::fill(room.begin() + static_cast<std::ptrdiff_t>(block.size()),
              room.begin() + static_cast<std::ptrdiff_t>(groups * 8), T{0});
    pack_groups(room.data(), width, static_cast<std::int64_t>(groups), to);
    to += groups * static_cast<std::size_t>(width);
  };
  for_unpacked<T>(from.payload, from.parameters().width, 0, static_cast<std::size_t>(from.rows()),
                  take);
  return buffer;
}

template <class T>
std::optional<Chunk> pressed(const ChunkView& view, const Codec& codec,
                             std::span<const std::uint8_t> keep, std::int64_t rows) {
  ChunkHeader header = view.header;
  Buffer buffer = new_chunk_buffer(packed_bytes(rows, header.parameters.width));
  const Kept kept = Press<T>(view, payload_of(buffer)).run(keep);
  if (kept.least >= kept.most) return std::nullopt;  // a constant, or all missing
  header.rows = rows;
  header.missing = kept.missing;
  const std::uint64_t least = header.kind == ChunkKind::codes ? 0 : kept.least;
  const int width = width_of(kept, least);
  if (width < header.parameters.width) {
    buffer = narrowed<T>({header, payload_of(buffer)}, least, width);
    header.parameters.bias = unpacked_integer(header.parameters, least);
    header.parameters.width = static_cast<std::uint8_t>(width);
  }
  return ChunkWriter::finish(std::move(buffer), header, codec);
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
  return width <= kNarrowWidth ? pressed<std::int32_t>(view, *codec, keep, kept_rows)
                               : pressed<std::uint64_t>(view, *codec, keep, kept_rows);
}

}  // namespace neve::frame
