#include "model/target_encoding.hpp"

#include <algorithm>
#include <utility>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>

namespace neve::model {
namespace {

[[noreturn]] void refuse(const Model& encoder, const std::string& why) {
  throw InputError::illegal_argument(
      "Target encoder '" + encoder.header.key + "' does not fit the training: " + why,
      {{"preprocessing", encoder.header.key}});
}

bool is_same(const frame::DomainPtr& left, const frame::DomainPtr& right) {
  return left == right || (left && right && *left == *right);
}

}  // namespace

TargetEncoding::TargetEncoding(const Order& order, ColumnRoles& roles)
    : order_(order), encoder_(order.encoder.column_encoder()) {
  NEVE_CHECK(encoder_ != nullptr, order.encoder.header.key + " is no target encoder");
  check(roles);
  Encoding encoding{.names = std::exchange(roles.predictors, {}),
                    .types = std::exchange(roles.types, {}),
                    .domains = std::exchange(roles.domains, {}),
                    .predictors = {}};
  const auto sources = static_cast<std::int32_t>(encoding.names.size());
  std::vector<bool> encoded(encoding.names.size());
  const std::vector<ColumnEncoder::Column> columns = encoder_->columns();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto at = std::ranges::find(encoding.names, columns[c].name) - encoding.names.begin();
    if (at == sources) continue;
    encoded[static_cast<std::size_t>(at)] = true;
    for (std::size_t output = 0; output < columns[c].outputs.size(); ++output)
      add_target(columns[c], {c, output, static_cast<std::int32_t>(at)}, encoding, roles);
  }
  for (std::int32_t s = 0; s < sources; ++s) {
    const auto at = static_cast<std::size_t>(s);
    if (encoded[at]) continue;
    encoding.predictors.push_back({.source = s});
    roles.predictors.push_back(encoding.names[at]);
    roles.types.push_back(encoding.types[at]);
    roles.domains.push_back(encoding.domains[at]);
  }
  if (!targets_.empty()) roles.encoding = std::move(encoding);
  if (!encoder_->fold_column().empty())
    folds_ = assign_folds(order.engine, order.parameters, order.training, 0, order.token);
}

void TargetEncoding::check(const ColumnRoles& roles) const {
  if (!roles.encoding.names.empty())
    refuse(order_.encoder, "categorical_encoding makes other columns of categories already.");
  const ColumnRoles& known = order_.encoder.header.roles;
  if (known.response != roles.response || !is_same(known.response_domain, roles.response_domain))
    refuse(order_.encoder, "it was trained for the response '" + known.response + "'.");
  const std::string folds = encoder_->fold_column();
  if (folds != order_.parameters.fold_column.name ||
      (folds.empty() && wants_folds(order_.parameters)))
    refuse(order_.encoder, "both must have the same fold_column, or none.");
}

void TargetEncoding::add_target(const ColumnEncoder::Column& of, const Target& target,
                                Encoding& encoding, ColumnRoles& roles) {
  const auto source = static_cast<std::size_t>(target.source);
  if (!is_same(of.domain, encoding.domains[source]))
    refuse(order_.encoder, "column '" + of.name + "' had other levels.");
  const std::string& name = of.outputs[target.output];
  if (order_.training.find(name))
    refuse(order_.encoder, "the training frame has a column '" + name + "' already.");
  targets_.push_back(target);
  encoding.predictors.push_back({.form = EncodedForm::target,
                                 .source = target.source,
                                 .numbers = encoder_->numbers(target.column, target.output, {})});
  roles.predictors.push_back(name);
  roles.types.push_back(frame::ColumnType::numeric);
  roles.domains.emplace_back(nullptr);
}

void TargetEncoding::set_fold(std::int32_t fold, ColumnRoles& roles) const {
  const std::int64_t told = folds_->told[static_cast<std::size_t>(fold)];
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    roles.encoding.predictors[t].numbers =
        encoder_->numbers(targets_[t].column, targets_[t].output, {&told, 1});
  }
}

std::vector<frame::Column> TargetEncoding::columns(std::optional<std::int32_t> held_out) const {
  // A run holds all that it writes of a row group as plain arrays, half a megabyte each.
  constexpr std::size_t kAtOnce = 16;
  std::vector<frame::Column> made;
  for (std::size_t begin = 0; begin < targets_.size(); begin += kAtOnce) {
    const auto batch =
        std::span(targets_).subspan(begin, std::min(kAtOnce, targets_.size() - begin));
    TargetTask::State state;
    mr::Inputs inputs{order_.training.layout, {folds_->column.id}};
    mr::RunOptions options;
    options.token = order_.token;
    std::int64_t numbers = 0;
    for (const Target& target : batch) {
      const ColumnEncoder::Column of = encoder_->columns()[target.column];
      state.columns.push_back(static_cast<std::int32_t>(inputs.columns.size()));
      inputs.columns.push_back(order_.training.column(order_.training.require(of.name)).id);
      options.outputs.emplace_back();
      numbers += std::ssize(*of.domain) * folds_->count;
    }
    const Reservation memory = order_.engine.budget().reserve(
        numbers * static_cast<std::int64_t>(sizeof(double)), "What levels are encoded as by fold");
    for (const Target& target : batch) {
      auto& of_folds = state.numbers.emplace_back();
      for (const std::int64_t own : folds_->told) {
        std::vector<std::int64_t> without = {own};
        if (held_out) without.push_back(folds_->told[static_cast<std::size_t>(*held_out)]);
        of_folds.push_back(encoder_->numbers(target.column, target.output, without));
        of_folds.back().pop_back();  // training rows have levels that the encoder knows
      }
    }
    std::ranges::move(order_.engine.run_with_outputs<TargetTask>(inputs, state, options).columns,
                      std::back_inserter(made));
  }
  return made;
}

Dataset TargetEncoding::main_rows(Dataset data) const {
  if (!folds_) return data;
  std::vector<frame::Column> made = columns(std::nullopt);
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    data.predictors[t] = static_cast<std::int32_t>(data.inputs.columns.size());
    data.levels[t] = {};
    data.inputs.columns.push_back(made[t].id);
    data.made.push_back(std::move(made[t]));
  }
  return data;
}

Dataset TargetEncoding::rows_of_fold(Dataset data, std::int32_t fold) const {
  std::vector<frame::Column> made = columns(fold);
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    data.inputs.columns[static_cast<std::size_t>(data.predictors[t])] = made[t].id;
    data.made.push_back(std::move(made[t]));
  }
  return data;
}

void TargetTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                     mr::Outputs& outputs) {
  const auto rows = static_cast<std::size_t>(group.rows);
  std::vector<std::int32_t> codes(rows);
  std::vector<double> folds(rows);
  group.columns[0].decode(0, folds);
  for (std::size_t k = 0; k < state.columns.size(); ++k) {
    group.columns[static_cast<std::size_t>(state.columns[k])].decode_codes(0, codes);
    const std::span<double> out = outputs.doubles(k);
    for (std::size_t row = 0; row < rows; ++row) {
      const std::vector<double>& numbers = state.numbers[k][static_cast<std::size_t>(folds[row])];
      out[row] = codes[row] < 0 ? numbers.back() : numbers[static_cast<std::size_t>(codes[row])];
    }
  }
}

}  // namespace neve::model
