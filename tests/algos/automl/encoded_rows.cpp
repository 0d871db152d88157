#include "algos/automl/encoded_rows.hpp"

namespace neve::automl::testing {

neve::testing::Levels numbered(const std::string& stem, std::size_t count) {
  neve::testing::Levels levels;
  for (std::size_t i = 0; i < count; ++i) levels.push_back(stem + std::to_string(i));
  return levels;
}

void publish_encoded_rows(mr::ComputeNode& node, const std::string& key, std::uint64_t rows,
                          std::size_t levels, std::uint64_t seed) {
  const CounterRng random(seed);
  std::vector<std::vector<double>> columns(5);
  for (std::uint64_t i = 0; i < rows; ++i) {
    const double x = random.uniform(8 * i);
    const std::uint64_t k = random.below(8 * i + 1, levels);
    const auto c = static_cast<double>(i % 3);
    const CounterRng of_level(99);
    const double signal = x + 3 * of_level.uniform(k) + random.uniform(8 * i + 2);
    columns[0].push_back(x);
    columns[1].push_back(i % 17 == 16 ? -1 : static_cast<double>(k));
    columns[2].push_back(c);
    columns[3].push_back(signal > 2.5 ? 1 : 0);
    columns[4].push_back(signal > 3 ? 2 : (signal > 2 ? 1 : 0));
  }
  node.frames().publish(neve::testing::described_frame(node.engine(), key,
                                                       {{"x", {}},
                                                        {"k", numbered("k", levels)},
                                                        {"c", {"a", "b", "c"}},
                                                        {"two", {"no", "yes"}},
                                                        {"three", {"u", "v", "w"}}},
                                                       columns));
}

void publish_encoded(mr::ComputeNode& node) {
  publish_encoded_rows(node, "tr", 900, 40, 5);
  publish_encoded_rows(node, "test", 300, 45, 6);
}

BuildSpec encoded_spec(std::int32_t max_models, const std::string& response) {
  BuildSpec made = spec(max_models, response);
  made.input_spec.ignored_columns = {response == "two" ? "three" : "two"};
  made.build_models.preprocessing = {PreprocessingStep()};
  made.build_models.exclude_algos = {Algo::deeplearning};
  return made;
}

}  // namespace neve::automl::testing
