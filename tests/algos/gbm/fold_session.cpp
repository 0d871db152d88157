#include "algos/gbm/fold_session.hpp"

namespace neve::testing {

void publish_frame(mr::ComputeNode& node) {
  mr::Engine& engine = node.engine();
  const CounterRng random(1);
  std::vector<std::vector<double>> columns(9);
  for (std::uint64_t i = 0; i < kRows; ++i) {
    const double x = random.uniform(4 * i) * 10;
    const double k = static_cast<double>(random.below(4 * i + 1, 5));
    const double y = x + (k == 2 ? 4 : 0) + random.uniform(4 * i + 2);
    const double weight = i % 4 == 0 ? 2 : 1;
    const double fold = static_cast<double>(random.below(4 * i + 3, 3));
    const double row[] = {x, k, y, y > 6 ? 1.0 : 0.0, weight, fold};
    for (std::size_t c = 0; c < 6; ++c) columns[c].push_back(row[c]);
    for (int f = 0; f < 3; ++f) {
      columns[6 + static_cast<std::size_t>(f)].push_back(fold == f ? 0 : weight);
    }
  }
  frame::Frame frame;
  frame.key = "tr";
  frame.layout = engine.new_layout(frame::row_cuts(kRows, 9));
  const char* names[] = {"x", "k", "y", "two", "w", "fold", "but_0", "but_1", "but_2"};
  for (std::size_t c = 0; c < columns.size(); ++c) {
    add_column(
        frame, engine, names[c], columns[c],
        c == 1 ? Levels{"a", "b", "c", "d", "e"} : (c == 3 ? Levels{"no", "yes"} : Levels{}));
  }
  node.frames().publish(frame);
}

schema::Form complete(const std::string& response, schema::Form form, const std::string& weights) {
  const bool folds =
      std::ranges::any_of(form, [](const auto& given) { return given.first == "fold_column"; });
  std::string ignored;
  for (const char* name : {"y", "two", "w", "but_0", "but_1", "but_2", "fold"}) {
    if (name == response || name == weights || (folds && name == std::string("fold"))) continue;
    ignored += (ignored.empty() ? "\"" : ",\"") + std::string(name) + "\"";
  }
  form.emplace_back("ignored_columns", "[" + ignored + "]");
  form.emplace_back("response_column", response);
  form.emplace_back("weights_column", weights);
  form.emplace_back("training_frame", "tr");
  form.emplace_back("seed", "1");
  const bool named =
      std::ranges::any_of(form, [](const auto& given) { return given.first == "model_id"; });
  if (!named) form.emplace_back("model_id", "model");
  return form;
}

}  // namespace neve::testing
