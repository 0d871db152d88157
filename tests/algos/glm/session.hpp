#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "algos/glm/glm_model.hpp"
#include "support/take_over.hpp"

namespace neve::algos::glm {
const model::Algorithm& algorithm();
}

namespace neve::testing::glm {

using algos::glm::GlmModel;

using Columns = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// The columns of a golden file, as text.
Columns read_columns(const std::string& file);

/// As many row groups as make fits begin with a sample of them.
std::vector<std::int64_t> many_groups(std::int64_t rows = 500);

/// data.csv and more.csv as a frame of several row groups, over and over where it is longer; text
/// is categorical, and "class" is the binomial response as a categorical.
frame::Frame golden_frame(mr::Engine& engine,
                          const std::vector<std::int64_t>& cuts = {0, 64, 128, 200, 290, 400, 500});

/// Nodes with the golden frame, and a client of one of them.
class Session : public TrainingNodes {
 public:
  Session(int nodes, int threads);
  Session(int nodes, int threads, const std::vector<std::int64_t>& cuts);
  model::Build check(schema::Form form);
  /// Trains on x1, x2 and g. Fails the test where training fails.
  std::shared_ptr<const GlmModel> train(const std::string& response, const schema::Form& form);
  static schema::Form complete(const std::string& response, schema::Form form);
  std::vector<std::string> warnings;
};

/// What a model of the golden frame has learnt that went on after the loss of its driver.
wire::Bytes learnt_after_loss(
    const std::string& response, const schema::Form& form, int states,
    const std::function<void(mr::ComputeNode&)>& prepare = [](mr::ComputeNode&) {});

/// Figures of a case by name, from expected.txt or expected_r.txt.
std::map<std::string, std::vector<double>> golden(const std::string& wanted,
                                                  const std::string& file);

schema::Form with(schema::Form form, const std::string& name, const std::string& value);

}  // namespace neve::testing::glm
