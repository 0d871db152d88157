#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/error.hpp>

#include "algos/targetencoder/targetencoder_model.hpp"

namespace neve::algos::targetencoder {
namespace {

[[noreturn]] void refuse(const TargetEncoderModel& model, const std::string& why) {
  throw InputError::illegal_argument(
      "Target encoder '" + model.header.key + "' cannot be a part of other models: " + why,
      {{"model", model.header.key}});
}

/// A model's numbers level by level, as transform() gives them to rows.
class LevelNumbers final : public model::ColumnEncoder {
 public:
  explicit LevelNumbers(const TargetEncoderModel& model) : rules_(model.rules) {
    if (rules_.leakage == LeakageHandling::k_fold) fold_column_ = model.fold_column;
    is_class_ = model.header.roles.classes() > 1;
    for (const GroupEncoding& group : model.groups) {
      columns_.push_back({group.columns.front(), group.domains.front(), group.outputs});
      cells_.push_back(group.cells);
      overall_.push_back(overall_of(group.cells));
    }
  }
  [[nodiscard]] std::vector<Column> columns() const override { return columns_; }
  [[nodiscard]] std::string fold_column() const override { return fold_column_; }
  [[nodiscard]] std::vector<double> numbers(
      std::size_t column, std::size_t output,
      std::span<const std::int64_t> without_folds) const override {
    NEVE_CHECK(without_folds.size() <= 2, "at most two folds are left out");
    EncodingRules rules = rules_;
    if (without_folds.empty()) rules.leakage = LeakageHandling::none;
    const auto levels = static_cast<std::uint64_t>(columns_[column].domain->size());
    const LookUp look_up(cells_[column], overall_[column], rules, levels);
    LookUp::Row row;
    if (!without_folds.empty()) row.fold = without_folds.front();
    if (without_folds.size() > 1) row.held_out = without_folds.back();
    std::vector<double> made;
    for (std::uint64_t key = 0; key < levels + 2; ++key) {
      row.key = key <= levels ? key : Group::kUnseen;
      made.push_back(look_up.encode(row, output, is_class_).value);
    }
    return made;
  }

 private:
  EncodingRules rules_;
  std::string fold_column_;
  bool is_class_ = false;
  std::vector<Column> columns_;
  std::vector<Cells> cells_;
  std::vector<Overall> overall_;
};

}  // namespace

std::unique_ptr<const model::ColumnEncoder> TargetEncoderModel::column_encoder() const {
  if (rules.noise != 0) refuse(*this, "train it with noise 0.");
  if (rules.leakage == LeakageHandling::leave_one_out)
    refuse(*this, "its data_leakage_handling must be KFold or None.");
  if (std::ranges::any_of(groups, [](const auto& group) { return group.columns.size() != 1; }))
    refuse(*this, "it must encode each column by itself.");
  return std::make_unique<LevelNumbers>(*this);
}

}  // namespace neve::algos::targetencoder
