// What other models take from a target encoder, against transform() and against plain means.
#include <gtest/gtest.h>

#include <cmath>

#include <neve/base/error.hpp>

#include "algos/targetencoder/session.hpp"
#include "model/target_encoding.hpp"

namespace {

using namespace neve;
using namespace neve::testing::targetencoder;
using neve::testing::values_of;
using neve::testing::with;

const schema::Form kByFold = {{"columns_to_encode", R"([["a"],["b"]])"},
                              {"data_leakage_handling", "KFold"},
                              {"fold_column", "fold"},
                              {"noise", "0"}};
const schema::Form kBlended =
    with(kByFold, {{"blending", "true"}, {"inflection_point", "5"}, {"smoothing", "10"}});

std::size_t place_of(double code, std::size_t levels) {
  return code < 0 ? levels : static_cast<std::size_t>(code);
}

TEST(ColumnEncoder, NumbersAreThoseOfTransform) {
  const Rows rows = make_rows(kRows);
  Session session;
  for (const char* response : {"two", "three", "y"}) {
    const auto model = session.train(response, kBlended);
    const auto encoder = model->column_encoder();
    ASSERT_EQ(encoder->fold_column(), "fold");
    const frame::Frame as_training = session.transform(*model, "tr", true);
    const frame::Frame as_new = session.transform(*model, "tr");
    const auto columns = encoder->columns();
    ASSERT_EQ(columns.size(), 2U);
    for (std::size_t c = 0; c < 2; ++c) {
      const std::vector<double>& codes = c == 0 ? rows.a : rows.b;
      const std::size_t levels = columns[c].domain->size();
      for (std::size_t k = 0; k < columns[c].outputs.size(); ++k) {
        const auto training = values_of(session.engine(), as_training, columns[c].outputs[k]);
        const auto fresh = values_of(session.engine(), as_new, columns[c].outputs[k]);
        const auto of_all = encoder->numbers(c, k, {});
        ASSERT_EQ(of_all.size(), levels + 2);
        std::map<std::int64_t, std::vector<double>> of_fold;
        for (const std::int64_t fold : {0, 2, 5})
          of_fold[fold] = encoder->numbers(c, k, {&fold, 1});
        for (std::size_t row = 0; row < kRows; ++row) {
          const std::size_t at = place_of(codes[row], levels);
          ASSERT_EQ(fresh[row], of_all[at]);
          ASSERT_EQ(training[row], of_fold[static_cast<std::int64_t>(rows.fold[row])][at]);
        }
      }
    }
  }
}

/// The mean response of rows of a level that are in neither fold; the mean of all where there is no
/// such row.
double mean_without(const Rows& rows, const std::vector<double>& codes, double code, double own,
                    double held_out) {
  double count = 0;
  double sum = 0;
  double all_count = 0;
  double all_sum = 0;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (std::isnan(rows.y[i])) continue;
    ++all_count;
    all_sum += rows.y[i];
    if (codes[i] != code || rows.fold[i] == own || rows.fold[i] == held_out) continue;
    ++count;
    sum += rows.y[i];
  }
  return count > 0 ? sum / count : all_sum / all_count;
}

TEST(TargetEncoding, NothingTellsAFoldOfItsOwnRows) {
  Rows rows = make_rows(kRows);
  for (double& fold : rows.fold) fold = fold == 0 ? 1 : (fold == 2 ? 2 : 3);
  Session session;
  session.node().frames().publish(rows_frame(session.engine(), "tr", rows));
  const auto model = session.train("y", kByFold);
  const frame::Frame frame = session.frame("tr");
  model::CommonParameters parameters;
  parameters.response_column = std::string("y");
  parameters.fold_column = std::string("fold");
  model::ColumnRoles roles;
  for (const char* name : {"x", "b", "a"}) {
    const frame::Column& column = frame.column(frame.require(name));
    roles.predictors.emplace_back(name);
    roles.types.push_back(column.type);
    roles.domains.push_back(column.domain);
  }
  roles.response = "y";
  const model::TargetEncoding encoding({session.engine(), *model, frame, parameters, nullptr},
                                       roles);
  EXPECT_EQ(roles.predictors, (std::vector<std::string>{"a_te", "b_te", "x"}));
  EXPECT_EQ(roles.encoding.names, (std::vector<std::string>{"x", "b", "a"}));
  const model::Dataset main = encoding.main_rows(model::adapt(roles, frame, true));
  const auto column = [&](const model::Dataset& data, std::size_t predictor) {
    neve::frame::Frame one;
    one.layout = frame.layout;
    neve::frame::Column made = frame.column(frame.require("x"));
    made.id = data.inputs.columns[static_cast<std::size_t>(data.predictors[predictor])];
    one.add("c", made);
    return values_of(session.engine(), one, "c");
  };
  const std::vector<double> folds = {1, 2, 3};
  for (std::int32_t fold = -1; fold < 3; ++fold) {
    const model::Dataset data = fold < 0 ? main : encoding.rows_of_fold(main, fold);
    const double held_out = fold < 0 ? -1 : folds[static_cast<std::size_t>(fold)];
    const auto a = column(data, 0);
    const auto b = column(data, 1);
    for (std::size_t row = 0; row < kRows; row += 3) {
      const double own = rows.fold[row];
      ASSERT_NEAR(a[row], mean_without(rows, rows.a, rows.a[row], own, held_out), 1e-10) << row;
      ASSERT_NEAR(b[row], mean_without(rows, rows.b, rows.b[row], own, held_out), 1e-10) << row;
    }
    if (fold < 0) continue;
    model::ColumnRoles of_fold = roles;
    encoding.set_fold(fold, of_fold);
    const auto& numbers = of_fold.encoding.predictors[0].numbers;
    for (std::size_t code = 0; code < kA.size(); ++code) {
      const double expected =
          mean_without(rows, rows.a, static_cast<double>(code), held_out, held_out);
      EXPECT_NEAR(numbers[code], expected, 1e-10);
    }
  }
}

TEST(TargetEncoding, RefusesAnEncoderThatDoesNotFit) {
  Session session;
  const auto refused = [&](const schema::Form& form, const std::string& part) {
    const auto model = session.train("y", form);
    const frame::Frame frame = session.frame("tr");
    model::CommonParameters parameters;
    parameters.response_column = std::string("y");
    model::ColumnRoles roles;
    roles.response = "y";
    try {
      const model::TargetEncoding encoding({session.engine(), *model, frame, parameters, nullptr},
                                           roles);
      ADD_FAILURE() << part;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  refused(kByFold, "same fold_column");
  refused({{"noise", "0.1"}}, "noise 0");
  refused({{"noise", "0"}, {"data_leakage_handling", "LeaveOneOut"}}, "KFold or None");
  refused({{"noise", "0"}, {"columns_to_encode", R"([["a","b"]])"}}, "each column by itself");
}

}  // namespace
