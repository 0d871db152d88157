#include <neve/model/metrics/multinomial.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include <neve/base/error.hpp>
#include <neve/base/math.hpp>

#include "model/metrics/column_blocks.hpp"
#include "model/metrics/confusion_table.hpp"
#include "model/metrics/multinomial_task.hpp"
#include "model/metrics/schema_parts.hpp"

namespace neve::model::metrics {
namespace {

constexpr double kSmallestProbability = 1e-15;  // bounds the logarithmic loss, as in H2O-3
constexpr std::size_t kMostHits = 10;           // rows of the hit ratio table, as in H2O-3

/// How many classes come before `code` when classes are guessed by falling probability.
std::size_t rank_of(std::span<const double> row, std::size_t code) {
  std::size_t before = 0;
  for (std::size_t k = 0; k < row.size(); ++k) {
    before += static_cast<std::size_t>(row[k] > row[code] || (row[k] == row[code] && k < code));
  }
  return before;
}

void resize_all(MultinomialPartial& partial, std::size_t classes) {
  partial.actual.resize(classes);
  partial.right.resize(classes);
  partial.hits.resize(std::min(classes, kMostHits));
  if (classes <= kMostConfusionClasses) partial.confusion.resize(classes * classes);
  if (partial.keeps_scores) partial.scores.resize(classes * classes);
}

void add_all(std::vector<double>& left, const std::vector<double>& right) {
  for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
}

/// Variance of the class as a number, which is what r2 is measured against.
double variance_of_code(const MultinomialPartial& partial) {
  double mean = 0;
  for (std::size_t k = 0; k < partial.actual.size(); ++k)
    mean += partial.actual[k] * static_cast<double>(k);
  mean /= partial.weight;
  double squares = 0;
  for (std::size_t k = 0; k < partial.actual.size(); ++k) {
    const double apart = static_cast<double>(k) - mean;
    squares += partial.actual[k] * apart * apart;
  }
  return squares / partial.weight;
}

schema::Table hit_ratio_table(const MultinomialPartial& partial) {
  schema::Table table{
      .name = "Top-" + std::to_string(partial.hits.size()) + " Hit Ratios",
      .description = {},
      .columns = {{"k", "string", "%s", "K", {}}, {"hit_ratio", "float", "%f", "Hit Ratio", {}}}};
  double sum = 0;
  for (std::size_t k = 0; k < partial.hits.size(); ++k) {
    sum += partial.hits[k];
    table.add_row({std::to_string(k + 1), static_cast<float>(sum / partial.weight)});
  }
  return table;
}

double mean_class_error(const MultinomialPartial& partial) {
  double errors = 0;
  for (std::size_t k = 0; k < partial.actual.size(); ++k) {
    if (partial.actual[k] != 0)
      errors += (partial.actual[k] - partial.right[k]) / partial.actual[k];
  }
  return errors / static_cast<double>(partial.actual.size());
}

}  // namespace

void MultinomialPartial::add_row(std::span<const double> row, std::size_t code, double row_weight) {
  const double error = 1 - row[code];
  ++rows;
  weight += row_weight;
  squared_error += row_weight * error * error;
  log_error -= row_weight * math::log(std::max(kSmallestProbability, row[code]));
  actual[code] += row_weight;
  const std::size_t rank = rank_of(row, code);
  if (rank < hits.size()) hits[rank] += row_weight;
  if (rank == 0) right[code] += row_weight;
  for (std::size_t k = 0; keeps_scores && k < row.size(); ++k) {
    scores[code * row.size() + k].add(row[k], row_weight);
  }
  if (confusion.empty()) return;
  const auto guess = static_cast<std::size_t>(std::ranges::max_element(row) - row.begin());
  confusion[code * row.size() + guess] += row_weight;
}

void MultinomialPartial::add_rows(std::span<const std::span<const double>> probabilities,
                                  std::span<const double> codes, std::span<const double> weights) {
  const std::size_t classes = probabilities.size();
  if (actual.empty()) resize_all(*this, classes);
  NEVE_CHECK(actual.size() == classes, "rows of another number of classes");
  std::vector<double> row(classes);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const double row_weight = weights.empty() ? 1 : weights[i];
    const bool in_domain = codes[i] >= 0 && codes[i] < static_cast<double>(classes);
    if (!in_domain || !(row_weight > 0)) continue;
    for (std::size_t k = 0; k < classes; ++k) row[k] = probabilities[k][i];
    if (std::ranges::any_of(row, [](double p) { return std::isnan(p); })) continue;
    add_row(row, static_cast<std::size_t>(codes[i]), row_weight);
  }
}

void MultinomialPartial::merge(const MultinomialPartial& other) {
  if (other.actual.empty()) return;
  keeps_scores = keeps_scores || other.keeps_scores;
  if (actual.empty()) resize_all(*this, other.actual.size());
  rows += other.rows;
  weight += other.weight;
  squared_error += other.squared_error;
  log_error += other.log_error;
  add_all(actual, other.actual);
  add_all(right, other.right);
  add_all(hits, other.hits);
  add_all(confusion, other.confusion);
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i].append(other.scores[i]);
}

Multinomial finish_multinomial(const MultinomialPartial& partial,
                               const std::vector<std::string>& domain) {
  Multinomial out;
  out.model_category = Category::multinomial;
  out.nobs = partial.rows;
  // Clients show it even where no row counts.
  if (!partial.confusion.empty())
    out.cm = ConfusionMatrix{confusion_table(partial.confusion, domain)};
  if (partial.weight == 0) return out;
  NEVE_CHECK(partial.actual.size() == domain.size(), "multinomial metrics of another domain");
  out.MSE = partial.squared_error / partial.weight;
  out.RMSE = std::sqrt(out.MSE);
  out.logloss = partial.log_error / partial.weight;
  out.r2 = 1 - out.MSE / variance_of_code(partial);
  out.mean_per_class_error = mean_class_error(partial);
  const double right = std::accumulate(partial.right.begin(), partial.right.end(), 0.0);
  out.classification_error = (partial.weight - right) / partial.weight;
  out.hit_ratio_table = hit_ratio_table(partial);
  return out;
}

MultinomialPartial MultinomialTask::zero(const State& state) {
  MultinomialPartial partial;
  partial.keeps_scores = state.keeps_scores;
  return partial;
}

std::int64_t MultinomialTask::partial_bytes(const State& state) {
  const std::int64_t classes = state.classes;
  const bool confusion = state.classes <= kMostConfusionClasses;
  return static_cast<std::int64_t>(sizeof(double)) *
         (confusion ? classes * (classes + 2) : 2 * classes);
}

void MultinomialTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  for_blocks(group, [&](std::span<const std::span<const double>> columns) {
    partial.add_rows(columns.first(state.classes), columns[state.classes],
                     optional_column(columns, state.classes + 1));
  });
}

Multinomial compute_multinomial(mr::Engine& engine, const MultinomialInputs& inputs,
                                const job::TokenPtr& token) {
  std::vector<ColumnId> columns = inputs.probabilities;
  columns.push_back(inputs.actual);
  mr::RunOptions options;
  options.token = token;
  const std::size_t classes = inputs.probabilities.size();
  const bool aucs = wants_auc(inputs.auc_type, classes);
  Reservation memory;
  if (aucs) {
    // Each score in the result, and in the curve of its class against the rest.
    const auto scores = inputs.layout->rows() * static_cast<std::int64_t>(classes);
    memory = engine.budget().reserve(scores * 16 + inputs.layout->rows() * 48, "multinomial AUC");
  }
  const auto partial =
      engine.run<MultinomialTask>(inputs_with(inputs.layout, std::move(columns), inputs.weights),
                                  {static_cast<std::uint32_t>(classes), aucs}, options);
  Multinomial out = finish_multinomial(partial, inputs.domain);
  finish_aucs(engine.pool(), partial, inputs.domain, inputs.auc_type, out);
  return out;
}

const schema::Schema& Multinomial::schema() {
  using M = Multinomial;
  static const schema::Schema kSchema =
      family_schema<M>("ModelMetricsMultinomialV3", "ModelMetricsMultinomial", "ModelMetricsBaseV3")
          .field<&M::r2>("Share of the class number's variance that the probabilities explain.")
          .field<&M::hit_ratio_table>("Share of rows whose class is among the k likeliest.")
          .field<&M::cm>("Confusion matrix.")
          .as_type("ConfusionMatrix", "ConfusionMatrixV3")
          .field<&M::logloss>("Mean negative logarithm of the actual class's probability.")
          .field<&M::loglikelihood>("Log-likelihood, where the algorithm has one.")
          .field<&M::AIC>("Akaike's information criterion, where the algorithm has one.")
          .field<&M::mean_per_class_error>("Mean over classes of the share of wrong labels.")
          .field<&M::AUC>("Mean area under ROC curves of pairs of classes, where it is asked for.")
          .field<&M::pr_auc>("Mean area under precision-recall curves, where it is asked for.")
          .field<&M::multinomial_auc_table>("Areas under the ROC curves of pairs of classes.")
          .field<&M::multinomial_aucpr_table>(
              "Areas under the precision-recall curves of pairs of classes.");
  return kSchema;
}

const schema::Schema& OrdinalGlm::schema() {
  using M = Multinomial;
  static const schema::Schema kSchema = with_deviances(
      family_schema<OrdinalGlm>("ModelMetricsOrdinalGLMV3", "ModelMetricsOrdinalGLM",
                                "ModelMetricsOrdinalV3")
          .inherit<&M::r2, &M::hit_ratio_table, &M::cm, &M::logloss, &M::loglikelihood, &M::AIC,
                   &M::mean_per_class_error>(M::schema()));
  return kSchema;
}

const schema::Schema& MultinomialGlm::schema() {
  using M = Multinomial;
  static const schema::Schema kSchema = with_deviances(
      family_schema<MultinomialGlm>("ModelMetricsMultinomialGLMV3", "ModelMetricsMultinomialGLM",
                                    "ModelMetricsMultinomialV3")
          .inherit<&M::r2, &M::hit_ratio_table, &M::cm, &M::logloss, &M::loglikelihood, &M::AIC,
                   &M::mean_per_class_error, &M::AUC, &M::pr_auc, &M::multinomial_auc_table,
                   &M::multinomial_aucpr_table>(M::schema()));
  return kSchema;
}

}  // namespace neve::model::metrics
