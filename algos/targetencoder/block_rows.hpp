#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "algos/targetencoder/cells.hpp"

namespace neve::algos::targetencoder {

/// Numbers values from 0 on in the order in which they come.
class Numbering {
 public:
  void of(std::span<const std::int64_t> values, std::span<std::uint64_t> out) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      out[i] = i > 0 && values[i] == values[i - 1]
                   ? out[i - 1]
                   : known_.try_emplace(values[i], known_.size()).first->second;
    }
  }

 private:
  std::unordered_map<std::int64_t, std::uint64_t> known_;
};

/// Responses and folds of a block of rows, beside their levels.
struct BlockRows {
  std::vector<double> response =
      std::vector<double>(model::ScoreBlock::kMostRows, frame::kMissingDouble);
  std::vector<std::int64_t> folds = std::vector<std::int64_t>(model::ScoreBlock::kMostRows);
  std::vector<std::uint64_t> fold_numbers =
      std::vector<std::uint64_t>(model::ScoreBlock::kMostRows);
  Numbering numbering;
  void read(const RowReader& reader, const mr::RowGroup& group, std::int64_t begin,
            std::size_t rows) {
    if (reader.response >= 0) reader.read_response(group, begin, std::span(response).first(rows));
    reader.read_folds(group, begin, std::span(folds).first(rows));
    numbering.of(std::span(folds).first(rows), fold_numbers);
  }
};

}  // namespace neve::algos::targetencoder
