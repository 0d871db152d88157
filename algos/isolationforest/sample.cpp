#include "algos/isolationforest/sample.hpp"

#include "algos/families/trees/compact_tree.hpp"

namespace neve::algos::isolationforest {

void KeyForm::append(const model::ScoreBlock& block, std::span<const std::int32_t> levels,
                     std::vector<Value>& keys) {
  trees::RowKeys of_block;
  trees::fill_keys(block, levels, of_block);
  keys.insert(keys.end(), of_block.row(0), of_block.row(0) + block.rows * of_block.columns());
}

}  // namespace neve::algos::isolationforest
