#include "automl/holdouts.hpp"

#include <neve/munge/rows.hpp>

#include "automl_session.hpp"

namespace neve::automl {
namespace {

using testing::Runner;
using testing::Session;
using testing::spec;

TEST(Holdouts, RunsBlendByThemselvesWhereTimeIsShort) {
  Session session;
  const frame::Frame training = session.on.node.frames().require("tr", "frame");
  BuildSpec run = spec(0);
  run.build_control.nfolds = -1;
  const auto predictors = training.names.size() - 1 - run.input_spec.ignored_columns->size();
  const double values = static_cast<double>(training.rows()) * static_cast<double>(predictors);
  const double least = values / (2 * 8 * 2064);
  const auto blends = [&](double seconds, const std::function<void(BuildSpec&)>& change) {
    BuildSpec changed = run;
    changed.build_control.stopping_criteria.max_runtime_secs = seconds;
    if (change) change(changed);
    return blends_by_itself(changed, training, 2);
  };
  EXPECT_TRUE(blends(0.99 * least, {}));
  EXPECT_FALSE(blends(1.01 * least, {}));
  EXPECT_FALSE(blends(0, {}));
  const double short_time = 0.5 * least;
  EXPECT_TRUE(blends(short_time, {}));
  EXPECT_FALSE(blends(short_time, [](BuildSpec& of) { of.build_control.nfolds = 5; }));
  EXPECT_FALSE(blends(short_time, [](BuildSpec& of) { of.build_control.nfolds = 0; }));
  EXPECT_FALSE(
      blends(short_time, [](BuildSpec& of) { of.build_control.stopping_criteria.max_models = 3; }));
  EXPECT_FALSE(
      blends(short_time, [](BuildSpec& of) { of.input_spec.fold_column = std::string("c"); }));
  EXPECT_FALSE(blends(short_time, [](BuildSpec& of) {
    of.build_control.keep_cross_validation_predictions = true;
  }));
}

/// What a spec names after rows were held out, and the frames.
struct Parts {
  BuildSpec spec;
  model::NamedFrames frames;
  [[nodiscard]] const frame::Frame& at(const schema::FrameRef& name) const {
    return frames.at(name.name);
  }
};

Parts parts_of(Runner& on, BuildSpec run, bool blends) {
  Parts made{std::move(run), {}};
  const std::string& name = made.spec.input_spec.training_frame.name;
  made.frames[name] = on.node.frames().require(name, "frame");
  hold_out(on.models.engine(), made.spec, made.frames, blends, "run", nullptr);
  return made;
}

std::vector<double> values_of(Runner& on, const frame::Frame& frame, const std::string& column) {
  return munge::collect(on.models.engine(), frame.layout,
                        munge::column_of(frame.column(frame.require(column))));
}

TEST(Holdouts, PartsHaveEachRowOnce) {
  Session session;
  const Parts parts = parts_of(session.on, spec(1), true);
  const InputSpec& input = parts.spec.input_spec;
  EXPECT_EQ(input.training_frame.name, "run_training_tr");
  EXPECT_EQ(input.validation_frame.name, "run_validation_tr");
  EXPECT_EQ(input.blending_frame.name, "run_blending_tr");
  std::vector<double> together;
  for (const auto& [name, share] : {std::pair{input.training_frame.name, 0.7},
                                    {input.validation_frame.name, 0.1},
                                    {input.blending_frame.name, 0.2}}) {
    const frame::Frame& part = parts.frames.at(name);
    const frame::Frame& whole = parts.frames.at("tr");
    EXPECT_EQ(part.names, whole.names);
    const auto rows = static_cast<double>(whole.rows());
    // Five standard deviations of a binomial count.
    EXPECT_NEAR(static_cast<double>(part.rows()), share * rows,
                5 * std::sqrt(rows * share * (1 - share)));
    std::ranges::copy(values_of(session.on, part, "y"), std::back_inserter(together));
  }
  std::vector<double> whole = values_of(session.on, parts.frames.at("tr"), "y");
  std::ranges::sort(together);
  std::ranges::sort(whole);
  EXPECT_EQ(together, whole);
}

TEST(Holdouts, FramesOfTheUserAreKept) {
  Session session;
  BuildSpec run = spec(1);
  run.input_spec.validation_frame = std::string("va");
  const Parts without = parts_of(session.on, run, false);
  EXPECT_EQ(without.spec.input_spec.training_frame.name, "tr");
  EXPECT_EQ(without.frames.size(), 1U);
  const Parts blended = parts_of(session.on, run, true);
  EXPECT_EQ(blended.spec.input_spec.validation_frame.name, "va");
  EXPECT_EQ(blended.at(blended.spec.input_spec.training_frame).rows() +
                blended.at(blended.spec.input_spec.blending_frame).rows(),
            blended.frames.at("tr").rows());
  run.input_spec.blending_frame = std::string("va");
  EXPECT_EQ(parts_of(session.on, run, true).spec.input_spec.training_frame.name, "tr");
}

TEST(Holdouts, AreOfTheSeedOnAnyNodes) {
  Session one;
  Session three(3);
  const auto rows = [](Runner& on, std::int64_t seed) {
    BuildSpec run = spec(1);
    run.build_control.stopping_criteria.seed = seed;
    const Parts parts = parts_of(on, run, false);
    return values_of(on, parts.at(parts.spec.input_spec.validation_frame), "y");
  };
  EXPECT_EQ(rows(one.on, 1), rows(three.on, 1));
  EXPECT_NE(rows(one.on, 1), rows(one.on, 2));
}

TEST(Holdouts, ModelsWithoutFoldsAreRankedByRowsTheyHaveNotSeen) {
  std::vector<std::vector<Runner::Line>> boards;
  for (const int nodes : {1, 3}) {
    Session session(nodes);
    BuildSpec run = spec(3);
    run.build_control.nfolds = 0;
    run.build_models.exclude_algos = {Algo::deeplearning};
    const AutoMl automl = session.on.run(run);
    EXPECT_NE(session.on.events(automl).find("held out"), std::string::npos);
    ASSERT_EQ(automl.entries.size(), 3U) << session.on.events(automl);
    const frame::Frame rows = session.on.models.frames().require(automl.ranked_on().name);
    for (const model::Leaderboard::Row& row : session.on.automls.leaderboard(automl).rows) {
      const model::metrics::Metrics& validated = row.model->header.validation_metrics;
      EXPECT_EQ(row.values[0], validated.find("AUC"));
      ASSERT_NE(validated.header(), nullptr);
      EXPECT_LT(validated.header()->nobs, 300);
      std::vector<std::string> warnings;
      EXPECT_EQ(session.on.models.performance(row.model, rows, nullptr, warnings).find("AUC"),
                row.values[0]);
    }
    boards.push_back(session.on.board(automl));
    session.on.models.remove(automl.key);
    EXPECT_FALSE(session.on.models.frames().find(rows.key));
  }
  EXPECT_TRUE(boards[0] == boards[1]);
}

}  // namespace
}  // namespace neve::automl
