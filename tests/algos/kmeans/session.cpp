#include "algos/kmeans/session.hpp"

namespace neve::testing::kmeans {

Rows make_rows(std::size_t count, std::uint64_t middles) {
  const CounterRng random(9);
  Rows rows;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto of = static_cast<double>(random.below(6 * i, middles));
    const auto noise = [&](std::uint64_t n) {
      return random.uniform(6 * i + n) + random.uniform(6 * i + n + 1) - 1;
    };
    rows.x.push_back(i % 13 == 12 ? frame::kMissingDouble : 1e5 + 3 * of + noise(1));
    rows.y.push_back(of * of - 2 * of + noise(3));
    const double level = static_cast<double>(random.below(6 * i + 5, 3));
    rows.k.push_back(i % 17 == 16 ? -1 : of < 2 ? 0 : level);
  }
  return rows;
}

frame::Frame rows_frame(mr::Engine& engine, const std::string& key, const Rows& rows) {
  return described_frame(engine, key, {{"x", {}}, {"y", {}}, {"k", {"a", "b", "c"}}},
                         {rows.x, rows.y, rows.k});
}

void publish_rows(mr::ComputeNode& node) {
  node.frames().publish(rows_frame(node.engine(), "tr", make_rows(kRows)));
}

schema::Form complete(schema::Form form) {
  return with_defaults(std::move(form),
                       {{"training_frame", "tr"}, {"model_id", "model"}, {"seed", "1"}});
}

}  // namespace neve::testing::kmeans
