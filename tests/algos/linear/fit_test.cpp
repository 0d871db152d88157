#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "algos/families/linear/inference.hpp"
#include "algos/families/linear/irls.hpp"
#include "algos/families/linear/prepare.hpp"
#include "algos/families/linear/tasks.hpp"
#include "algos/glm/session.hpp"
#include "mr/api/compute_node.hpp"

namespace {

using namespace neve;
using namespace neve::algos::linear;

constexpr std::int64_t kMemory = std::int64_t{1} << 30U;

/// The columns of golden/data.csv, levels as codes.
std::map<std::string, std::vector<double>> golden_data() {
  std::ifstream in(NEVE_SOURCE_DIR "/tests/algos/glm/golden/data.csv");
  std::map<std::string, std::vector<double>> data;
  std::vector<std::string> names;
  std::string line;
  for (bool header = true; std::getline(in, line); header = false) {
    std::istringstream cells(line);
    std::string cell;
    for (std::size_t c = 0; std::getline(cells, cell, ','); ++c) {
      if (header) {
        names.push_back(cell);
      } else {
        data[names[c]].push_back(names[c] == "g" ? cell[0] - 'a' : std::stod(cell));
      }
    }
  }
  return data;
}

struct Columns {
  std::vector<std::vector<double>> numerics;
  std::vector<std::vector<double>> categoricals;  ///< codes
  std::vector<double> response;
  std::vector<double> weights;
  std::vector<double> offset;
};

Columns golden_columns(const std::string& response) {
  auto data = golden_data();
  return {.numerics = {data["x1"], data["x2"]},
          .categoricals = {data["g"]},
          .response = data[response],
          .weights = {},
          .offset = {}};
}

/// A frame on short row groups, so that small data spans several.
class Table {
 public:
  Table(mr::Engine& engine, const Columns& columns, std::int64_t rows_each) : engine_(engine) {
    const auto rows = static_cast<std::int64_t>(columns.response.size());
    std::vector<std::int64_t> cuts;
    for (std::int64_t row = 0; row < rows; row += rows_each) cuts.push_back(row);
    cuts.push_back(rows);
    inputs_.layout = engine.new_layout(cuts);
    for (const auto& codes : columns.categoricals) add(codes, true);
    for (const auto& values : columns.numerics) add(values, false);
    add(columns.response, false);
    if (!columns.weights.empty()) add(columns.weights, false);
    if (!columns.offset.empty()) add(columns.offset, false);
  }
  [[nodiscard]] const mr::Inputs& inputs() const { return inputs_; }

 private:
  void add(const std::vector<double>& values, bool codes) {
    const ColumnId id = engine_.new_column_id();
    for (std::int32_t g = 0; g < inputs_.layout->groups(); ++g) {
      const auto first = values.begin() + inputs_.layout->first_row(GroupIndex(g));
      const std::vector<double> part(first, first + inputs_.layout->rows_of(GroupIndex(g)));
      const std::vector<std::int32_t> as_codes(part.begin(), part.end());
      engine_.put_chunk(*inputs_.layout, id, GroupIndex(g),
                        codes ? frame::encode_codes(as_codes) : frame::encode_doubles(part));
    }
    mr::OutputColumn kind;
    if (codes) {
      kind = {.kind = mr::OutputKind::codes, .type = frame::ColumnType::categorical};
    }
    columns_.push_back(engine_.adopt({&id, 1}, {&kind, 1})[0]);
    inputs_.columns.push_back(id);
  }
  mr::Engine& engine_;
  mr::Inputs inputs_;
  std::vector<frame::Column> columns_;
};

struct Settings {
  Response response;
  double lambda = 0;
  double alpha = 0;
  bool all_levels = false;
  bool intercept = true;
  int nodes = 1;
  int threads = 2;
  std::int64_t rows_each = 64;
};

struct Fitted {
  std::vector<double> raw;
  std::vector<double> scaled;
  std::vector<double> errors;
  double deviance = 0;
  double objective = 0;
  int iterations = 0;
  bool separated = false;
  linalg::Symmetric gram;
};

Design bare_design(const Columns& columns, const Settings& settings) {
  Design design;
  for (std::size_t c = 0; c < columns.categoricals.size(); ++c) {
    const auto& codes = columns.categoricals[c];
    CategoricalTerm term{.name = "c" + std::to_string(c), .levels = {}};
    const auto most = static_cast<std::size_t>(*std::max_element(codes.begin(), codes.end()));
    for (std::size_t l = 0; l <= most; ++l) term.levels.push_back(std::to_string(l));
    term.first_level = settings.all_levels ? 0 : 1;
    design.categoricals.push_back(term);
  }
  for (std::size_t j = 0; j < columns.numerics.size(); ++j) {
    design.numerics.push_back({.name = "x" + std::to_string(j)});
  }
  design.intercept = settings.intercept;
  design.has_weights = !columns.weights.empty();
  design.has_offset = !columns.offset.empty();
  return design;
}

Fitted fit(const Columns& columns, const Settings& settings) {
  mr::LocalCluster cluster(settings.nodes, settings.threads, kMemory, tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const Table table(engine, columns, settings.rows_each);
  const Prepared prepared = prepare(engine, table.inputs(), bare_design(columns, settings), {});
  const mr::ScratchLease scratch(engine);
  Surface surface({engine, table.inputs(), nullptr, scratch.id()}, prepared.design,
                  settings.response, 1 / prepared.moments.weight);
  const auto size = static_cast<std::size_t>(prepared.design.size());
  Penalty penalty{.l1 = std::vector<double>(size, settings.lambda * settings.alpha),
                  .l2 = std::vector<double>(size, settings.lambda * (1 - settings.alpha))};
  std::vector<double> beta(size, 0.0);
  if (settings.intercept) {
    penalty.l1.back() = penalty.l2.back() = 0;
    beta.back() = settings.response.eta_of(prepared.moments.response.mean);
  }
  Irls irls(surface, penalty, {.null_deviance = surface.likelihood(beta).deviance});
  FitState state = irls.start(beta, nullptr);
  while (irls.step(state)) {
  }
  Fitted made;
  made.raw = to_raw(prepared.design, state.beta);
  made.scaled = state.beta;
  made.deviance = state.here.deviance;
  made.objective = state.objective;
  made.iterations = state.iterations;
  made.separated = state.separated;
  made.gram = surface.gram(state.here.largest_weight);
  const double freedom = static_cast<double>(prepared.moments.rows) - static_cast<double>(size);
  const double dispersion = settings.response.fixed_dispersion() ? 1 : state.here.pearson / freedom;
  const auto covariance = raw_covariance(prepared.design, linalg::Cholesky(made.gram), dispersion);
  for (std::size_t j = 0; j < size; ++j) made.errors.push_back(std::sqrt(covariance.at(j, j)));
  return made;
}

void expect_golden(const std::string& name, const Fitted& fitted) {
  const auto golden = neve::testing::glm::golden(name, "expected.txt");
  ASSERT_FALSE(golden.empty());
  EXPECT_NEAR(fitted.deviance, golden.at("deviance")[0], 1e-9 * fitted.deviance) << name;
  const std::vector<std::string> names = {"g.b", "g.c", "g.d", "x1", "x2", "Intercept"};
  for (std::size_t j = 0; j < names.size(); ++j) {
    const auto& figures = golden.at(names[j]);
    EXPECT_NEAR(fitted.raw[j] / figures[0], 1, 1e-7) << name << " " << names[j];
    EXPECT_NEAR(fitted.errors[j] / figures[1], 1, 1e-8) << name << " " << names[j];
  }
}

TEST(Irls, AgreesWithIndependentSoftware) {
  const std::vector<std::pair<std::string, Settings>> cases = {
      {"gaussian", {.response = {Family::gaussian, Link::identity}}},
      {"binomial", {.response = {Family::binomial, Link::logit}}},
      {"poisson", {.response = {Family::poisson, Link::log}}},
      {"gamma", {.response = {Family::gamma, Link::inverse}}}};
  for (const auto& [name, settings] : cases) {
    expect_golden(name, fit(golden_columns(name), settings));
  }
  Settings log_gamma{.response = {Family::gamma, Link::log}};
  expect_golden("gamma_log", fit(golden_columns("gamma"), log_gamma));
  for (const std::string name : {"binomial", "poisson"}) {
    Settings settings{.response = {Family::binomial, Link::logit}};
    if (name == "poisson") settings.response = {Family::poisson, Link::log};
    Columns columns = golden_columns(name);
    columns.offset = golden_data()["offset"];
    expect_golden(name + "_offset", fit(columns, settings));
    columns.offset.clear();
    columns.weights = golden_data()["weight"];
    expect_golden(name + "_weight", fit(columns, settings));
  }
}

TEST(Irls, GivesTheSameBitsOnAnyThreadsAndNodes) {
  for (const double alpha : {0.0, 0.5}) {
    Settings settings{.response = {Family::binomial, Link::logit}, .lambda = 1e-3, .alpha = alpha};
    settings.all_levels = true;
    settings.threads = 1;
    const Columns columns = golden_columns("binomial");
    const Fitted expected = fit(columns, settings);
    const std::vector<std::pair<int, int>> shapes = {{1, 2}, {1, 3}, {1, 8}, {3, 2}};
    for (const auto& [nodes, threads] : shapes) {
      settings.nodes = nodes;
      settings.threads = threads;
      const Fitted other = fit(columns, settings);
      EXPECT_EQ(other.raw, expected.raw) << nodes << " nodes, " << threads << " threads";
      EXPECT_EQ(other.errors, expected.errors);
      EXPECT_EQ(other.deviance, expected.deviance);
    }
  }
}

/// Longley's data and certified values, NIST Statistical Reference Datasets.
TEST(Irls, LongleyToNineDigits) {
  const std::vector<std::vector<double>> rows = {{60323, 83.0, 234289, 2356, 1590, 107608, 1947},
                                                 {61122, 88.5, 259426, 2325, 1456, 108632, 1948},
                                                 {60171, 88.2, 258054, 3682, 1616, 109773, 1949},
                                                 {61187, 89.5, 284599, 3351, 1650, 110929, 1950},
                                                 {63221, 96.2, 328975, 2099, 3099, 112075, 1951},
                                                 {63639, 98.1, 346999, 1932, 3594, 113270, 1952},
                                                 {64989, 99.0, 365385, 1870, 3547, 115094, 1953},
                                                 {63761, 100.0, 363112, 3578, 3350, 116219, 1954},
                                                 {66019, 101.2, 397469, 2904, 3048, 117388, 1955},
                                                 {67857, 104.6, 419180, 2822, 2857, 118734, 1956},
                                                 {68169, 108.4, 442769, 2936, 2798, 120445, 1957},
                                                 {66513, 110.8, 444546, 4681, 2637, 121950, 1958},
                                                 {68655, 112.6, 482704, 3813, 2552, 123366, 1959},
                                                 {69564, 114.2, 502601, 3931, 2514, 125368, 1960},
                                                 {69331, 115.7, 518173, 4806, 2572, 127852, 1961},
                                                 {70551, 116.9, 554894, 4007, 2827, 130081, 1962}};
  Columns columns;
  columns.numerics.resize(6);
  for (const auto& row : rows) {
    columns.response.push_back(row[0]);
    for (std::size_t j = 0; j < 6; ++j) columns.numerics[j].push_back(row[j + 1]);
  }
  const std::vector<std::pair<double, double>> certified = {
      {15.0618722713733, 84.9149257747669},        {-0.358191792925910E-01, 0.334910077722432E-01},
      {-2.02022980381683, 0.488399681651699},      {-1.03322686717359, 0.214274163161675},
      {-0.511041056535807E-01, 0.226073200069370}, {1829.15146461355, 455.478499142212},
      {-3482258.63459582, 890420.383607373}};
  const Fitted fitted = fit(columns, {.response = {}, .rows_each = 5});
  for (std::size_t j = 0; j < certified.size(); ++j) {
    EXPECT_NEAR(fitted.raw[j] / certified[j].first, 1, 1e-9) << j;
    EXPECT_NEAR(fitted.errors[j] / certified[j].second, 1, 1e-9) << j;
  }
  EXPECT_NEAR(fitted.deviance / 836424.055505915, 1, 1e-9);
}

TEST(Irls, AShiftOfAPredictorLeavesItsSlope) {
  Columns columns = golden_columns("binomial");
  for (double& x : columns.numerics[0]) x = std::round(x * 16) / 16;
  const Settings settings{.response = {Family::binomial, Link::logit}};
  const Fitted near = fit(columns, settings);
  for (double& x : columns.numerics[0]) x += 1e9;
  const Fitted far = fit(columns, settings);
  for (std::size_t j = 0; j + 1 < near.raw.size(); ++j) {
    EXPECT_NEAR(far.raw[j] / near.raw[j], 1, 1e-8);
    EXPECT_NEAR(far.errors[j] / near.errors[j], 1, 1e-8);
  }
}

TEST(Irls, AWeightIsThatManyCopiesAndZeroIsNoRow) {
  for (const double alpha : {0.0, 1.0}) {
    Settings settings{.response = {Family::binomial, Link::logit}, .lambda = 0.01, .alpha = alpha};
    Columns weighted = golden_columns("binomial");
    weighted.weights = golden_data()["weight"];
    Columns copied;
    copied.numerics.resize(2);
    copied.categoricals.resize(1);
    for (std::size_t i = 0; i < weighted.response.size(); ++i) {
      for (int k = 0; k < static_cast<int>(weighted.weights[i]); ++k) {
        copied.response.push_back(weighted.response[i]);
        copied.categoricals[0].push_back(weighted.categoricals[0][i]);
        for (std::size_t j : {0U, 1U}) copied.numerics[j].push_back(weighted.numerics[j][i]);
      }
    }
    const Fitted a = fit(weighted, settings);
    const Fitted b = fit(copied, settings);
    for (std::size_t j = 0; j < a.raw.size(); ++j) {
      EXPECT_NEAR(a.raw[j], b.raw[j], 1e-9 * std::max(1.0, std::fabs(b.raw[j])));
      EXPECT_NEAR(a.errors[j], b.errors[j], 1e-9 * b.errors[j]);
    }
  }
}

/// (x - mean) / standard deviation.
std::vector<double> standardised(std::vector<double> x) {
  const auto n = static_cast<double>(x.size());
  double mean = 0;
  for (const double value : x) mean += value / n;
  double squares = 0;
  for (const double value : x) squares += (value - mean) * (value - mean);
  for (double& value : x) value = (value - mean) / std::sqrt(squares / (n - 1));
  return x;
}

/// The slope of minus deviance / 2n by each scaled coefficient of a gaussian fit, at that fit.
std::vector<double> gaussian_slope(const Columns& columns, const std::vector<double>& scaled) {
  const std::vector<std::vector<double>> x = {standardised(columns.numerics[0]),
                                              standardised(columns.numerics[1])};
  const auto n = static_cast<double>(columns.response.size());
  std::vector<double> slope(7, 0.0);
  for (std::size_t i = 0; i < columns.response.size(); ++i) {
    const auto level = static_cast<std::size_t>(columns.categoricals[0][i]);
    const double eta = scaled[level] + scaled[4] * x[0][i] + scaled[5] * x[1][i] + scaled[6];
    const double residual = (columns.response[i] - eta) / n;
    slope[level] += residual;
    slope[4] += residual * x[0][i];
    slope[5] += residual * x[1][i];
    slope[6] += residual;
  }
  return slope;
}

TEST(Irls, ElasticNetMeetsItsOptimalityConditions) {
  const Columns columns = golden_columns("gaussian");
  for (const double lambda : {0.5, 0.05, 1e-3}) {
    Settings settings{.response = {}, .lambda = lambda, .alpha = 0.7};
    settings.all_levels = true;
    const Fitted fitted = fit(columns, settings);
    const auto slope = gaussian_slope(columns, fitted.scaled);
    EXPECT_NEAR(slope[6], 0, 1e-10);
    const double l1 = lambda * settings.alpha;
    for (std::size_t j = 0; j < 6; ++j) {
      const double b = fitted.scaled[j];
      const double pull = b == 0 ? 0 : std::copysign(l1, b) + lambda * (1 - settings.alpha) * b;
      EXPECT_NEAR(slope[j], pull, b == 0 ? l1 * (1 + 1e-9) : 1e-9) << lambda << " " << j;
    }
  }
}

TEST(Irls, SeparationEndsWithFiniteCoefficients) {
  Columns columns;
  columns.numerics.resize(1);
  for (int i = 0; i < 200; ++i) {
    columns.numerics[0].push_back(i);
    columns.response.push_back(i >= 100 ? 1 : 0);
  }
  const Fitted fitted = fit(columns, {.response = {Family::binomial, Link::logit}});
  EXPECT_TRUE(fitted.separated);
  EXPECT_LT(fitted.iterations, 50);
  for (const double b : fitted.raw) EXPECT_TRUE(std::isfinite(b));
  // One level without a single success: the rest of the model is as good as ever.
  Columns quasi = golden_columns("binomial");
  for (std::size_t i = 0; i < quasi.response.size(); ++i) {
    if (quasi.categoricals[0][i] == 2) quasi.response[i] = 0;
  }
  const Fitted partly = fit(quasi, {.response = {Family::binomial, Link::logit}});
  EXPECT_TRUE(partly.separated);
  for (const double b : partly.raw) EXPECT_TRUE(std::isfinite(b));
  EXPECT_LT(partly.raw[1], -8);
}

TEST(Inference, PValuesOfKnownPoints) {
  EXPECT_NEAR(two_sided_normal(1.959963984540054), 0.05, 1e-14);
  EXPECT_NEAR(two_sided_t(2.228138851986274, 10), 0.05, 1e-12);
  EXPECT_NEAR(two_sided_t(1, 1), 0.5, 1e-14);
  EXPECT_NEAR(two_sided_t(12.706204736174694, 1), 0.05, 1e-12);
  EXPECT_NEAR(two_sided_t(0.5, 1e6) / two_sided_normal(0.5), 1, 1e-5);
}

}  // namespace
