#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/families/trees/compact_tree.hpp"

namespace neve::algos::trees {

/// A model's trees: by iteration, then by class.
using TreeGrid = std::vector<std::vector<CompactTree>>;

/// A forest whose rows are asked about; shared with the model, or made for the question.
struct AskedForest {
  std::shared_ptr<const TreeGrid> trees;
  std::vector<std::int32_t> levels;  ///< per predictor; 0 for numbers
  bool has_classes = false;          ///< whether columns of trees name a class
  [[nodiscard]] std::size_t classes() const { return trees->empty() ? 1 : trees->front().size(); }
  [[nodiscard]] std::size_t columns() const { return trees->size() * classes(); }
  /// The tree of a column, and its name: "T1", or "T1.C1" where there are classes.
  [[nodiscard]] const CompactTree& tree(std::size_t column) const {
    return (*trees)[column / classes()][column % classes()];
  }
  [[nodiscard]] std::string name(std::size_t column) const;
};

/// Leaves of rows, one column for each tree: their numbers, or the way to them from the root.
class LeafAnswers final : public model::RowExplainer {
 public:
  LeafAnswers(AskedForest forest, bool as_paths)
      : forest_(std::move(forest)),
        as_paths_(as_paths),
        made_(forest_.columns()),
        codes_(forest_.columns()) {}
  [[nodiscard]] std::size_t count() const override { return forest_.columns(); }
  [[nodiscard]] bool has_levels(std::size_t /*index*/) const override { return as_paths_; }
  [[nodiscard]] Column column(std::size_t index) const override;
  void answer(const model::ScoreBlock& block, std::size_t first,
              std::span<const std::span<double>> out) const override;

 private:
  /// Of a tree's paths, by node.
  [[nodiscard]] const std::vector<std::int32_t>& codes(std::size_t column) const;
  AskedForest forest_;
  bool as_paths_;
  mutable std::vector<std::once_flag> made_;
  mutable std::vector<std::vector<std::int32_t>> codes_;  ///< of the trees that were asked for
};

/// How many tests of each predictor a row meets in all trees.
class FrequencyAnswers final : public model::RowExplainer {
 public:
  FrequencyAnswers(AskedForest forest, std::vector<std::string> predictors)
      : forest_(std::move(forest)), predictors_(std::move(predictors)) {}
  [[nodiscard]] std::size_t count() const override { return predictors_.size(); }
  [[nodiscard]] Column column(std::size_t index) const override { return {predictors_[index]}; }
  void answer(const model::ScoreBlock& block, std::size_t first,
              std::span<const std::span<double>> out) const override;

 private:
  AskedForest forest_;
  std::vector<std::string> predictors_;
};

/// Answers what any forest can be asked; null for the others.
std::unique_ptr<const model::RowExplainer> answers_of(model::RowQuestion question,
                                                      AskedForest forest,
                                                      const std::vector<std::string>& predictors);

}  // namespace neve::algos::trees
