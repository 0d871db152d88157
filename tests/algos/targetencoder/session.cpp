#include "algos/targetencoder/session.hpp"

namespace neve::testing::targetencoder {

Rows make_rows(std::size_t count) {
  const CounterRng random(4);
  Rows rows;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto a = static_cast<double>(random.below(8 * i, 3));
    const auto b = static_cast<double>(std::min<std::uint64_t>(random.below(8 * i + 1, 60), 59) < 57
                                           ? random.below(8 * i + 2, 2)
                                           : 2 + i % 3);
    rows.a.push_back(i % 11 == 10 ? -1 : a);
    rows.b.push_back(b);
    rows.x.push_back(random.uniform(8 * i + 3));
    rows.fold.push_back(std::vector<double>{0, 2, 5}[random.below(8 * i + 4, 3)]);
    const double signal = a + b + 3 * random.uniform(8 * i + 5);
    rows.two.push_back(i % 41 == 40 ? -1 : (signal > 3 ? 1 : 0));
    rows.three.push_back(i % 43 == 42 ? -1 : (signal > 4 ? 2 : (signal > 2 ? 1 : 0)));
    rows.y.push_back(i % 47 == 46 ? frame::kMissingDouble : 10 * signal);
  }
  return rows;
}

frame::Frame rows_frame(mr::Engine& engine, const std::string& key, const Rows& rows) {
  return described_frame(
      engine, key,
      {{"a", kA}, {"b", kB}, {"x", {}}, {"fold", {}}, {"two", kTwo}, {"three", kThree}, {"y", {}}},
      {rows.a, rows.b, rows.x, rows.fold, rows.two, rows.three, rows.y});
}

schema::Form complete(const std::string& response, schema::Form form) {
  std::string ignored;
  for (const char* name : {"two", "three", "y"}) {
    if (name != response) ignored += (ignored.empty() ? "\"" : ",\"") + std::string(name) + "\"";
  }
  return with(std::move(form), {{"training_frame", "tr"},
                                {"model_id", "model"},
                                {"seed", "7"},
                                {"response_column", response},
                                {"ignored_columns", "[" + ignored + "]"}});
}

}  // namespace neve::testing::targetencoder
