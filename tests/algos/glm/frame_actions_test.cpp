#include <neve/schema/schema.hpp>

#include "algos/glm/columns.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

/// The frame that an action's answer names.
frame::Frame answer(Session& session, const std::string& path, const schema::Form& form) {
  for (const model::Action& action : algos::glm::algorithm().actions) {
    if (action.path != path) continue;
    const auto input = action.input->make();
    schema::throw_problems("", schema::read_form(*action.input, input.get(), form));
    const auto made = action.run(session.models(), input.get());
    schema::JsonWriter out;
    schema::write_object(*made.object.schema, made.object.object.get(), out);
    const std::string json = out.take();
    const std::string field = path == "/3/ComputeGram" ? "\"destination_frame\"" : "\"result\"";
    const std::string name = "\"name\":\"";
    const auto at = json.find(name, json.find(field)) + name.size();
    return session.node().frames().require(json.substr(at, json.find('"', at) - at));
  }
  throw std::runtime_error(path);
}

std::vector<double> values(Session& session, const frame::Frame& frame, std::size_t column) {
  std::vector<double> all;
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    const auto chunk =
        session.node().engine().chunk(*frame.layout, frame.columns[column].id, GroupIndex(g));
    std::vector<double> part(static_cast<std::size_t>(chunk.rows()));
    chunk.decode(0, part);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

/// Indicators of the levels from `first` on.
std::vector<std::vector<double>> indicators(const Column& column, std::size_t first) {
  std::vector<std::vector<double>> made;
  for (std::size_t level = first; level < column.levels.size(); ++level) {
    made.emplace_back();
    for (const double code : column.values) {
      made.back().push_back(code == static_cast<double>(level) ? 1 : 0);
    }
  }
  return made;
}

void expect_gram(Session& session, const frame::Frame& gram,
                 const std::vector<std::vector<double>>& x, const std::vector<double>& weights) {
  ASSERT_EQ(gram.columns.size(), x.size());
  for (std::size_t j = 0; j < x.size(); ++j) {
    const auto got = values(session, gram, j);
    ASSERT_EQ(got.size(), x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      double expected = 0;
      for (std::size_t row = 0; row < weights.size(); ++row) {
        expected += weights[row] * x[i][row] * x[j][row];
      }
      EXPECT_NEAR(got[i], expected, 1e-9 * std::max(1.0, std::fabs(expected))) << i << " " << j;
    }
  }
}

TEST(GlmFrameActions, GramsAreProductsOfColumns) {
  Session session(1, 2);
  const Base base;
  Column w{"w", {}, {}};
  for (std::size_t row = 0; row < 500; ++row) w.values.push_back(static_cast<double>(row % 4) / 2);
  publish(session.node(), "data.hex", {base.x1, base.g, base.x2, w});
  auto x = indicators(base.g, 1);
  x.push_back(base.x1.values);
  x.push_back(base.x2.values);
  x.emplace_back(500, 1.0);
  const auto weighted =
      answer(session, "/3/ComputeGram", {{"X", "data.hex"}, {"W", "w"}, {"skip_missing", "true"}});
  EXPECT_EQ(weighted.key, "data_gram_w");
  EXPECT_EQ(weighted.names,
            (std::vector<std::string>{"g.b", "g.c", "g.d", "x1", "x2", "Intercept"}));
  expect_gram(session, weighted, x, w.values);
  // Another one gets another name; all levels, missing ones too, and standardised numbers.
  const schema::Form all = {
      {"X", "data.hex"}, {"use_all_factor_levels", "true"}, {"standardize", "true"}, {"W", ""}};
  publish(session.node(), "data.hex", {base.x1, base.g, base.x2});
  const auto standard = answer(session, "/3/ComputeGram", all);
  EXPECT_EQ(standard.key, "data_gram");
  EXPECT_EQ(answer(session, "/3/ComputeGram", all).key, "data_gram_0");
  x = indicators(base.g, 0);
  x.emplace_back(500, 0.0);
  for (const Column* column : {&base.x1, &base.x2}) {
    double mean = 0;
    for (const double value : column->values) mean += value / 500;
    double squares = 0;
    for (const double value : column->values) squares += (value - mean) * (value - mean);
    x.emplace_back();
    for (const double value : column->values) {
      x.back().push_back((value - mean) / std::sqrt(squares / 499));
    }
  }
  x.emplace_back(500, 1.0);
  EXPECT_EQ(standard.names[4], "g.missing(NA)");
  expect_gram(session, standard, x, std::vector<double>(500, 1.0));
}

TEST(GlmFrameActions, MissingValuesOfGrams) {
  Session session(1, 2);
  Base base;
  std::vector<double> weights(500, 1.0);
  base.g.values[4] = -1;
  base.x1.values[9] = kNaN;
  publish(session.node(), "holes", {base.g, base.x1});
  base.x1.values[9] = 0;
  weights[4] = weights[9] = 0;
  auto x = indicators(base.g, 1);
  x.push_back(base.x1.values);
  x.emplace_back(500, 1.0);
  expect_gram(session,
              answer(session, "/3/ComputeGram", {{"X", "holes"}, {"skip_missing", "true"}}), x,
              weights);
  weights[4] = weights[9] = 1;
  double mean = 0;
  for (const double value : base.x1.values) mean += value / 499;
  x[3][9] = mean;
  x.insert(x.begin() + 3, std::vector<double>(500, 0.0));
  x[3][4] = 1;
  expect_gram(session, answer(session, "/3/ComputeGram", {{"X", "holes"}}), x, weights);
}

TEST(GlmFrameActions, FramesAreExpanded) {
  Session session(1, 2);
  Base base;
  base.x2.values[3] = kNaN;
  base.gaussian.values[7] = kNaN;
  publish(session.node(), "data", base.with(base.gaussian));
  const auto expanded = answer(session, "/3/DataInfoFrame",
                               {{"frame", "data"}, {"interactions", R"(["g","x1","x2"])"}});
  EXPECT_EQ(expanded.rows(), 498);
  EXPECT_EQ(expanded.names,
            (std::vector<std::string>{"g.b", "g.c", "g.d", "three.beech", "three.cedar", "g_x1.b",
                                      "g_x1.c", "g_x1.d", "g_x2.b", "g_x2.c", "g_x2.d", "x1_x2",
                                      "x1", "x2"}));
  const auto compare = [&](const frame::Frame& frame, std::size_t column,
                           const std::vector<double>& expected) {
    const auto got = values(session, frame, column);
    std::size_t at = 0;
    for (std::size_t row = 0; row < 500; ++row) {
      if (row == 3 || row == 7) continue;
      EXPECT_EQ(got[at++], expected[row]) << column << " " << row;
    }
  };
  compare(expanded, 1, indicators(base.g, 1)[1]);
  compare(expanded, 6, slopes(base.g, base.x1, "", 1)[1].values);
  compare(expanded, 11, product(base.x1, base.x2).values);
  compare(expanded, 13, base.x2.values);
  const auto only = answer(session, "/3/DataInfoFrame",
                           {{"frame", "data"},
                            {"interactions", R"(["three","g","gaussian"])"},
                            {"use_all", "true"},
                            {"interactions_only", "true"}});
  EXPECT_EQ(only.columns.size(), 12U + 3 + 4);
  EXPECT_EQ(only.names[0], "three_g.ash_a");
  EXPECT_EQ(only.names[12], "three_gaussian.ash");
  compare(only, 0, indicators(pairs(base.three, base.g, false), 0)[0]);
  EXPECT_THROW(
      answer(session, "/3/DataInfoFrame", {{"frame", "data"}, {"interactions_only", "true"}}),
      InputError);
  EXPECT_THROW(answer(session, "/3/DataInfoFrame", {{"frame", "nowhere"}}), InputError);
}

}  // namespace
