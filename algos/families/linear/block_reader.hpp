#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/families/linear/design.hpp"
#include "algos/families/linear/stored_values.hpp"

namespace neve::algos::linear {

/// The arrays of a block of rows.
struct Block {
  std::size_t rows = 0;
  std::vector<std::int32_t> codes;         ///< of categorical columns, one behind the other
  std::vector<double> numerics;            ///< of numeric columns that are plain arrays, likewise
  std::vector<std::uint16_t> stored_rows;  ///< of all sparse columns, likewise
  std::vector<double> stored_values;       ///< of these
  std::vector<std::uint32_t> stored_ends;  ///< by numeric column
  std::vector<double> response;
  std::vector<double> weights;
  std::vector<double> offset;
  [[nodiscard]] std::int64_t byte_size() const;
};

/// A block for passes that are to read it again.
struct KeptBlock {
  Block block;          ///< without stored_values, weights that are all 1, and offsets of no column
  StoredValues stored;  ///< as the columns have them, not scaled
};

/// The blocks of a row group as a BlockReader that leaves zeros out has read them: flat arrays
/// instead of chunks that are looked up and decoded.
struct KeptBlocks {
  std::vector<KeptBlock> blocks;
  std::vector<std::size_t> places;  ///< of numeric columns, as the reader has them
  [[nodiscard]] std::int64_t byte_size() const;
};

/// Bytes of these for all rows of a design, about: `stored` cells of numerics.
std::int64_t kept_bytes(const Design& design, std::int64_t rows, std::int64_t stored);

/// Reads a row group a block at a time, as plain arrays that stay in the caches. Missing values are
/// filled in; a row that does not count (missing response, weight or offset, or a missing predictor
/// where the design skips those) has weight 0 and harmless values.
class BlockReader {
 public:
  static constexpr std::size_t kRows = 1024;
  enum class Zeros : std::uint8_t {
    written,  ///< every column is a plain array
    left_out  ///< columns whose chunk leaves zeros out are read by stored()
  };
  enum class Codes : std::uint8_t {
    read,
    left_out  ///< codes() may not be asked for, and what is missing there costs no row its weight
  };
  BlockReader(const BlockReader&) = delete;
  BlockReader& operator=(const BlockReader&) = delete;
  BlockReader(const Design& design, const mr::RowGroup& group, Zeros zeros = Zeros::written,
              Codes codes = Codes::read);
  /// Reads again what keep() gave, of a group whose columns need not be there.
  BlockReader(const Design& design, const mr::RowGroup& group, const KeptBlocks& kept);

  /// Reads a whole group; zeros are left out.
  static KeptBlocks keep(const Design& design, const mr::RowGroup& group);
  /// Goes to the next block; false after the last one.
  bool next();
  [[nodiscard]] std::size_t rows() const { return block_->rows; }
  [[nodiscard]] std::int64_t group_rows() const { return group_.rows; }
  /// First row of the block within the group.
  [[nodiscard]] std::int64_t begin() const { return begin_; }
  /// Levels, all within the term's.
  [[nodiscard]] std::span<const std::int32_t> codes(std::size_t categorical) const {
    return {block_->codes.data() + categorical * kRows, block_->rows};
  }
  /// (x - center) / scale; not of sparse columns.
  [[nodiscard]] std::span<const double> numeric(std::size_t index) const {
    return {block_->numerics.data() + places()[index] * kRows, block_->rows};
  }
  /// Whether a numeric column is read by stored() instead.
  [[nodiscard]] bool is_sparse(std::size_t index) const { return places()[index] == kSparse; }
  /// What a sparse column is where it is 0: -center / scale.
  [[nodiscard]] double zero(std::size_t index) const { return zeros_[index]; }
  /// Rows of the block where a sparse column is not 0, and by how much more than zero() it is
  /// there: x / scale.
  struct Stored {
    std::span<const std::uint16_t> rows;
    std::span<const double> values;
  };
  [[nodiscard]] Stored stored(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : block_->stored_ends[index - 1];
    const std::size_t count = block_->stored_ends[index] - begin;
    return {{block_->stored_rows.data() + begin, count},
            {read_.stored_values.data() + begin, count}};
  }
  [[nodiscard]] std::span<const double> response() const {
    return {block_->response.data(), block_->rows};
  }
  [[nodiscard]] std::span<const double> weights() const {
    return {(block_->weights.empty() ? read_ : *block_).weights.data(), block_->rows};
  }
  /// 0 where the design has no offset column.
  [[nodiscard]] std::span<const double> offset() const {
    return {(block_->offset.empty() ? read_ : *block_).offset.data(), block_->rows};
  }

 private:
  static constexpr std::size_t kSparse = ~std::size_t{0};
  void read_categorical(std::size_t c, std::span<std::int32_t> out);
  void read_numeric(std::size_t j, std::span<double> out);
  void read_stored(std::size_t j);
  void fill(const frame::Chunk& chunk, const NumericTerm& term, std::span<double> values,
            const std::uint32_t* rows);
  void read_roles();

  [[nodiscard]] const std::vector<std::size_t>& places() const {
    return kept_ == nullptr ? places_ : kept_->places;
  }
  [[nodiscard]] KeptBlock trimmed() const;

  const Design& design_;
  const mr::RowGroup& group_;
  Codes codes_wanted_;
  const KeptBlocks* kept_ = nullptr;
  std::int64_t begin_ = 0;
  const Block* block_;           // the present one: read_, or one that was kept
  Block read_;                   // of a kept block only what that does without
  std::vector<double> factors_;  // of stored values: 1 / scale, or 1 for those that are to be kept
  std::vector<double> zeros_;
  std::vector<std::size_t> places_;  // of numeric columns among the arrays
  std::array<std::uint32_t, kRows> decoded_rows_;
};

}  // namespace neve::algos::linear
