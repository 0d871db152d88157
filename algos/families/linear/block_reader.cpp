#include "algos/families/linear/block_reader.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

namespace neve::algos::linear {

namespace {

template <class T>
std::int64_t bytes_of(const std::vector<T>& values) {
  return static_cast<std::int64_t>(values.capacity() * sizeof(T));
}

std::vector<double> zeros_of(const Design& design) {
  std::vector<double> zeros;
  zeros.reserve(design.numerics.size());
  for (const NumericTerm& term : design.numerics) zeros.push_back(-term.center / term.scale);
  return zeros;
}

std::vector<double> factors_of(const Design& design) {
  std::vector<double> factors;
  factors.reserve(design.numerics.size());
  for (const NumericTerm& term : design.numerics) factors.push_back(1 / term.scale);
  return factors;
}

}  // namespace

std::int64_t Block::byte_size() const {
  return bytes_of(codes) + bytes_of(numerics) + bytes_of(stored_rows) + bytes_of(stored_values) +
         bytes_of(stored_ends) + bytes_of(response) + bytes_of(weights) + bytes_of(offset);
}

std::int64_t KeptBlocks::byte_size() const {
  std::int64_t total = bytes_of(blocks) + bytes_of(places);
  for (const KeptBlock& kept : blocks) total += kept.block.byte_size() + kept.stored.byte_size();
  return total;
}

std::int64_t kept_bytes(const Design& design, std::int64_t rows, std::int64_t stored) {
  constexpr auto kRows = static_cast<std::int64_t>(BlockReader::kRows);
  constexpr auto kCell = static_cast<std::int64_t>(sizeof(std::uint16_t) + sizeof(double));
  constexpr auto kRoles = static_cast<std::int64_t>(3 * sizeof(double));
  const auto numerics = std::ssize(design.numerics);
  const auto categoricals = std::ssize(design.categoricals);
  const std::int64_t ends = rows * numerics * static_cast<std::int64_t>(sizeof(std::uint32_t));
  return stored * kCell + ends / kRows + rows * (kRoles + 4 * categoricals);
}

BlockReader::BlockReader(const Design& design, const mr::RowGroup& group, Zeros zeros, Codes codes)
    : design_(design),
      group_(group),
      codes_wanted_(codes),
      block_(&read_),
      factors_(factors_of(design)),
      zeros_(zeros_of(design)),
      places_(design.numerics.size()) {
  NEVE_CHECK(group.columns.size() == design.input_count(), "columns do not fit the design");
  std::size_t arrays = 0;
  for (std::size_t j = 0; j < places_.size(); ++j) {
    const frame::Chunk& chunk = group.columns[design.categoricals.size() + j];
    places_[j] = zeros == Zeros::left_out && chunk.is_sparse() ? kSparse : arrays++;
  }
  read_.numerics.resize(arrays * kRows);
  read_.codes.resize(design.categoricals.size() * kRows);
  read_.stored_ends.resize(design.numerics.size(), 0);
  read_.response.resize(kRows, 1.0);
  read_.weights.resize(kRows, 1.0);
  read_.offset.resize(kRows, 0.0);
}

BlockReader::BlockReader(const Design& design, const mr::RowGroup& group, const KeptBlocks& kept)
    : design_(design),
      group_(group),
      codes_wanted_(Codes::read),
      kept_(&kept),
      block_(&read_),
      factors_(factors_of(design)),
      zeros_(zeros_of(design)) {
  std::size_t most = 0;
  for (const KeptBlock& block : kept.blocks) most = std::max(most, block.block.stored_rows.size());
  read_.stored_values.resize(most);
  read_.weights.resize(kRows, 1.0);
  read_.offset.resize(kRows, 0.0);
}

KeptBlocks BlockReader::keep(const Design& design, const mr::RowGroup& group) {
  BlockReader reader(design, group, Zeros::left_out);
  reader.factors_.assign(design.numerics.size(), 1.0);
  KeptBlocks kept;
  kept.places = reader.places_;
  kept.blocks.reserve((static_cast<std::size_t>(group.rows) + kRows - 1) / kRows);
  while (reader.next()) kept.blocks.push_back(reader.trimmed());
  return kept;
}

/// The present block, without the room that further ones may need.
KeptBlock BlockReader::trimmed() const {
  const std::size_t count = read_.stored_ends.empty() ? 0 : read_.stored_ends.back();
  const auto first = [](const auto& values, std::size_t n) {
    return std::decay_t<decltype(values)>(values.begin(),
                                          values.begin() + static_cast<std::ptrdiff_t>(n));
  };
  auto weights = first(read_.weights, read_.rows);
  if (std::ranges::all_of(weights, [](double weight) { return weight == 1; })) weights = {};
  return {.block = {.rows = read_.rows,
                    .codes = read_.codes,
                    .numerics = read_.numerics,
                    .stored_rows = first(read_.stored_rows, count),
                    .stored_values = {},
                    .stored_ends = read_.stored_ends,
                    .response = first(read_.response, read_.rows),
                    .weights = std::move(weights),
                    .offset = first(read_.offset, design_.has_offset ? read_.rows : 0)},
          .stored = {std::span(read_.stored_values).first(count), read_.stored_ends}};
}

bool BlockReader::next() {
  begin_ += static_cast<std::int64_t>(block_->rows);
  if (kept_ != nullptr) {
    const auto at = static_cast<std::size_t>(begin_) / kRows;
    if (begin_ == group_.rows) return false;
    const KeptBlock& kept = kept_->blocks[at];
    block_ = &kept.block;
    kept.stored.read(block_->stored_ends, factors_, read_.stored_values);
    return true;
  }
  read_.rows = static_cast<std::size_t>(
      std::min<std::int64_t>(static_cast<std::int64_t>(kRows), group_.rows - begin_));
  if (read_.rows == 0) return false;
  read_roles();
  const bool codes = codes_wanted_ == Codes::read;
  for (std::size_t c = 0; codes && c < design_.categoricals.size(); ++c) {
    read_categorical(c, {read_.codes.data() + c * kRows, read_.rows});
  }
  for (std::size_t j = 0; j < design_.numerics.size(); ++j) {
    if (is_sparse(j)) {
      read_stored(j);
    } else {
      read_numeric(j, {read_.numerics.data() + places_[j] * kRows, read_.rows});
      read_.stored_ends[j] = j == 0 ? 0 : read_.stored_ends[j - 1];
    }
  }
  return true;
}

/// Weights first: whatever else is missing sets them to 0.
void BlockReader::read_roles() {
  std::size_t column = design_.categoricals.size() + design_.numerics.size();
  const std::size_t response = column;
  if (design_.has_response) ++column;
  std::fill_n(read_.weights.begin(), read_.rows, 1.0);
  if (design_.has_weights) {
    group_.columns[column++].decode(begin_, std::span(read_.weights.data(), read_.rows));
    for (std::size_t i = 0; i < read_.rows; ++i) {
      if (std::isnan(read_.weights[i])) read_.weights[i] = 0;
    }
  }
  const auto fill = [&](std::vector<double>& values, double neutral) {
    for (std::size_t i = 0; i < read_.rows; ++i) {
      const double weight = std::isnan(values[i]) ? 0 : read_.weights[i];
      read_.weights[i] = weight;
      values[i] = weight == 0 ? neutral : values[i];
    }
  };
  if (design_.has_offset) {
    group_.columns[column].decode(begin_, std::span(read_.offset.data(), read_.rows));
    fill(read_.offset, 0.0);
  }
  if (design_.has_response) {
    group_.columns[response].decode(begin_, std::span(read_.response.data(), read_.rows));
    fill(read_.response, 1.0);
  }
}

void BlockReader::read_categorical(std::size_t c, std::span<std::int32_t> out) {
  const CategoricalTerm& term = design_.categoricals[c];
  group_.columns[c].decode_codes(begin_, out);
  const auto levels = static_cast<std::uint32_t>(term.level_count());
  std::uint32_t unknown = 0;
  for (const std::int32_t code : out)
    unknown |= static_cast<std::uint32_t>(code) >= levels ? 1U : 0U;
  if (unknown == 0) return;
  const bool skip = design_.missing == Missing::skip;
  for (std::size_t i = 0; i < read_.rows; ++i) {
    if (static_cast<std::uint32_t>(out[i]) < levels) continue;
    out[i] = term.fill;
    if (skip) read_.weights[i] = 0;
  }
}

void BlockReader::read_numeric(std::size_t j, std::span<double> out) {
  const NumericTerm& term = design_.numerics[j];
  const frame::Chunk& chunk = group_.columns[design_.categoricals.size() + j];
  chunk.decode(begin_, out);
  fill(chunk, term, out, nullptr);
  const double center = term.center;
  const double by = 1 / term.scale;
  for (double& value : out) value = (value - center) * by;
}

/// Stands in for missing values, of these rows, or of as many from the first one.
void BlockReader::fill(const frame::Chunk& chunk, const NumericTerm& term, std::span<double> values,
                       const std::uint32_t* rows) {
  if (chunk.missing() == 0) return;
  const bool skip = design_.missing == Missing::skip;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) continue;
    values[i] = term.fill;
    if (skip) read_.weights[rows != nullptr ? rows[i] : i] = 0;
  }
}

void BlockReader::read_stored(std::size_t j) {
  const NumericTerm& term = design_.numerics[j];
  const frame::Chunk& chunk = group_.columns[design_.categoricals.size() + j];
  const std::size_t begin = j == 0 ? 0 : read_.stored_ends[j - 1];
  if (read_.stored_rows.size() < begin + read_.rows) {
    read_.stored_rows.resize(2 * (begin + read_.rows));
    read_.stored_values.resize(read_.stored_rows.size());
  }
  const auto rows = std::span(decoded_rows_).first(read_.rows);
  const auto values = std::span(read_.stored_values).subspan(begin, read_.rows);
  const std::size_t count = chunk.decode_stored(begin_, rows, values);
  fill(chunk, term, values.first(count), rows.data());
  const double by = factors_[j];
  for (std::size_t i = 0; i < count; ++i) {
    read_.stored_rows[begin + i] = static_cast<std::uint16_t>(rows[i]);
    values[i] *= by;
  }
  read_.stored_ends[j] = static_cast<std::uint32_t>(begin + count);
}

}  // namespace neve::algos::linear
