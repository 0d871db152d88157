#include "algos/families/linear/block_reader.hpp"

#include <algorithm>
#include <cmath>

namespace neve::algos::linear {

BlockReader::BlockReader(const Design& design, const mr::RowGroup& group)
    : design_(design),
      group_(group),
      codes_(design.categoricals.size() * kRows),
      numerics_(design.numerics.size() * kRows),
      response_(kRows, 1.0),
      weights_(kRows, 1.0),
      offset_(kRows, 0.0) {
  NEVE_CHECK(group.columns.size() == design.input_count(), "columns do not fit the design");
}

bool BlockReader::next() {
  begin_ += static_cast<std::int64_t>(rows_);
  rows_ = static_cast<std::size_t>(
      std::min<std::int64_t>(static_cast<std::int64_t>(kRows), group_.rows - begin_));
  if (rows_ == 0) return false;
  read_roles();
  for (std::size_t c = 0; c < design_.categoricals.size(); ++c) {
    read_categorical(c, {codes_.data() + c * kRows, rows_});
  }
  for (std::size_t j = 0; j < design_.numerics.size(); ++j) {
    read_numeric(j, {numerics_.data() + j * kRows, rows_});
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
  if (chunk.missing() != 0) {
    const bool skip = design_.missing == Missing::skip;
    for (std::size_t i = 0; i < rows_; ++i) {
      if (!std::isnan(out[i])) continue;
      out[i] = term.fill;
      if (skip) weights_[i] = 0;
    }
  }
  const double center = term.center;
  const double by = 1 / term.scale;
  for (double& value : out) value = (value - center) * by;
}

}  // namespace neve::algos::linear
