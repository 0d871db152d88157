#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>
#include <numeric>
#include <optional>

#include <neve/base/rng.hpp>
#include <neve/model/models.hpp>
#include <neve/munge/order.hpp>
#include <neve/munge/rows.hpp>

#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string automatic_metric(model::Category category) {
  if (category == model::Category::binomial) return "AUC";
  return category == model::Category::regression ? "RMSE" : "logloss";
}

/// The wire name of a metric that users write in small letters.
std::string metric_name(const std::string& asked, model::Category category) {
  static constexpr std::string_view kNames[] = {
      "AUC", "pr_auc", "MSE",     "RMSE", "rmsle",
      "mae", "r2",     "logloss", "Gini", "mean_per_class_error"};
  const std::string wanted = lower(asked);
  if (wanted == "auto") return automatic_metric(category);
  if (wanted == "aucpr") return "pr_auc";
  const auto* const found = std::ranges::find_if(
      kNames, [&](std::string_view n) { return lower(std::string(n)) == wanted; });
  return found == std::end(kNames) ? wanted : std::string(*found);
}

/// How much worse a model is where a column tells nothing: its metric with that column's values in
/// random rows against the metric as it is. Breiman, Random forests, Machine Learning 45 (2001).
class Permutation {
 public:
  Permutation(Evaluation& evaluation, model::ModelPtr model, std::string metric)
      : evaluation_(evaluation), model_(std::move(model)), metric_(std::move(metric)) {}

  std::vector<double> importance(const frame::Frame& frame,
                                 const std::vector<std::string>& features, std::int64_t samples,
                                 std::uint64_t seed) {
    const frame::Frame used =
        samples < 0 ? frame : munge::slice(evaluation_.engine(), shuffled(frame, seed), 0, samples);
    const double whole = samples < 0 ? measured_of_all(frame) : measured(used);
    std::vector<double> changes;
    for (std::size_t i = 0; i < features.size(); ++i) {
      const ColumnIndex at = used.require(features[i]);
      frame::Frame changed = used;
      const frame::Frame moved = munge::recut(
          evaluation_.engine(),
          shuffled(used.select(std::span(&at, 1)), CounterRng(seed).bits(i + 1)), used.layout);
      changed.columns[static_cast<std::size_t>(at.value())] = moved.columns.front();
      changes.push_back(std::abs(measured(changed) - whole));
    }
    return changes;
  }

 private:
  /// The rows in an order that follows from the seed.
  frame::Frame shuffled(const frame::Frame& frame, std::uint64_t seed) {
    LazyFrame keyed = lazy(frame);
    munge::Expression order;
    order.op = munge::Op::random;
    order.constant = std::bit_cast<double>(seed);
    keyed.add("", std::make_shared<const munge::Expression>(order));
    const frame::Frame ready = evaluation_.materialise(keyed);
    const munge::SortKey key{ready.columns.back()};
    frame::Frame sorted =
        munge::sort(evaluation_.engine(), ready, std::span(&key, 1), evaluation_.token());
    sorted.names.pop_back();
    sorted.columns.pop_back();
    return sorted;
  }
  /// The same in each run that takes all rows.
  double measured_of_all(const frame::Frame& frame) {
    if (!of_all_) of_all_ = measured(frame);
    return *of_all_;
  }
  double measured(const frame::Frame& frame) {
    std::vector<std::string> warnings;
    const auto metrics =
        evaluation_.models().performance(model_, frame, evaluation_.token(), warnings);
    const auto value = metrics.find(metric_);
    if (value && !std::isnan(*value)) return *value;
    bad_request("Permutation Variable Importance doesn't support " + metric_ + " for model " +
                model_->header.key + ".");
  }

  Evaluation& evaluation_;
  model::ModelPtr model_;
  std::string metric_;
  std::optional<double> of_all_;
};

std::vector<std::string> features_of(Arguments& arguments, const model::Model& model,
                                     const frame::Frame& frame) {
  const model::ColumnRoles& roles = model.header.roles;
  const std::vector<std::string>& known =
      roles.encoding.names.empty() ? roles.predictors : roles.encoding.names;
  if (arguments.is_empty_list(5)) {
    std::vector<std::string> all;
    std::ranges::copy_if(known, std::back_inserter(all),
                         [&](const std::string& name) { return frame.find(name).has_value(); });
    return all;
  }
  std::vector<std::string> asked = arguments.texts(5);
  for (const std::string& name : asked) {
    if (!frame.find(name))
      arguments.fail(5, "Feature " + name + " is not present in the provided frame!");
    if (std::ranges::find(known, name) == known.end())
      arguments.fail(5, "Feature " + name + " wasn't used for training!");
  }
  return asked;
}

std::vector<std::size_t> falling_order(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return values[i]; });
  return order;
}

/// Rows by falling importance in the first run.
LazyFrame as_frame(Evaluation& evaluation, const std::vector<std::string>& features,
                   const std::vector<std::vector<double>>& runs) {
  const std::vector<std::size_t> order = falling_order(runs.front());
  std::vector<Evaluation::NewColumn> columns(1);
  columns[0].name = "Variable";
  columns[0].texts.emplace();
  for (const std::size_t i : order) columns[0].texts->push_back(features[i]);
  const auto add = [&](const std::string& name, const std::vector<double>& values, double scale) {
    Evaluation::NewColumn column{.name = name};
    for (const std::size_t i : order) column.numbers.push_back(values[i] / scale);
    columns.push_back(std::move(column));
  };
  if (runs.size() > 1) {
    for (std::size_t run = 0; run < runs.size(); ++run)
      add("Run " + std::to_string(run + 1), runs[run], 1);
    return evaluation.new_frame(columns);
  }
  const std::vector<double>& once = runs.front();
  const double sum = std::accumulate(once.begin(), once.end(), 0.0);
  const double most = once.empty() ? 0 : *std::ranges::max_element(once);
  add("Relative Importance", once, 1);
  add("Scaled Importance", once, most > 0 ? most : 1);
  add("Percentage", once, sum > 0 ? sum : 1);
  return evaluation.new_frame(columns);
}

Value permutation_importance(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const model::ModelPtr model = evaluation.models().require(arguments.word(0), "model");
  const frame::Frame frame = arguments.table(1);
  if (model->header.roles.response.empty() || !frame.find(model->header.roles.response))
    arguments.fail(1, "Frame must contain the response column of the model.");
  if (frame.rows() < 2) arguments.fail(1, "Frame must contain more than 1 row.");
  const std::int64_t samples = arguments.integer(3);
  if (samples < -1 || samples == 0 || samples == 1 || samples > frame.rows()) {
    arguments.fail(3,
                   "n_samples has to be either -1 to use the whole frame or greater than 2 and "
                   "lower than or equal to the number of rows of the provided frame!");
  }
  const std::int64_t repeats = arguments.integer(4);
  if (repeats < 1) arguments.fail(4, "n_repeats must be greater than 0!");
  const std::vector<std::string> features = features_of(arguments, *model, frame);
  const std::int64_t seed = arguments.integer(6);
  const std::uint64_t first =
      seed == -1 ? static_cast<std::uint64_t>(draw_seed()) : static_cast<std::uint64_t>(seed);
  Permutation permutation(evaluation, model,
                          metric_name(arguments.text(2), model->header.category));
  std::vector<std::vector<double>> runs;
  for (std::int64_t run = 0; run < repeats; ++run) {
    runs.push_back(
        permutation.importance(frame, features, samples, first + static_cast<std::uint64_t>(run)));
  }
  return as_frame(evaluation, features, runs);
}

}  // namespace

const PrimGroup& permutation_importance() {
  static const PrimGroup kGroup{{
      {{"PermutationVarImp"},
       "model frame metric n_samples n_repeats features seed",
       "How much worse a model gets where the values of a column are in random rows.",
       permutation_importance},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
