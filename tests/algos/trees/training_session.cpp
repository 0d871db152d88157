#include "algos/trees/training_session.hpp"

namespace neve::testing {

std::vector<std::vector<double>> made_up(std::int64_t rows, std::uint64_t seed, double noise) {
  const CounterRng random(seed);
  std::vector<std::vector<double>> columns(6);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rows); ++i) {
    const double x = random.uniform(4 * i) * 10;
    const auto k = static_cast<double>(random.below(4 * i + 1, 5));
    const double y = x + (k == 2 ? 4 : 0) + noise * random.uniform(4 * i + 2);
    columns[0].push_back(i % 13 == 0 ? frame::kMissingDouble : x);
    columns[1].push_back(k);
    columns[2].push_back(y);
    columns[3].push_back(i % 29 == 0 ? -1 : (y > 6 ? 1 : 0));
    columns[4].push_back(std::min(2.0, std::floor(y / 4)));
    columns[5].push_back(y > 6 ? 1 : 0);
  }
  return columns;
}

void publish_frames(mr::ComputeNode& node, const ForestData& data) {
  const std::vector<std::pair<std::string, Levels>> described = {
      {"x", {}},
      {"k", {"a", "b", "c", "d", "e"}},
      {"y", {}},
      {"two", {"no", "yes"}},
      {"three", {"low", "middle", "high"}},
      {"zero_one", {}}};
  constexpr std::int64_t kValidationRows = 3'000;
  const auto publish = [&](const char* key, std::int64_t rows, std::uint64_t seed) {
    node.frames().publish(
        described_frame(node.engine(), key, described, made_up(rows, seed, data.noise)));
  };
  publish("tr", data.rows, 1);
  publish("va", kValidationRows, 2);
}

}  // namespace neve::testing
