#pragma once

#include "algos/glm/session.hpp"
#include "support/described_frame.hpp"

/// Frames whose columns are made by hand, of the golden ones.
namespace neve::testing::glm {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Column {
  std::string name;
  Levels levels;
  std::vector<double> values;
};

/// Columns of the golden files by name; levels as codes.
Column golden_column(const std::string& name);

void publish(mr::ComputeNode& node, const std::string& key, const std::vector<Column>& columns);

std::shared_ptr<const GlmModel> train(model::Models& models, const std::string& frame,
                                      schema::Form form);

std::string failure(model::Models& models, const std::string& frame, schema::Form form);

/// g_x1.a … , each x1 where g is that level.
std::vector<Column> slopes(const Column& g, const Column& x, const std::string& name,
                           std::size_t first_level);

Column product(const Column& a, const Column& b);

/// A column of pairs of levels; with a reference, all pairs with a first level are its level 0.
Column pairs(const Column& a, const Column& b, bool reference);

struct Base {
  Column g = golden_column("g");
  Column three = golden_column("three");
  Column x1 = golden_column("x1");
  Column x2 = golden_column("x2");
  Column gaussian = golden_column("gaussian");
  Column poisson = golden_column("poisson");
  Column binomial = golden_column("binomial");
  [[nodiscard]] std::vector<Column> with(const Column& response) const {
    return {g, three, x1, x2, response};
  }
};

schema::Form form_of(const std::string& response, const schema::Form& more);

}  // namespace neve::testing::glm
