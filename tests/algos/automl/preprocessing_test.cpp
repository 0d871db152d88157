// Models that learn from target encoded columns.
#include <neve/base/error.hpp>

#include "algos/targetencoder/transform.hpp"
#include "automl/preprocessing.hpp"
#include "automl_session.hpp"
#include "encoded_rows.hpp"
#include "schema/api/form.hpp"

namespace neve::automl {
namespace {

using schema::set;
using testing::encoded_spec;
using testing::publish_encoded;
using testing::Runner;
using testing::Session;

std::vector<double> predictions(Runner& on, const std::string& model, const frame::Frame& rows) {
  std::vector<std::string> warnings;
  const frame::Frame made = on.models.tell({on.models.require(model), rows, {}}, nullptr, warnings);
  return neve::testing::values_of(on.node.engine(), made, made.names.back());
}

const Entry& entry_of(const AutoMl& automl, const std::string& stem) {
  const auto at = std::ranges::find_if(
      automl.entries, [&](const Entry& entry) { return entry.model.starts_with(stem); });
  if (at == automl.entries.end()) throw std::runtime_error("no model " + stem);
  return *at;
}

std::vector<std::string> predictors(Runner& on, const std::string& model) {
  return on.models.require(model)->header.roles.predictors;
}

TEST(Preprocessing, ChoosesCategoriesOfManyLevelsThatHaveRowsEnough) {
  Session session;
  mr::Engine& engine = session.on.node.engine();
  const auto levels = [](std::size_t count) {
    neve::testing::Levels made;
    for (std::size_t i = 0; i < count; ++i) made.push_back("l" + std::to_string(i));
    return made;
  };
  const std::vector<double> zeros(150);
  const frame::Frame frame =
      neve::testing::described_frame(engine, "choice",
                                     {{"few", levels(24)},
                                      {"enough", levels(25)},
                                      {"many", levels(29)},
                                      {"too_many", levels(30)},
                                      {"ignored", levels(26)},
                                      {"number", {}},
                                      {"response", levels(27)}},
                                     {zeros, zeros, zeros, zeros, zeros, zeros, zeros});
  BuildSpec spec;
  spec.input_spec.response_column = std::string("response");
  spec.input_spec.ignored_columns = {"ignored"};
  EXPECT_TRUE(columns_to_encode(spec, frame).empty());
  spec.build_models.preprocessing = {PreprocessingStep()};
  EXPECT_EQ(columns_to_encode(spec, frame), (std::vector<std::string>{"enough", "many"}));
}

/// What the parameters of the model say, on columns that the encoder has encoded beforehand.
void expect_as_by_hand(Session& session, const AutoMl& automl, const std::string& stem) {
  Runner& on = session.on;
  mr::Engine& engine = on.node.engine();
  const std::string name = entry_of(automl, stem).model;
  const model::ModelPtr model = on.models.require(name);
  const auto encoder = std::dynamic_pointer_cast<const algos::targetencoder::TargetEncoderModel>(
      on.models.require("TargetEncoding_" + automl.instance));
  algos::targetencoder::TransformOrder order = algos::targetencoder::default_order(*encoder);
  const frame::Frame raw_test = on.node.frames().require("test");
  const frame::Frame test =
      algos::targetencoder::transform(engine, *encoder, raw_test, order, nullptr);
  frame::Frame raw = on.node.frames().require("tr");
  const bool by_fold = !encoder->fold_column.empty();
  if (by_fold) raw = with_folds(engine, raw, encoder->fold_column, 3, nullptr);
  order.as_training = true;
  frame::Frame training = algos::targetencoder::transform(engine, *encoder, raw, order, nullptr);
  training.key = "by_hand";
  on.node.frames().publish(training);
  schema::Form form = model->header.parameters;
  for (const auto& [field, value] : model->header.actual_parameters) set(form, field, value);
  const std::string other = model->header.roles.response == "two" ? "three" : "two";
  const std::string folds = by_fold ? ",\"" + encoder->fold_column + "\"" : "";
  set(form, "training_frame", "by_hand");
  set(form, "model_id", "hand_made");
  set(form, "ignored_columns", "[\"" + other + "\"" + folds + "]");
  set(form, "stopping_rounds", "0");
  std::erase_if(form, [](const auto& given) {
    return given.first == "fold_column" || given.first == "validation_frame" ||
           given.first.starts_with("keep_cross_validation");
  });
  const auto job = on.models.train(on.models.check(on.models.algorithm_of(*model), form, "test"));
  job->wait();
  ASSERT_EQ(job->snapshot().exception, "");
  EXPECT_EQ(predictors(on, "hand_made"), predictors(on, name));
  EXPECT_EQ(predictions(on, name, raw_test), predictions(on, "hand_made", test)) << name;
  on.node.frames().remove("by_hand");
  on.models.remove("hand_made");
}

TEST(Preprocessing, ModelsPredictOnRawRowsAsOnRowsEncodedByHand) {
  Session session;
  publish_encoded(session.on.node);
  for (const std::int32_t folds : {0, 3}) {
    for (const char* response : {"two", "three"}) {
      BuildSpec run = encoded_spec(2, response);
      run.build_control.nfolds = folds;
      run.build_control.stopping_criteria.stopping_rounds = folds == 0 ? 0 : 1;
      // Otherwise rows would be held out.
      if (folds == 0) run.input_spec.validation_frame = std::string("test");
      run.build_models.modeling_plan = {{"DRF", std::nullopt, std::vector<Step>{{"def_1"}}}};
      if (folds > 0)
        run.build_models.modeling_plan->push_back(
            {"GBM", std::nullopt, std::vector<Step>{{"def_1"}}});
      const AutoMl automl = session.on.run(run);
      expect_as_by_hand(session, automl, "DRF_1");
      if (folds > 0) expect_as_by_hand(session, automl, "GBM_1");
    }
  }
}

TEST(Preprocessing, TreesLearnFromEncodedColumnsOthersFromTheirLevels) {
  Session session;
  publish_encoded(session.on.node);
  BuildSpec run = encoded_spec(3);
  run.build_models.modeling_plan = {{"GLM", Alias::defaults},
                                    {"DRF", std::nullopt, std::vector<Step>{{"def_1"}}},
                                    {"GBM", std::nullopt, std::vector<Step>{{"def_1"}}},
                                    {"StackedEnsemble", Alias::defaults}};
  const AutoMl automl = session.on.run(run);
  const std::vector<std::string> encoded = {"k_te", "x", "c"};
  const std::vector<std::string> plain = {"k", "c", "x"};
  EXPECT_EQ(predictors(session.on, entry_of(automl, "GBM_1").model), encoded);
  EXPECT_EQ(predictors(session.on, entry_of(automl, "DRF_1").model), encoded);
  EXPECT_EQ(predictors(session.on, entry_of(automl, "GLM_1").model), plain);
  for (const Entry& entry : automl.entries) {
    const model::ModelPtr model = session.on.models.require(entry.model);
    EXPECT_EQ(session.on.models.is_target_encoded(*model), entry.provider != "GLM") << entry.model;
  }
}

TEST(Preprocessing, ModelsOutliveTheirEncoderAndTheirNode) {
  Session session;
  publish_encoded(session.on.node);
  const AutoMl automl = session.on.run(encoded_spec(3));
  const frame::Frame test = session.on.node.frames().require("test");
  std::map<std::string, std::vector<double>> expected;
  std::map<std::string, wire::Bytes> files;
  for (const Entry& entry : automl.entries) {
    expected[entry.model] = predictions(session.on, entry.model, test);
    files[entry.model] = session.on.models.to_file(*session.on.models.require(entry.model));
  }
  ASSERT_EQ(expected.size(), 5U);
  ASSERT_TRUE(session.on.models.remove("TargetEncoding_" + automl.instance));
  for (const auto& [name, values] : expected)
    EXPECT_EQ(predictions(session.on, name, test), values) << name;
  Session other;
  publish_encoded(other.on.node);
  const frame::Frame same_test = other.on.node.frames().require("test");
  for (const auto& [name, bytes] : files) {
    other.on.models.from_file(bytes, "file", "");
    EXPECT_EQ(predictions(other.on, name, same_test), expected[name]) << name;
  }
}

TEST(Preprocessing, ItsEncoderGoesWithTheProject) {
  Session session;
  publish_encoded(session.on.node);
  BuildSpec run = encoded_spec(1);
  run.build_control.project_name = "gone";
  const AutoMl first = session.on.run(run);
  const AutoMl second = session.on.run(run);
  const std::vector<std::string> encoders = {"TargetEncoding_" + first.instance,
                                             "TargetEncoding_" + second.instance};
  EXPECT_EQ(second.belongings, encoders);
  for (const std::string& name : encoders) EXPECT_NE(session.on.models.find(name), nullptr);
  session.on.models.remove(second.key);
  for (const std::string& name : encoders) EXPECT_EQ(session.on.models.find(name), nullptr);
}

TEST(Preprocessing, HasTheSameBitsOnAnyThreadsAndNodes) {
  std::vector<std::vector<Runner::Line>> boards;
  for (const auto& [nodes, threads] : {std::pair{1, 1}, {1, 8}, {3, 2}}) {
    Session session(nodes, threads);
    publish_encoded(session.on.node);
    boards.push_back(session.on.board(session.on.run(encoded_spec(4))));
  }
  ASSERT_GT(boards[0].size(), 4U);
  for (std::size_t i = 1; i < boards.size(); ++i) EXPECT_TRUE(boards[i] == boards[0]) << i;
}

TEST(Preprocessing, ChangesNothingWhereNoColumnIsWorthIt) {
  Session session;
  publish_encoded(session.on.node);
  BuildSpec run = encoded_spec(2);
  run.input_spec.ignored_columns->emplace_back("k");
  const AutoMl with = session.on.run(run);
  EXPECT_TRUE(with.belongings.empty());
  const auto encoded = session.on.board(with);
  run.build_models.preprocessing.reset();
  EXPECT_TRUE(session.on.board(session.on.run(run)) == encoded);
}

TEST(Preprocessing, TakesFoldsOfTheUser) {
  Session session;
  publish_encoded(session.on.node);
  BuildSpec run = encoded_spec(2);
  run.input_spec.fold_column = std::string("c");
  run.build_models.modeling_plan = {{"DRF", std::nullopt, std::vector<Step>{{"def_1"}}}};
  const AutoMl automl = session.on.run(run);
  const auto model = session.on.models.require(entry_of(automl, "DRF_1").model);
  EXPECT_EQ(model->header.roles.predictors, (std::vector<std::string>{"k_te", "x"}));
  EXPECT_EQ(model->header.cross_validation.folds, 3);
}

TEST(Preprocessing, RefusesNamesThatAreTaken) {
  Session session;
  publish_encoded(session.on.node);
  frame::Frame frame = session.on.node.frames().require("tr");
  const frame::Column x = frame.column(frame.require("x"));
  const auto message = [&](const std::string& name) -> std::string {
    frame::Frame more = frame;
    more.add(name, x);
    more.key = "taken";
    session.on.node.frames().publish(more);
    BuildSpec run = encoded_spec(1);
    run.input_spec.training_frame = std::string("taken");
    try {
      const auto job = session.on.automls.start(run);
      job->wait();
      return job->snapshot().exception;
    } catch (const InputError& error) {
      return error.what();
    }
  };
  EXPECT_NE(message("two_te_fold").find("column 'two_te_fold' already"), std::string::npos);
  EXPECT_NE(message("k_te").find("column 'k_te' already"), std::string::npos);
}

}  // namespace
}  // namespace neve::automl
