#include "model/encoding.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/munge/rollups.hpp>

#include "model/encoding_tasks.hpp"

namespace neve::model {
namespace {

using frame::ColumnType;
using frame::Domain;
using frame::DomainPtr;

std::int32_t level_count(const DomainPtr& domain) {
  return static_cast<std::int32_t>(domain->size());
}

/// Makes the encoding of one training.
class Encoder {
 public:
  Encoder(mr::Engine& engine, const EncodingOrder& order, const frame::Frame& training,
          ColumnRoles& roles, const job::TokenPtr& token)
      : engine_(engine), order_(order), training_(training), roles_(roles), token_(token) {
    encoding_.names = std::move(roles.predictors);
    encoding_.types = std::move(roles.types);
    encoding_.domains = std::move(roles.domains);
    roles.predictors.clear();
    roles.types.clear();
    roles.domains.clear();
    for (const std::string& name : {roles.response, roles.weights, roles.offset})
      taken_.insert(name);
  }

  /// What becomes of each categorical column; others stay. `last`: categorical ones come last.
  void encode(void (*column)(Encoder&, std::int32_t), bool last) {
    const auto columns = static_cast<std::int32_t>(encoding_.names.size());
    for (std::int32_t c = 0; c < columns; ++c) {
      const bool categorical = domain(c) != nullptr;
      if (categorical && !last) column(*this, c);
      if (!categorical) keep(c);
    }
    for (std::int32_t c = 0; last && c < columns; ++c) {
      if (domain(c) != nullptr) column(*this, c);
    }
    roles_.encoding = std::move(encoding_);
  }

  void one_hot(std::int32_t c) {
    const Domain& levels = *domain(c);
    for (std::size_t level = 0; level <= levels.size(); ++level) {
      const std::string suffix = level < levels.size() ? levels[level] : "missing(NA)";
      add({.form = EncodedForm::indicator, .source = c, .which = static_cast<std::int32_t>(level)},
          name(c) + "." + suffix);
    }
  }
  void binary(std::int32_t c) {
    const auto digits = static_cast<std::int32_t>(std::bit_width(domain(c)->size()));
    for (std::int32_t digit = 0; digit < digits; ++digit) {
      add({.form = EncodedForm::bit, .source = c, .which = digit},
          name(c) + ":" + std::to_string(digit));
    }
  }
  void label(std::int32_t c) {
    const bool numbers = std::ranges::all_of(
        *domain(c), [](const std::string& level) { return whole_number(level).has_value(); });
    Encoded made{.form = numbers ? EncodedForm::text : EncodedForm::code, .source = c};
    for (const std::string& level : *domain(c)) {
      if (numbers) made.numbers.push_back(*whole_number(level));
    }
    add(std::move(made), name(c));
  }
  void eigen(std::int32_t c);
  void limited(std::int32_t c);

 private:
  [[nodiscard]] const std::string& name(std::int32_t c) const {
    return encoding_.names[static_cast<std::size_t>(c)];
  }
  [[nodiscard]] const DomainPtr& domain(std::int32_t c) const {
    return encoding_.domains[static_cast<std::size_t>(c)];
  }
  void keep(std::int32_t c) { add({.source = c}, name(c), domain(c)); }
  void add(Encoded made, std::string called, DomainPtr levels = nullptr) {
    constexpr std::size_t kMostPredictors = 100'000;
    if (encoding_.predictors.size() == kMostPredictors) {
      throw InputError::illegal_argument(
          "Parameter categorical_encoding would make more than " + std::to_string(kMostPredictors) +
              " predictors; column '" + name(made.source) + "' has " +
              std::to_string(level_count(domain(made.source))) +
              " levels. Choose Binary, LabelEncoder, EnumLimited or Enum.",
          {{"column", name(made.source)}});
    }
    // As H2O-3 makes names of columns unique.
    const std::string stem = called;
    for (int number = 0; !taken_.insert(called).second; ++number)
      called = stem + std::to_string(number);
    encoding_.predictors.push_back(std::move(made));
    roles_.predictors.push_back(std::move(called));
    roles_.types.push_back(levels ? ColumnType::categorical : ColumnType::numeric);
    roles_.domains.push_back(std::move(levels));
  }
  [[nodiscard]] std::vector<std::int64_t> rows_of_levels(std::int32_t c) const {
    const frame::Column& column = training_.column(training_.require(name(c)));
    return munge::level_counts(engine_, training_.layout, column);
  }

  mr::Engine& engine_;
  const EncodingOrder& order_;
  const frame::Frame& training_;
  ColumnRoles& roles_;
  const job::TokenPtr& token_;
  Encoding encoding_;
  std::set<std::string> taken_;
};

/// With levels' shares p, the scaled covariance of their indicators is I - s sᵀ, s the roots of the
/// shares: a projection. All that is orthogonal to s is an eigenvector of its one other eigenvalue;
/// this one is what the codes are projected to, which power iteration from them gives.
void Encoder::eigen(std::int32_t c) {
  const std::vector<std::int64_t> rows = rows_of_levels(c);
  const auto all = static_cast<double>(std::reduce(rows.begin(), rows.end()));
  double along = 0;
  std::vector<double> roots;
  for (std::size_t level = 0; level < rows.size(); ++level) {
    roots.push_back(all > 0 ? std::sqrt(static_cast<double>(rows[level]) / all) : 0);
    along += roots[level] * static_cast<double>(level);
  }
  Encoded made{.form = EncodedForm::number, .source = c};
  double squares = 0;
  for (std::size_t level = 0; level < rows.size(); ++level) {
    const double value = rows[level] == 0 ? 0 : static_cast<double>(level) - roots[level] * along;
    made.numbers.push_back(value);
    squares += value * value;
  }
  for (double& value : made.numbers)
    value = static_cast<double>(static_cast<float>(squares > 0 ? value / std::sqrt(squares) : 0));
  add(std::move(made), name(c) + ".Eigen");
}

/// The most frequent levels, most frequent first, and "other" for those that are not of them. A
/// level of one row has no code of its own, as in H2O-3.
void Encoder::limited(std::int32_t c) {
  static constexpr std::string_view kOther = "other";
  const Domain& levels = *domain(c);
  const auto most = static_cast<std::size_t>(order_.most_levels);
  const bool was_limited = levels.size() == most + 1 && levels.back() == kOther;
  if (levels.size() <= most || was_limited) {
    keep(c);
    return;
  }
  const std::vector<std::int64_t> rows = rows_of_levels(c);
  std::vector<std::size_t> order(levels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t level) { return rows[level]; });
  Domain kept;
  std::vector<std::int32_t> groups(levels.size() + 1, -1);
  for (std::size_t i = 0; i < most && rows[order[i]] >= 2; ++i) {
    groups[order[i]] = static_cast<std::int32_t>(kept.size());
    kept.push_back(levels[order[i]]);
  }
  const bool all_kept = kept.size() == levels.size() || rows[order[kept.size()]] == 0;
  const auto other = std::ranges::find(kept, kOther) - kept.begin();
  if (other == std::ssize(kept) && !all_kept) kept.emplace_back(kOther);
  for (std::int32_t& group : groups) group = group < 0 ? static_cast<std::int32_t>(other) : group;
  add({.form = EncodedForm::group, .source = c, .groups = std::move(groups)},
      name(c) + ".top_" + std::to_string(most) + "_levels",
      std::make_shared<const Domain>(std::move(kept)));
}

/// The domain of a column in the order of its levels' mean response. Levels of no row come where a
/// mean of 0 does.
DomainPtr sorted_by_response(mr::Engine& engine, const frame::Frame& training,
                             const ColumnRoles& roles, std::size_t predictor,
                             const job::TokenPtr& token) {
  std::vector<ColumnIndex> columns = {training.require(roles.predictors[predictor]),
                                      training.require(roles.response)};
  if (!roles.weights.empty()) columns.push_back(training.require(roles.weights));
  const Domain& levels = *roles.domains[predictor];
  mr::RunOptions options;
  options.token = token;
  const auto sums = engine.run<LevelSumTask>(
      mr::inputs_of(training, columns),
      {level_count(roles.domains[predictor]), !roles.weights.empty()}, options);
  std::vector<std::size_t> order(levels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t level) {
    return sums.weight[level] > 0 ? sums.response[level] / sums.weight[level] : 0;
  });
  Domain sorted;
  for (const std::size_t level : order) sorted.push_back(levels[level]);
  return std::make_shared<const Domain>(std::move(sorted));
}

using SchemeWork = void (*)(Encoder&, std::int32_t);
struct Scheme {
  CategoricalEncoding scheme;
  SchemeWork column;  ///< null: predictors are the frame's columns
  bool last;          ///< categorical columns come behind all others
};

/// The one table of encodings. SortByResponse changes the order of levels only; OneHotInternal is
/// the business of algorithms that work on numbers.
constexpr Scheme kSchemes[] = {
    {CategoricalEncoding::automatic, nullptr, false},
    {CategoricalEncoding::enumeration, nullptr, false},
    {CategoricalEncoding::one_hot_internal, nullptr, false},
    {CategoricalEncoding::sort_by_response, nullptr, false},
    {CategoricalEncoding::one_hot_explicit,
     [](Encoder& encoder, std::int32_t c) { encoder.one_hot(c); }, true},
    {CategoricalEncoding::binary, [](Encoder& encoder, std::int32_t c) { encoder.binary(c); },
     true},
    {CategoricalEncoding::eigen, [](Encoder& encoder, std::int32_t c) { encoder.eigen(c); }, false},
    {CategoricalEncoding::label_encoder, [](Encoder& encoder, std::int32_t c) { encoder.label(c); },
     false},
    {CategoricalEncoding::enum_limited,
     [](Encoder& encoder, std::int32_t c) { encoder.limited(c); }, false}};

}  // namespace

void encode_roles(mr::Engine& engine, const EncodingOrder& order, const frame::Frame& training,
                  ColumnRoles& roles, const job::TokenPtr& token) {
  if (order.scheme == CategoricalEncoding::sort_by_response) {
    for (std::size_t c = 0; c < roles.domains.size(); ++c) {
      if (!roles.domains[c] || level_count(roles.domains[c]) <= order.unsorted) continue;
      roles.domains[c] = sorted_by_response(engine, training, roles, c, token);
    }
    return;
  }
  const auto* scheme = std::ranges::find(kSchemes, order.scheme, &Scheme::scheme);
  if (scheme->column == nullptr) return;
  Encoder(engine, order, training, roles, token).encode(scheme->column, scheme->last);
}

Dataset with_encoded_columns(mr::Engine& engine, const ColumnRoles& roles, Dataset data,
                             const job::TokenPtr& token) {
  // A run holds all that it writes of a row group as plain arrays, half a megabyte each.
  constexpr std::size_t kAtOnce = 16;
  std::vector<std::size_t> encoded;
  for (std::size_t c = 0; c < data.levels.size(); ++c) {
    if (!data.levels[c].is_plain()) encoded.push_back(c);
  }
  for (std::size_t begin = 0; begin < encoded.size(); begin += kAtOnce) {
    const auto batch = std::span(encoded).subspan(begin, std::min(kAtOnce, encoded.size() - begin));
    ScorePlan plan;
    mr::Inputs inputs{data.inputs.layout, {}};
    mr::RunOptions options;
    options.token = token;
    for (const std::size_t c : batch) {
      plan.predictors.push_back(static_cast<std::int32_t>(inputs.columns.size()));
      inputs.columns.push_back(data.inputs.columns[static_cast<std::size_t>(data.predictors[c])]);
      plan.levels.push_back(data.levels[c]);
      plan.types.push_back(roles.types[c]);
      const bool codes = roles.types[c] == ColumnType::categorical;
      options.outputs.push_back({codes ? mr::OutputKind::codes : mr::OutputKind::doubles,
                                 roles.types[c], roles.domains[c]});
    }
    auto columns = engine.run_with_outputs<EncodeTask>(inputs, plan, options).columns;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      data.predictors[batch[i]] = static_cast<std::int32_t>(data.inputs.columns.size());
      data.levels[batch[i]] = {};
      data.inputs.columns.push_back(columns[i].id);
      data.made.push_back(std::move(columns[i]));
    }
  }
  return data;
}

}  // namespace neve::model
