// What users get wrong in the parameters that all algorithms share: a typed error, never a crash.
#include <limits>

#include <neve/base/error.hpp>

#include "fold_session.hpp"

namespace {

using namespace neve;
using namespace neve::testing;

/// What came of asking: "refused" by messages about the field, "thrown", "failed" as a job, or "".
std::string outcome(Session& session, const schema::Form& form, const std::string& field = "") {
  try {
    const model::Build build = session.models().check(algos::gbm::algorithm(), form, "python");
    if (build.errors() > 0) {
      const bool names_it = std::ranges::any_of(build.messages, [&](const model::Message& each) {
        return each.kind == model::Message::Kind::error && each.field == field;
      });
      return names_it ? "refused" : "refused for another reason: " + build.messages[0].text;
    }
    const auto job = session.models().train(build);
    job->wait();
    const std::string error = job->snapshot().exception;
    // A failure that is a bug says so.
    if (error.find("InternalError") != std::string::npos) return error;
    return error.empty() ? "" : "failed";
  } catch (const InputError&) {
    return "thrown";
  }
}

schema::Form asking(const schema::Form& more) {
  schema::Form form = complete("two", {{"ntrees", "2"}});
  for (const auto& [name, value] : more) {
    std::erase_if(form, [&](const auto& given) { return given.first == name; });
    form.emplace_back(name, value);
  }
  return form;
}

TEST(BadInput, OfAWrongTypeIsNoForm) {
  Session session;
  for (const char* field :
       {"nfolds", "keep_cross_validation_models", "fold_assignment", "ignore_const_cols",
        "score_each_iteration", "categorical_encoding", "seed", "max_runtime_secs",
        "stopping_rounds", "stopping_metric", "stopping_tolerance", "balance_classes",
        "class_sampling_factors", "max_after_balance_size", "auc_type", "gainslift_bins"}) {
    EXPECT_EQ(outcome(session, asking({{field, "what?"}})), "thrown") << field;
  }
  EXPECT_EQ(outcome(session, asking({{"no_such_parameter", "1"}})), "thrown");
  EXPECT_EQ(outcome(session, asking({{"training_frame", "lost"}})), "thrown");
  EXPECT_EQ(outcome(session, asking({{"validation_frame", "lost"}})), "thrown");
}

TEST(BadInput, OutOfRangeIsNamed) {
  Session session;
  const std::pair<const char*, const char*> refused[] = {{"nfolds", "-1"},
                                                         {"nfolds", "1"},
                                                         {"nfolds", "9001"},
                                                         {"nfolds", "2147483647"},
                                                         {"max_runtime_secs", "-1"},
                                                         {"max_runtime_secs", "NaN"},
                                                         {"stopping_rounds", "-3"},
                                                         {"stopping_tolerance", "-0.1"},
                                                         {"stopping_tolerance", "1"},
                                                         {"stopping_tolerance", "NaN"},
                                                         {"max_after_balance_size", "0"},
                                                         {"fold_assignment", "Modulo"},
                                                         {"custom_metric_func", "python:x=y"},
                                                         {"categorical_encoding", "OneHotInternal"},
                                                         {"checkpoint", "lost"}};
  for (const auto& [field, value] : refused) {
    EXPECT_EQ(outcome(session, asking({{field, value}}), field), "refused")
        << field << " " << value;
  }
}

/// As in H2O-3. R's client sends the empty name where there is nothing to ignore.
TEST(BadInput, ColumnsToIgnoreNeedNotBeThere) {
  Session session;
  for (const char* ignored : {R"([""])", R"(["lost"])"}) {
    const schema::Form form = asking({{"ignored_columns", ignored}});
    const auto build = session.models().check(algos::gbm::algorithm(), form, "python");
    EXPECT_EQ(build.errors(), 0);
    const auto told = std::ranges::count(build.messages, "ignored_columns", &model::Message::field);
    EXPECT_EQ(told, ignored == std::string_view(R"(["lost"])") ? 1 : 0);
    EXPECT_EQ(outcome(session, form), "");
  }
}

TEST(BadInput, ColumnsThatDoNotFitAreNamed) {
  Session session;
  const std::pair<const char*, const char*> refused[] = {
      {"response_column", "lost"}, {"response_column", ""},   {"weights_column", "lost"},
      {"weights_column", "k"},     {"weights_column", "two"}, {"offset_column", "lost"},
      {"offset_column", "k"},      {"fold_column", "lost"},   {"fold_column", "w"}};
  for (const auto& [field, value] : refused) {
    const std::string got = outcome(session, asking({{field, value}}), field);
    EXPECT_TRUE(got.starts_with("refused")) << field << " " << value << ": " << got;
  }
  // All predictors away; the response may be among the ignored columns, as it is no predictor.
  EXPECT_EQ(
      outcome(session,
              asking({{"ignored_columns", R"(["x","k","y","but_0","but_1","but_2","fold"])"}})),
      "failed");
  EXPECT_EQ(outcome(session,
                    asking({{"ignored_columns", R"(["two","y","but_0","but_1","but_2","fold"])"}})),
            "");
}

/// Publishes "tr" again with another column instead of "w" (number 4) or "fold" (number 5).
void replace(Session& session, std::size_t column, const std::vector<double>& values,
             const Levels& levels = {}) {
  frame::Frame frame = session.node().frames().require("tr");
  frame::Frame other;
  other.layout = frame.layout;
  add_column(other, session.node().engine(), frame.names[column], values, levels);
  frame.columns[column] = other.columns[0];
  session.node().frames().publish(frame);
}

TEST(BadInput, WeightsThatAreNoneEndTheTraining) {
  Session session;
  std::vector<double> weights(kRows, 1);
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double wrong : {-1.0, frame::kMissingDouble, infinity}) {
    weights[77] = wrong;
    replace(session, 4, weights);
    EXPECT_EQ(outcome(session, asking({})), "failed") << wrong;
    EXPECT_EQ(outcome(session, asking({{"nfolds", "2"}})), "failed") << wrong;
  }
  replace(session, 4, std::vector<double>(kRows, 0));
  EXPECT_EQ(outcome(session, asking({})), "failed");
  EXPECT_EQ(outcome(session, asking({{"nfolds", "2"}})), "failed");
}

TEST(BadInput, FoldColumnsThatTellNoFoldsEndTheTraining) {
  Session session;
  const schema::Form form = complete("two", {{"ntrees", "2"}, {"fold_column", "fold"}});
  std::vector<double> folds(kRows);
  replace(session, 5, folds);
  EXPECT_EQ(outcome(session, form), "failed") << "one fold";
  for (std::size_t row = 0; row < folds.size(); ++row) folds[row] = static_cast<double>(row % 2);
  folds[5] = frame::kMissingDouble;
  replace(session, 5, folds);
  EXPECT_EQ(outcome(session, form), "failed") << "a missing fold";
  folds[5] = 1e300;
  replace(session, 5, folds);
  EXPECT_EQ(outcome(session, form), "failed") << "a huge fold";
  Levels many;
  for (int level = 0; level < 70'000; ++level) many.push_back(std::to_string(level));
  folds[5] = 69'999;
  replace(session, 5, folds, many);
  EXPECT_EQ(outcome(session, form), "failed") << "too many levels";
}

TEST(BadInput, ManyLevelsAreEncodedOrRefused) {
  Session session;
  Levels many;
  for (int level = 0; level < 200'000; ++level) many.push_back(std::to_string(level));
  std::vector<double> codes(kRows);
  for (std::size_t row = 0; row < codes.size(); ++row)
    codes[row] = static_cast<double>((row * 22) % many.size());
  replace(session, 1, codes, many);
  for (const char* scheme :
       {"Enum", "Binary", "Eigen", "LabelEncoder", "SortByResponse", "EnumLimited"}) {
    EXPECT_EQ(outcome(session, asking({{"categorical_encoding", scheme}})), "") << scheme;
  }
  EXPECT_EQ(outcome(session, asking({{"categorical_encoding", "OneHotExplicit"}})), "failed");
}

TEST(BadInput, AFoldWithoutAClassStillTrains) {
  Session session;
  // The second class is in one fold only: the others' models have never seen it.
  std::vector<double> folds(kRows);
  const std::vector<double> two = session.values("tr", "two");
  for (std::size_t row = 0; row < folds.size(); ++row)
    folds[row] = two[row] == 1 ? 0 : static_cast<double>(row % 3);
  replace(session, 5, folds);
  EXPECT_EQ(outcome(session, complete("two", {{"ntrees", "2"}, {"fold_column", "fold"}})), "");
}

}  // namespace
