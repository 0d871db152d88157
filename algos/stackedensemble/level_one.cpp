#include "algos/stackedensemble/level_one.hpp"

#include <set>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/munge/evaluate.hpp>
#include <neve/munge/rows.hpp>

namespace neve::algos::stackedensemble {
namespace {

using munge::ExpressionPtr;
using munge::Op;

/// The logarithm of the odds; probabilities are kept off 0 and 1, as H2O-3 does.
ExpressionPtr logit(const frame::Column& column) {
  constexpr double kLeast = 1e-9;
  const ExpressionPtr probability = munge::binary(
      Op::minimum, munge::binary(Op::maximum, munge::column_of(column), munge::constant_of(kLeast)),
      munge::constant_of(1 - kLeast));
  const ExpressionPtr rest = munge::binary(Op::subtract, munge::constant_of(1), probability);
  return munge::unary(Op::log, munge::binary(Op::divide, probability, rest));
}

bool by_class(const model::Model& base) {
  return base.header.category == model::Category::multinomial;
}

/// Predictions that a metalearner sees of one model.
std::size_t width_of(const model::Model& base) { return by_class(base) ? base.outputs() : 1; }

}  // namespace

LevelOne::LevelOne(mr::Engine& engine, const frame::Frame& rows, Transform transform,
                   job::TokenPtr token)
    : engine_(engine), rows_(rows), transform_(transform), token_(std::move(token)) {
  made_.layout = rows.layout;
}

void LevelOne::add(const model::Model& base, const frame::Frame& predictions) {
  const bool classifies = model::is_classifier(base.header.category);
  const std::size_t labels = predictions.columns.front().is_categorical() ? 1 : 0;
  NEVE_CHECK(predictions.columns.size() >= labels + base.outputs());
  std::vector<ColumnIndex> picked;
  for (std::size_t k = 0; k < base.outputs(); ++k) {
    if (classifies && !by_class(base) && k == 0) continue;
    picked.emplace_back(static_cast<std::int32_t>(labels + k));
  }
  frame::Frame columns = predictions.select(picked);
  if (columns.layout->id != rows_.layout->id)
    columns = munge::recut(engine_, columns, rows_.layout);
  add_columns(base, std::move(columns.columns));
}

void LevelOne::add_scored(const model::Models& models, const model::ModelPtr& base, int nesting) {
  const model::Dataset data = model::adapt(base->header.roles, rows_, false);
  const model::ScoreRequest request{
      .labels = false, .token = token_, .models = &models, .nesting = nesting};
  add(*base, models.algorithm_of(*base).score(engine_, base, data, request).predictions);
}

void LevelOne::add_unused(const model::Model& base) {
  const std::vector<ExpressionPtr> zero = {munge::constant_of(0)};
  const auto column = munge::evaluate(engine_, rows_.layout, zero, token_).front();
  std::vector<frame::Column> columns(width_of(base), column);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    made_.add(by_class(base) ? base.header.key + "/" + base.output_names()[k] : base.header.key,
              columns[k]);
  }
}

void LevelOne::add_columns(const model::Model& base, std::vector<frame::Column> columns) {
  if (transform_ == Transform::logit) {
    std::vector<ExpressionPtr> transformed;
    for (const frame::Column& column : columns) transformed.push_back(logit(column));
    columns = munge::evaluate(engine_, rows_.layout, transformed, token_);
  }
  const std::string& key = base.header.key;
  const std::vector<std::string> classes = base.output_names();
  for (std::size_t k = 0; k < columns.size(); ++k)
    made_.add(by_class(base) ? key + "/" + classes[k] : key, std::move(columns[k]));
}

frame::Frame LevelOne::frame(std::string key, const OtherColumns& others) const {
  frame::Frame frame = made_;
  frame.key = std::move(key);
  for (const std::string* name :
       {&others.response, &others.weights, &others.offset, &others.folds}) {
    if (name->empty()) continue;
    if (const auto at = rows_.find(*name)) frame.add(*name, rows_.column(*at));
  }
  std::set<std::string> names;
  for (const std::string& name : frame.names) {
    if (names.insert(name).second) continue;
    throw InputError::illegal_argument("Two columns of the level-one frame would have the name '" +
                                           name + "'; give one of the base models another name.",
                                       {{"column", name}});
  }
  return frame;
}

}  // namespace neve::algos::stackedensemble
