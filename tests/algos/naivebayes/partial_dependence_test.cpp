#include <neve/model/partial_dependence.hpp>

#include <gtest/gtest.h>

#include <cmath>

#include <neve/base/rng.hpp>
#include <neve/model/models.hpp>

#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::naivebayes {
const model::Algorithm& algorithm();
}

namespace {

using namespace neve;
using model::PartialDependence;
using Column = std::vector<double>;

constexpr std::size_t kRows = 3'000;

/// Numbers x (9 whole ones) and z, levels k and weights; all but the weights with missing ones.
struct Rows {
  Column x, z, k, three, w;
};

Rows make_rows() {
  const CounterRng random(11);
  Rows rows;
  for (std::uint64_t i = 0; i < kRows; ++i) {
    const double of = static_cast<double>(random.below(5 * i, 3));
    const auto missing = [i](std::uint64_t every) { return i % every == every - 1; };
    rows.three.push_back(of);
    rows.x.push_back(missing(17) ? frame::kMissingDouble
                                 : of + static_cast<double>(random.below(5 * i + 1, 7)));
    rows.z.push_back(random.uniform(5 * i + 2) * (1 + of));
    rows.k.push_back(missing(23) ? -1 : static_cast<double>(random.below(5 * i + 3, 3)));
    rows.w.push_back(static_cast<double>(random.below(5 * i + 4, 3)));
  }
  return rows;
}

frame::Frame frame_of(mr::Engine& engine, const std::string& key, const Rows& rows) {
  return neve::testing::described_frame(
      engine, key,
      {{"x", {}}, {"z", {}}, {"k", {"a", "b", "c"}}, {"w", {}}, {"three", {"low", "mid", "high"}}},
      {rows.x, rows.z, rows.k, rows.w, rows.three});
}

/// Asks one model that is trained on the rows.
class Session : public neve::testing::TrainingNodes {
 public:
  explicit Session(const model::Algorithm& algorithm = algos::naivebayes::algorithm(),
                   int nodes = 1, int threads = 2)
      : TrainingNodes(algorithm, nodes, threads) {
    node().frames().publish(frame_of(engine(), "tr", make_rows()));
    train_form({{"response_column", "three"},
                {"ignored_columns", "[w]"},
                {"training_frame", "tr"},
                {"model_id", "model"},
                {"seed", "1"}});
  }
  PartialDependence check(PartialDependence asked) {
    asked.key = "made";
    asked.model = "model";
    asked.frame = "tr";
    return model::checked(std::move(asked), models(), frame("tr"));
  }
  PartialDependence make(PartialDependence asked,
                         const std::optional<wire::Bytes>& saved = std::nullopt) {
    job::Job job({.key = "job", .description = {}}, saved, {});
    PartialDependence made = check(std::move(asked));
    model::compute(made, models(), frame("tr"), job);
    EXPECT_EQ(job.snapshot().progress, 1);
    return made;
  }
  /// Probabilities of a class for these rows.
  Column probabilities(const Rows& rows, const std::string& level) {
    std::vector<std::string> warnings;
    const frame::Frame told = models().tell(
        {models().find("model"), frame_of(engine(), "changed", rows), ""}, nullptr, warnings);
    return neve::testing::values_of(engine(), told, level);
  }
};

double number(const schema::Table& table, std::size_t column, std::size_t row) {
  return std::get<double>(table.columns[column].cells[row]);
}

/// Mean, deviation and standard error, one sum after the other. Rows of weight 0 are none.
std::array<double, 3> plain_figures(const Column& values, const Column& weights) {
  long double weight = 0;
  long double sum = 0;
  double rows = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    weight += weights[i];
    sum += static_cast<long double>(weights[i]) * values[i];
    rows += weights[i] > 0 ? 1 : 0;
  }
  const long double mean = sum / weight;
  long double squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    squares += weights[i] * (values[i] - mean) * (values[i] - mean);
  const double deviation = std::sqrt(static_cast<double>(squares / weight) * rows / (rows - 1));
  return {static_cast<double>(mean), deviation,
          deviation / std::sqrt(static_cast<double>(values.size()))};
}

void expect_figures(const schema::Table& table, std::size_t row, const Column& values,
                    const Column& weights) {
  const auto expected = plain_figures(values, weights);
  const std::size_t first = table.columns.size() - 3;
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(number(table, first + i, row), expected[i], 1e-13) << row << " " << i;
}

const Column kAlike(kRows, 1.0);

TEST(PartialDependence, IsTheMeanOfPredictionsWithTheColumnReplaced) {
  Session session;
  const PartialDependence made =
      session.make({.columns = {"x", "k", "z"}, .targets = {"low", "high"}, .with_missing = true});
  ASSERT_EQ(made.tables.size(), 6U);
  const Rows rows = make_rows();
  const auto check = [&](const schema::Table& table, Column Rows::*column, const Column& points,
                         const std::string& target) {
    ASSERT_EQ(table.rows(), points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      Rows changed = rows;
      changed.*column = Column(kRows, points[i]);
      expect_figures(table, i, session.probabilities(changed, target), kAlike);
    }
  };
  const Column x = {0, 1, 2, 3, 4, 5, 6, 7, 8, frame::kMissingDouble};
  check(made.tables[0], &Rows::x, x, "low");
  check(made.tables[1], &Rows::x, x, "high");
  check(made.tables[2], &Rows::k, {0, 1, 2, -1}, "low");
  Column z;
  for (std::size_t i = 0; i < 21; ++i) z.push_back(number(made.tables[5], 0, i));
  check(made.tables[5], &Rows::z, z, "high");
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(number(made.tables[0], 0, i), x[i]);
  EXPECT_TRUE(std::isnan(z[20]));
  EXPECT_EQ(z[0], std::ranges::min(rows.z));
  EXPECT_DOUBLE_EQ(z[19], std::ranges::max(rows.z));
  EXPECT_EQ(std::get<std::string>(made.tables[2].columns[0].cells[1]), "b");
  EXPECT_EQ(std::get<std::string>(made.tables[2].columns[0].cells[3]), ".missing(NA)");
  EXPECT_EQ(made.tables[3].description,
            "Partial Dependence Plot of model model on column 'k' and class high.");
}

TEST(PartialDependence, WeightsCountRowsSoOften) {
  Session session;
  const PartialDependence made = session.make({.columns = {"k"}, .targets = {"mid"}, .weights = 3});
  Rows rows = make_rows();
  rows.k = Column(kRows, 2);
  expect_figures(made.tables[0], 2, session.probabilities(rows, "mid"), rows.w);
}

TEST(PartialDependence, OfTwoColumnsRunsThroughAllPairsOfTheirValues) {
  Session session;
  const PartialDependence made = session.make(
      {.pairs = {{"x", "k"}}, .targets = {"mid"}, .values = {{"x", {1.5, 4}}, {"k", {2, 0, 1}}}});
  const schema::Table& table = made.tables.at(0);
  ASSERT_EQ(table.rows(), 6U);
  EXPECT_EQ(table.name, "2D-PartialDependence");
  EXPECT_EQ(number(table, 0, 3), 4);
  EXPECT_EQ(std::get<std::string>(table.columns[1].cells[4]), "a");
  Rows rows = make_rows();
  rows.x = Column(kRows, 4);
  rows.k = Column(kRows, 0);
  expect_figures(table, 4, session.probabilities(rows, "mid"), kAlike);
}

TEST(PartialDependence, OfOneRowIsWhatIsPredictedForIt) {
  Session session;
  const PartialDependence made = session.make({.columns = {"k"}, .targets = {"low"}, .row = 40});
  Rows rows = make_rows();
  rows.k = Column(kRows, 1);
  EXPECT_EQ(number(made.tables[0], 1, 1), session.probabilities(rows, "low")[40]);
  EXPECT_EQ(number(made.tables[0], 2, 1), 0);
  EXPECT_EQ(number(made.tables[0], 3, 1), 0);
}

wire::Bytes bits(const PartialDependence& made) { return wire::encode(made.tables); }

PartialDependence everything() {
  return {.columns = {"x", "z", "k"},
          .pairs = {{"z", "k"}},
          .targets = {"low", "mid"},
          .bins = 7,
          .with_missing = true,
          .weights = 3};
}

TEST(PartialDependence, HasTheSameBitsOnAnyNumberOfThreadsAndNodes) {
  const wire::Bytes expected = bits(Session().make(everything()));
  for (const auto& [nodes, threads] : {std::pair(1, 1), {1, 8}, {3, 2}}) {
    EXPECT_EQ(bits(Session(algos::naivebayes::algorithm(), nodes, threads).make(everything())),
              expected);
  }
}

TEST(PartialDependence, OfModelsThatOthersScoreIsThatOfChangedFrames) {
  model::Algorithm composite = algos::naivebayes::algorithm();
  composite.average = nullptr;
  const PartialDependence expected = Session().make(everything());
  const PartialDependence made = Session(composite).make(everything());
  ASSERT_EQ(made.tables.size(), expected.tables.size());
  for (std::size_t t = 0; t < made.tables.size(); ++t) {
    const std::size_t first = made.tables[t].columns.size() - 3;
    for (std::size_t row = 0; row < made.tables[t].rows(); ++row) {
      for (std::size_t c = first; c < first + 3; ++c)
        EXPECT_NEAR(number(made.tables[t], c, row), number(expected.tables[t], c, row), 1e-13);
    }
  }
}

TEST(PartialDependence, GoesOnWithTheTablesThatAreThere) {
  Session session;
  const PartialDependence whole = session.make(everything());
  std::vector<schema::Table> kept(whole.tables.begin(), whole.tables.begin() + 4);
  kept[0].name = "kept";
  const std::int64_t checksum = session.models().find("model")->header.checksum;
  const auto state = [&](std::int64_t of) { return wire::encode(std::pair(of, kept)); };
  const PartialDependence made = session.make(everything(), state(checksum));
  ASSERT_EQ(made.tables.size(), whole.tables.size());
  EXPECT_EQ(made.tables[0].name, "kept");
  EXPECT_EQ(wire::encode(std::vector(made.tables.begin() + 1, made.tables.end())),
            wire::encode(std::vector(whole.tables.begin() + 1, whole.tables.end())));
  // Those of another model are of no use.
  EXPECT_EQ(bits(session.make(everything(), state(checksum + 1))), bits(whole));
}

TEST(PartialDependence, EndsWhereItsJobIsCancelled) {
  Session session;
  job::Job job({.key = "job", .description = {}}, std::nullopt, {});
  job.cancel();
  PartialDependence made = session.check(everything());
  EXPECT_THROW(model::compute(made, session.models(), session.frame("tr"), job), Cancelled);
  EXPECT_TRUE(made.tables.empty());
}

TEST(PartialDependence, IsKeptUnderItsName) {
  Session session;
  const PartialDependence made = session.make(everything());
  model::publish(session.engine(), made);
  EXPECT_EQ(wire::encode(model::partial_dependence(session.engine(), "made")), wire::encode(made));
  for (const char* other : {"model", "tr", "none"})
    EXPECT_THROW(model::partial_dependence(session.engine(), other), InputError) << other;
}

TEST(PartialDependence, RefusesWhatItCannotLookAt) {
  Session session;
  const auto refused = [&](PartialDependence asked, const std::string& word) {
    try {
      session.check(std::move(asked));
      ADD_FAILURE() << "not refused: " << word;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
  };
  const std::vector<std::string> low = {"low"};
  refused({.columns = {"x"}}, "Targets parameter has to be set");
  refused({.columns = {"x"}, .targets = {"none"}}, "Incorrect target class: none");
  refused({.columns = {"y"}, .targets = low}, "Column y not found");
  refused({.columns = {"x"}, .targets = low, .bins = 1}, "_nbins must be >=2");
  refused({.columns = {"k"}, .targets = low, .bins = 2}, "cardinality of 3 > nbins of 2");
  refused({.pairs = {{"x", "x"}}, .targets = low}, "different columns");
  refused({.columns = {"x"}, .targets = low, .row = 3'000}, "Row 3000 is not in frame");
  refused({.columns = {"x"}, .targets = low, .weights = 2}, "must be a numerical column");
  refused({.columns = {"x"}, .targets = low, .weights = 5}, "must be a numerical column");
  refused({.columns = {"k"}, .targets = low, .values = {{"k", {3}}}}, "from 0 to 2");
  EXPECT_EQ(session.check({.targets = low}).columns, (std::vector<std::string>{"x", "z", "k"}));
}

}  // namespace
