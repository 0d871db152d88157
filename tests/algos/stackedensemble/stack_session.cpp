#include "algos/stackedensemble/stack_session.hpp"

namespace neve::algos::stackedensemble::testing {

frame::Frame stack_rows(mr::Engine& engine, const std::string& key, std::size_t rows,
                        std::uint64_t seed) {
  const CounterRng random(seed);
  std::vector<std::vector<double>> columns(9, std::vector<double>(rows));
  for (std::uint64_t i = 0; i < rows; ++i) {
    const double a = random.uniform(8 * i);
    const double b = random.uniform(8 * i + 1);
    const double y = 2 * a - 3 * b * b + 0.3 * random.uniform(8 * i + 3);
    const double shift = random.uniform(8 * i + 4);
    columns[0][i] = a;
    columns[1][i] = b;
    columns[2][i] = random.uniform(8 * i + 2);
    columns[3][i] = y;
    columns[4][i] = std::floor(3 + y + 2 * shift);
    columns[5][i] = y + shift > 0.4 ? 1 : 0;
    columns[6][i] = std::clamp(std::floor(1.5 + y + shift), 0.0, 2.0);
    columns[7][i] = 1 + static_cast<double>(i % 3);
    columns[8][i] = static_cast<double>(random.below(8 * i + 5, 3));
  }
  return neve::testing::described_frame(engine, key,
                                        {{"a", {}},
                                         {"b", {}},
                                         {"noise", {}},
                                         {"y", {}},
                                         {"count", {}},
                                         {"two", {"no", "yes"}},
                                         {"three", {"low", "middle", "high"}},
                                         {"w", {}},
                                         {"fold", {}}},
                                        columns);
}

void publish_rows(mr::ComputeNode& node) {
  node.frames().publish(stack_rows(node.engine(), "tr", kRows, 3));
  node.frames().publish(stack_rows(node.engine(), "new", 5'000, 4));
}

neve::testing::AlgorithmList base_algorithms() {
  return {&glm::algorithm(), &gbm::algorithm(), &naivebayes::algorithm()};
}

schema::Form base_glm(const std::string& name, const std::string& response,
                      const std::string& ignored, const schema::Form& more) {
  return with({{"model_id", name},
               {"training_frame", "tr"},
               {"response_column", response},
               {"ignored_columns", ignored},
               {"seed", "1"},
               {"lambda", "0"}},
              more);
}

std::string only(const std::string& predictor) {
  std::string list = "[" + std::string(kAllBut);
  for (const char* name : {"a", "b", "noise"}) {
    if (predictor.find(name) == std::string::npos) list += ",\"" + std::string(name) + "\"";
  }
  return list + "]";
}

schema::Form stack_form(const std::string& bases, const std::string& response,
                        const schema::Form& more) {
  return with({{"model_id", "stack"},
               {"training_frame", "tr"},
               {"response_column", response},
               {"base_models", bases},
               {"seed", "5"}},
              more);
}

std::vector<std::pair<std::string, double>> coefficients_of(const model::ModelPtr& model) {
  const auto glm = std::dynamic_pointer_cast<const glm::GlmModel>(model);
  std::vector<std::pair<std::string, double>> found;
  if (glm == nullptr) return found;
  const auto names = glm->coefficient_names();
  for (std::size_t i = 0; i < names.size(); ++i) found.emplace_back(names[i], glm->coefficients[i]);
  return found;
}

}  // namespace neve::algos::stackedensemble::testing
