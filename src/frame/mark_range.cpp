#include <cmath>
#include <limits>

#include <neve/base/error.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "frame/decimal.hpp"
#include "frame/packed_numbers.hpp"

namespace neve::frame {
namespace {

// Packed numbers in the order of the values that they stand for.
class Scale {
 public:
  explicit Scale(const ChunkView& view)
      : parameters_(view.parameters()),
        power_(view.holds_integers() ? 1 : power_of_ten(parameters_.exponent)),
        end_(largest_of_width(parameters_.width) + (view.has_missing() ? 0 : 1)) {}

  // The first packed number whose value is not below (or, `beyond`, is above) the bound; end()
  // where there is none.
  [[nodiscard]] std::uint64_t first(double bound, bool beyond) const {
    std::uint64_t low = 0;
    for (std::uint64_t count = end_; count > 0;) {
      const std::uint64_t half = count / 2;
      const double value = value_of(low + half);
      const bool before = beyond ? value <= bound : value < bound;
      low = before ? low + half + 1 : low;
      count = before ? count - half - 1 : half;
    }
    return low;
  }
  [[nodiscard]] std::uint64_t end() const { return end_; }

 private:
  // As decoding has it.
  [[nodiscard]] double value_of(std::uint64_t packed) const {
    return static_cast<double>(unpacked_integer(parameters_, packed)) / power_;
  }

  const CodecParameters& parameters_;
  double power_;
  std::uint64_t end_;  // the top number is missing where some are
};

}  // namespace

bool mark_range(const Chunk& chunk, const Range& range, std::span<std::uint8_t> marks) {
  NEVE_CHECK(static_cast<std::int64_t>(marks.size()) == chunk.rows(), "marks of another size");
  const ChunkView view = view_of(chunk.buffer()->bytes());
  const Codec* const codec = find_codec(view.header.codec);
  const bool packed = codec->name == "integers" || codec->name == "decimals";
  const int width = view.parameters().width;
  if (!packed || width == 0 || width > kNarrowWidth || std::isnan(range.bound)) return false;
  const Scale scale(view);
  const bool above = range.side == Range::Side::above || range.side == Range::Side::not_below;
  const bool beyond = range.side == Range::Side::above || range.side == Range::Side::not_above;
  const std::uint64_t cut = scale.first(range.bound, beyond);
  const auto low = static_cast<std::uint32_t>(above ? cut : 0);
  const auto count = static_cast<std::uint32_t>(above ? scale.end() - cut : cut);
  for_unpacked<std::int32_t>(view.payload, width, 0, marks.size(),
                             [&](std::size_t offset, std::span<const std::int32_t> block) {
                               std::uint8_t* const to = marks.data() + offset;
                               for (std::size_t i = 0; i < block.size(); ++i) {
                                 const auto above_low = static_cast<std::uint32_t>(block[i]) - low;
                                 to[i] = above_low < count ? 1 : 0;
                               }
                             });
  return true;
}

}  // namespace neve::frame
