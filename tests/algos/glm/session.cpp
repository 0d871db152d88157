#include "algos/glm/session.hpp"

namespace neve::testing::glm {

Columns read_columns(const std::string& file) {
  std::ifstream in(NEVE_SOURCE_DIR "/tests/algos/glm/golden/" + file);
  Columns columns;
  std::string line;
  for (bool header = true; std::getline(in, line); header = false) {
    std::istringstream cells(line);
    std::string cell;
    for (std::size_t c = 0; std::getline(cells, cell, ','); ++c) {
      if (header) {
        columns.emplace_back(cell, std::vector<std::string>());
      } else {
        columns[c].second.push_back(cell);
      }
    }
  }
  return columns;
}

std::vector<std::int64_t> many_groups(std::int64_t rows) {
  std::vector<std::int64_t> cuts;
  for (std::int64_t row = 0; row < rows; row += rows / 70) cuts.push_back(row);
  cuts.push_back(rows);
  return cuts;
}

frame::Frame golden_frame(mr::Engine& engine, const std::vector<std::int64_t>& cuts) {
  Columns columns = read_columns("data.csv");
  const Columns more = read_columns("more.csv");
  columns.insert(columns.end(), more.begin(), more.end());
  columns.emplace_back("class", columns[6].second);
  for (std::string& cell : columns.back().second) cell = cell == "1" ? "yes" : "no";
  frame::Frame frame;
  frame.key = "golden";
  frame.layout = engine.new_layout(cuts);
  for (const auto& [name, cells] : columns) {
    const std::set<std::string> levels(cells.begin(), cells.end());
    const bool coded = name == "g" || name == "three" || name == "grade" || name == "class";
    const ColumnId id = engine.new_column_id();
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      const std::int64_t first = frame.layout->first_row(GroupIndex(g));
      std::vector<double> numbers;
      std::vector<std::int32_t> codes;
      for (auto row = first; row != first + frame.layout->rows_of(GroupIndex(g)); ++row) {
        const std::string& cell = cells[static_cast<std::size_t>(row) % cells.size()];
        if (coded) {
          codes.push_back(
              static_cast<std::int32_t>(std::distance(levels.begin(), levels.find(cell))));
        } else {
          numbers.push_back(std::stod(cell));
        }
      }
      engine.put_chunk(*frame.layout, id, GroupIndex(g),
                       coded ? frame::encode_codes(codes) : frame::encode_doubles(numbers));
    }
    mr::OutputColumn kind;
    if (coded) {
      kind.kind = mr::OutputKind::codes;
      kind.type = frame::ColumnType::categorical;
      kind.domain = std::make_shared<const std::vector<std::string>>(levels.begin(), levels.end());
    }
    frame.add(name, engine.adopt({&id, 1}, {&kind, 1})[0]);
  }
  return frame;
}

wire::Bytes learnt_after_loss(const std::string& response, const schema::Form& form, int states,
                              const std::function<void(mr::ComputeNode&)>& prepare) {
  return neve::testing::learnt_after_loss(algos::glm::algorithm(),
                                          Session::complete(response, form), states,
                                          [&](mr::ComputeNode& node) {
                                            node.frames().publish(golden_frame(node.engine()));
                                            prepare(node);
                                          });
}

std::map<std::string, std::vector<double>> golden(const std::string& wanted,
                                                  const std::string& file) {
  std::ifstream in(NEVE_SOURCE_DIR "/tests/algos/glm/golden/" + file);
  std::map<std::string, std::vector<double>> figures;
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string name;
    std::string what;
    words >> name >> what;
    double figure = 0;
    while (name == wanted && words >> figure) figures[what].push_back(figure);
  }
  return figures;
}

schema::Form with(schema::Form form, const std::string& name, const std::string& value) {
  form.emplace_back(name, value);
  return form;
}

Session::Session(int nodes, int threads) : TrainingNodes(algos::glm::algorithm(), nodes, threads) {
  node().frames().publish(golden_frame(engine()));
}

Session::Session(int nodes, int threads, const std::vector<std::int64_t>& cuts)
    : TrainingNodes(algos::glm::algorithm(), nodes, threads) {
  node().frames().publish(golden_frame(engine(), cuts));
}

model::Build Session::check(schema::Form form) {
  form.emplace_back("training_frame", "golden");
  form.emplace_back("model_id", "model");
  return check_form(form);
}

std::shared_ptr<const GlmModel> Session::train(const std::string& response,
                                               const schema::Form& form) {
  warnings = train_form(complete(response, form))->snapshot().warnings;
  return model<GlmModel>();
}

schema::Form Session::complete(const std::string& response, schema::Form form) {
  std::string ignored;
  for (const char* name : {"offset", "weight", "gaussian", "binomial", "poisson", "gamma", "class",
                           "tweedie", "negbinomial", "fraction", "three", "grade"}) {
    const bool used = name == response || std::ranges::any_of(form, [&](const auto& given) {
                        return given.first.ends_with("_column") && given.second == name;
                      });
    if (!used) ignored += (ignored.empty() ? "\"" : ",\"") + std::string(name) + "\"";
  }
  form.emplace_back("ignored_columns", "[" + ignored + "]");
  form.emplace_back("response_column", response);
  form.emplace_back("seed", "1");
  form.emplace_back("training_frame", "golden");
  form.emplace_back("model_id", "model");
  return form;
}

}  // namespace neve::testing::glm
