#include "algos/families/linear/block_reader.hpp"

#include <algorithm>
#include <cmath>

namespace neve::algos::linear {

BlockReader::BlockReader(const Design& design, const mr::RowGroup& group, Zeros zeros, Codes codes)
    : design_(design),
      group_(group),
      codes_wanted_(codes),
      codes_(design.categoricals.size() * kRows),
      places_(design.numerics.size()),
      stored_ends_(design.numerics.size(), 0),
      response_(kRows, 1.0),
      weights_(kRows, 1.0),
      offset_(kRows, 0.0) {
  NEVE_CHECK(group.columns.size() == design.input_count(), "columns do not fit the design");
  std::size_t arrays = 0;
  for (std::size_t j = 0; j < places_.size(); ++j) {
    const frame::Chunk& chunk = group.columns[design.categoricals.size() + j];
    places_[j] = zeros == Zeros::left_out && chunk.is_sparse() ? kSparse : arrays++;
  }
  numerics_.resize(arrays * kRows);
}

double BlockReader::zero(std::size_t index) const {
  const NumericTerm& term = design_.numerics[index];
  return -term.center / term.scale;
}

bool BlockReader::next() {
  begin_ += static_cast<std::int64_t>(rows_);
  rows_ = static_cast<std::size_t>(
      std::min<std::int64_t>(static_cast<std::int64_t>(kRows), group_.rows - begin_));
  if (rows_ == 0) return false;
  read_roles();
  const bool codes = codes_wanted_ == Codes::read;
  for (std::size_t c = 0; codes && c < design_.categoricals.size(); ++c) {
    read_categorical(c, {codes_.data() + c * kRows, rows_});
  }
  for (std::size_t j = 0; j < design_.numerics.size(); ++j) {
    if (is_sparse(j)) {
      read_stored(j);
    } else {
      read_numeric(j, {numerics_.data() + places_[j] * kRows, rows_});
      stored_ends_[j] = j == 0 ? 0 : stored_ends_[j - 1];
    }
  }
  return true;
}

/// Weights first: whatever else is missing sets them to 0.
void BlockReader::read_roles() {
  std::size_t column = design_.categoricals.size() + design_.numerics.size();
  const std::size_t response = column;
  if (design_.has_response) ++column;
  std::fill_n(weights_.begin(), rows_, 1.0);
  if (design_.has_weights) {
    group_.columns[column++].decode(begin_, std::span(weights_.data(), rows_));
    for (std::size_t i = 0; i < rows_; ++i) {
      if (std::isnan(weights_[i])) weights_[i] = 0;
    }
  }
  const auto fill = [&](std::vector<double>& values, double neutral) {
    for (std::size_t i = 0; i < rows_; ++i) {
      const double weight = std::isnan(values[i]) ? 0 : weights_[i];
      weights_[i] = weight;
      values[i] = weight == 0 ? neutral : values[i];
    }
  };
  if (design_.has_offset) {
    group_.columns[column].decode(begin_, std::span(offset_.data(), rows_));
    fill(offset_, 0.0);
  }
  if (design_.has_response) {
    group_.columns[response].decode(begin_, std::span(response_.data(), rows_));
    fill(response_, 1.0);
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
  for (std::size_t i = 0; i < rows_; ++i) {
    if (static_cast<std::uint32_t>(out[i]) < levels) continue;
    out[i] = term.fill;
    if (skip) weights_[i] = 0;
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
    if (skip) weights_[rows != nullptr ? rows[i] : i] = 0;
  }
}

void BlockReader::read_stored(std::size_t j) {
  const NumericTerm& term = design_.numerics[j];
  const frame::Chunk& chunk = group_.columns[design_.categoricals.size() + j];
  const std::size_t begin = j == 0 ? 0 : stored_ends_[j - 1];
  if (stored_rows_.size() < begin + rows_) {
    stored_rows_.resize(2 * (begin + rows_));
    stored_values_.resize(stored_rows_.size());
  }
  const auto rows = std::span(stored_rows_).subspan(begin, rows_);
  const auto values = std::span(stored_values_).subspan(begin, rows_);
  const std::size_t count = chunk.decode_stored(begin_, rows, values);
  fill(chunk, term, values.first(count), rows.data());
  const double by = 1 / term.scale;
  for (double& value : values.first(count)) value *= by;
  stored_ends_[j] = begin + count;
}

}  // namespace neve::algos::linear
