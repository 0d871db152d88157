#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

/// Data at the edge of what can be learnt from, or beyond it, for any algorithm of trees.
namespace neve::testing {

/// A frame, what is asked for, and how it ends.
struct OddData {
  std::string name;
  std::vector<std::pair<std::string, Levels>> described;
  std::vector<std::vector<double>> columns;
  schema::Form form = {};
  std::string error = {};  ///< a part of what is said; empty where it can be learnt from
};

/// Rows of x and z, a category k, weights w and a response y that depends on x.
inline OddData sound(std::string name, std::size_t rows, schema::Form form = {}) {
  OddData made{std::move(name),
               {{"x", {}}, {"z", {}}, {"k", {"a", "b", "c"}}, {"w", {}}, {"y", {}}},
               std::vector<std::vector<double>>(5),
               std::move(form)};
  const CounterRng random(17);
  for (std::uint64_t i = 0; i < rows; ++i) {
    const double x = std::floor(random.uniform(3 * i) * 20);
    made.columns[0].push_back(x);
    made.columns[1].push_back(random.uniform(3 * i + 1));
    made.columns[2].push_back(static_cast<double>(i % 3));
    made.columns[3].push_back(1);
    made.columns[4].push_back(x + random.uniform(3 * i + 2));
  }
  return made;
}

inline constexpr std::size_t kX = 0;
inline constexpr std::size_t kZ = 1;
inline constexpr std::size_t kW = 3;
inline constexpr std::size_t kY = 4;

/// The response as one of some classes.
inline void make_classes(OddData& data, Levels levels, double below) {
  for (double& y : data.columns[kY]) y = levels.size() == 1 || y < below ? 0 : 1;
  data.described[kY].second = std::move(levels);
}

inline std::vector<OddData> odd_responses() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<OddData> made;
  for (const bool checked : {true, false}) {
    const schema::Form form{{"check_constant_response", checked ? "true" : "false"}};
    const std::string error = checked ? "Response cannot be constant" : "";
    OddData& constant = made.emplace_back(sound("constant", 200, form));
    constant.columns[kY].assign(200, 3.5);
    constant.error = error;
    OddData& one_of_two = made.emplace_back(sound("one of two classes", 200, form));
    make_classes(one_of_two, {"no", "yes"}, kInfinity);
    one_of_two.error = error;
    OddData& one_class = made.emplace_back(sound("one class", 200, form));
    make_classes(one_class, {"only"}, 0);
    one_class.error = error;
    OddData& one_row = made.emplace_back(sound("one row", 1, form));
    one_row.form.emplace_back("ignore_const_cols", "false");
    one_row.form.emplace_back("min_rows", "0.5");
    one_row.error = error;
  }
  OddData& too_few = made.emplace_back(sound("too few rows", 9, {{"min_rows", "5"}}));
  too_few.error = "must have at least 10.0 (weighted) rows, but have only 9.0.";
  OddData& missing = made.emplace_back(sound("no response at all", 50));
  missing.columns[kY].assign(50, frame::kMissingDouble);
  missing.error = "has no value in any row of positive weight";
  for (const double value : {kInfinity, -kInfinity}) {
    OddData& infinite = made.emplace_back(sound("an infinite response", 100));
    infinite.columns[kY][7] = value;
    infinite.error = "infinite";
  }
  OddData& outlier = made.emplace_back(sound("an outlier", 300));
  outlier.columns[kY][5] = 1e9;
  return made;
}

inline std::vector<OddData> odd_predictors() {
  std::vector<OddData> made;
  OddData& lost = made.emplace_back(sound("a column without values", 200));
  lost.columns[kZ].assign(200, frame::kMissingDouble);
  OddData& kept = made.emplace_back(lost);
  kept.name += ", kept";
  kept.form.emplace_back("ignore_const_cols", "false");
  OddData& none = made.emplace_back(sound("no column with values", 100));
  for (const std::size_t c : {kX, kZ}) none.columns[c].assign(100, frame::kMissingDouble);
  none.columns[2].assign(100, -1);
  none.error = "No predictor is left";
  OddData& infinite = made.emplace_back(sound("infinite numbers", 300));
  infinite.columns[kX][3] = std::numeric_limits<double>::infinity();
  infinite.columns[kX][4] = -std::numeric_limits<double>::infinity();
  infinite.columns[kZ][5] = std::numeric_limits<double>::max();
  infinite.columns[kZ][6] = std::numeric_limits<double>::lowest();
  infinite.columns[kZ][7] = std::numeric_limits<double>::denorm_min();
  OddData& wide = made.emplace_back(sound("more columns than rows", 12, {{"min_rows", "1"}}));
  for (int c = 0; c < 60; ++c) {
    const CounterRng random(100 + static_cast<std::uint64_t>(c));
    wide.described.emplace_back("c" + std::to_string(c), Levels{});
    wide.columns.emplace_back();
    for (std::uint64_t i = 0; i < 12; ++i) wide.columns.back().push_back(random.uniform(i));
  }
  return made;
}

inline std::vector<OddData> odd_weights() {
  const schema::Form weighted{{"weights_column", "w"}};
  std::vector<OddData> made;
  const auto add = [&](const char* name, const char* error) -> std::vector<double>& {
    OddData& data = made.emplace_back(sound(name, 300, weighted));
    data.error = error;
    return data.columns[kW];
  };
  add("weights of 0", "no positive value").assign(300, 0);
  add("a negative weight", "negative")[9] = -1;
  add("a missing weight", "missing")[9] = frame::kMissingDouble;
  add("an infinite weight", "infinite")[9] = std::numeric_limits<double>::infinity();
  std::vector<double>& unlike = add("weights from 1e-6 to 1e6", "");
  for (std::size_t i = 0; i < unlike.size(); ++i)
    unlike[i] = std::pow(10.0, static_cast<double>(i % 13) - 6);
  OddData& one = made.emplace_back(sound("one row that counts", 300, weighted));
  one.columns[kW].assign(300, 0);
  one.columns[kW][4] = 2;
  one.form.emplace_back("min_rows", "1");
  one.error = "Response cannot be constant";
  return made;
}

/// Trains on a node of this process.
class OddSession : public TrainingNodes {
 public:
  using TrainingNodes::TrainingNodes;

  /// What is said against it; nothing where there is a model.
  std::string train(const OddData& data, const schema::Form& more) {
    node().frames().publish(described_frame(engine(), "tr", data.described, data.columns));
    schema::Form form = data.form;
    form.insert(form.end(), more.begin(), more.end());
    const schema::Form always{{"training_frame", "tr"},
                              {"response_column", "y"},
                              {"model_id", "model"},
                              {"seed", "1"},
                              {"ntrees", "3"}};
    form.insert(form.end(), always.begin(), always.end());
    const model::Build build = check_form(form);
    for (const model::Message& message : build.messages) {
      if (message.kind == model::Message::Kind::error) return message.text;
    }
    const auto job = models().train(build);
    job->wait();
    return job->snapshot().exception;
  }

  /// The model's last output for each row of the last frame.
  std::vector<double> predictions() {
    std::vector<std::string> warnings;
    const frame::Frame scored =
        models().predict(models().find("model"), frame("tr"), "p", nullptr, warnings);
    return values_of(engine(), scored, scored.names.back());
  }
};

/// Each of them ends as it should: with a model that says something finite, or with words.
inline void expect_odd_data_to_end(OddSession& session, const std::vector<OddData>& all,
                                   const schema::Form& more = {}) {
  for (const OddData& data : all) {
    const std::string said = session.train(data, more);
    if (!data.error.empty()) {
      EXPECT_NE(said.find(data.error), std::string::npos) << data.name << ": " << said;
      continue;
    }
    ASSERT_EQ(said, "") << data.name;
    for (const double value : session.predictions()) {
      ASSERT_TRUE(std::isfinite(value)) << data.name;
      // The only class is certain.
      if (data.name == "one class") {
        ASSERT_NEAR(value, 1, 1e-12);
      }
    }
  }
}

/// Weights that add up to more than 2^31 rows give the predictions of as many times fewer.
inline void expect_many_rows_to_count_like_few(OddSession& session) {
  constexpr double kCopies = 0x1p24;
  OddData few = sound("few", 1'000, {{"weights_column", "w"}, {"min_rows", "8"}});
  OddData many = sound("many", 1'000, {{"weights_column", "w"}});
  many.form.emplace_back("min_rows", std::to_string(static_cast<std::int64_t>(8 * kCopies)));
  many.columns[kW].assign(1'000, kCopies);
  ASSERT_EQ(session.train(few, {}), "");
  const std::vector<double> expected = session.predictions();
  ASSERT_EQ(session.train(many, {}), "");
  const std::vector<double> found = session.predictions();
  for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 1e-5) << i;
}

}  // namespace neve::testing
