#include "algos/deeplearning/training_session.hpp"

namespace neve::algos::deeplearning {
namespace testing {

std::vector<std::vector<double>> made_up(std::int64_t rows, std::uint64_t seed) {
  const CounterRng random(seed);
  std::vector<std::vector<double>> columns(9);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rows); ++i) {
    const double x = random.uniform(8 * i) * 4 - 2;
    const double z = random.uniform(8 * i + 1) * 100 + 1000;
    const auto k = static_cast<double>(random.below(8 * i + 2, 4));
    const double noise = random.uniform(8 * i + 3) - 0.5;
    const double signal = x * x + (k == 2 ? 2 : 0) - (z - 1050) / 50 + noise;
    columns[0].push_back(i % 13 == 0 ? frame::kMissingDouble : x);
    columns[1].push_back(z);
    columns[2].push_back(i % 17 == 0 ? -1 : k);
    columns[3].push_back(i % 29 == 0 ? frame::kMissingDouble : 10 * signal);
    columns[4].push_back(signal > 2 ? 1 : 0);
    columns[5].push_back(signal > 3 ? 2 : (signal > 1 ? 1 : 0));
    columns[6].push_back(std::floor(std::exp(signal / 2 + random.uniform(8 * i + 4))));
    columns[7].push_back(static_cast<double>(random.below(8 * i + 5, 3)));
    columns[8].push_back(random.uniform(8 * i + 6));
  }
  return columns;
}

void publish_frames(mr::ComputeNode& node, std::int64_t rows) {
  const std::vector<std::pair<std::string, Levels>> described = {
      {"x", {}},
      {"z", {}},
      {"k", {"a", "b", "c", "d"}},
      {"y", {}},
      {"two", {"no", "yes"}},
      {"three", {"low", "middle", "high"}},
      {"n", {}},
      {"w", {}},
      {"o", {}}};
  const auto publish = [&](const char* key, std::int64_t count, std::uint64_t seed) {
    node.frames().publish(
        neve::testing::described_frame(node.engine(), key, described, made_up(count, seed)));
  };
  publish("tr", rows, 1);
  publish("va", rows / 4, 2);
}

}  // namespace testing
}  // namespace neve::algos::deeplearning
