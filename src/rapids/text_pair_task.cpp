#include "rapids/text_pair_task.hpp"

#include <algorithm>

#include <neve/frame/chunk.hpp>

namespace neve::rapids {
namespace {

constexpr std::int64_t kBlock = 1024;

/// Texts of a block of rows, of a chunk of texts or of codes for levels.
class TextBlock {
 public:
  TextBlock(const frame::Chunk& chunk, const std::vector<std::string>& levels)
      : chunk_(chunk), levels_(levels) {}

  void read(std::int64_t begin, std::size_t rows) {
    texts_.resize(rows);
    missing_.resize(rows);
    if (chunk_.kind() != frame::ChunkKind::codes) {
      chunk_.decode_text(begin, texts_, missing_);
      return;
    }
    codes_.resize(rows);
    chunk_.decode_codes(begin, codes_);
    for (std::size_t i = 0; i < rows; ++i) {
      missing_[i] = codes_[i] == frame::kMissingCode ? 1 : 0;
      if (missing_[i] == 0) texts_[i] = levels_[static_cast<std::size_t>(codes_[i])];
    }
  }
  [[nodiscard]] bool missing(std::size_t row) const { return missing_[row] != 0; }
  [[nodiscard]] std::string_view text(std::size_t row) const { return texts_[row]; }

 private:
  const frame::Chunk& chunk_;
  const std::vector<std::string>& levels_;
  std::vector<std::string_view> texts_;
  std::vector<std::uint8_t> missing_;
  std::vector<std::int32_t> codes_;
};

}  // namespace

void TextPairTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                       mr::Outputs& outputs) {
  TextBlock left(group.columns[0], state.left_levels);
  TextBlock right(group.columns[1], state.right_levels);
  const auto made = outputs.doubles(0);
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlock) {
    const auto rows = static_cast<std::size_t>(std::min(kBlock, group.rows - begin));
    left.read(begin, rows);
    right.read(begin, rows);
    for (std::size_t i = 0; i < rows; ++i) {
      if (left.missing(i) || right.missing(i)) continue;
      const bool empty = left.text(i).empty() || right.text(i).empty();
      if (empty && !state.compare_empty) continue;
      made[static_cast<std::size_t>(begin) + i] =
          similarity(state.measure, left.text(i), right.text(i));
    }
  }
}

}  // namespace neve::rapids
