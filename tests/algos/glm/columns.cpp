#include "algos/glm/columns.hpp"

namespace neve::testing::glm {

Column golden_column(const std::string& name) {
  for (const char* file : {"data.csv", "more.csv"}) {
    for (const auto& [found, cells] : read_columns(file)) {
      if (found != name) continue;
      Column made{name, {}, {}};
      if (name == "g" || name == "three" || name == "grade") {
        const std::set<std::string> levels(cells.begin(), cells.end());
        made.levels.assign(levels.begin(), levels.end());
      }
      for (const std::string& cell : cells) {
        made.values.push_back(
            made.levels.empty()
                ? std::stod(cell)
                : static_cast<double>(std::ranges::find(made.levels, cell) - made.levels.begin()));
      }
      return made;
    }
  }
  throw std::runtime_error(name);
}

void publish(mr::ComputeNode& node, const std::string& key, const std::vector<Column>& columns) {
  std::vector<std::pair<std::string, Levels>> described;
  std::vector<std::vector<double>> values;
  for (const Column& column : columns) {
    described.emplace_back(column.name, column.levels);
    values.push_back(column.values);
  }
  node.frames().publish(neve::testing::described_frame(node.engine(), key, described, values));
}

std::shared_ptr<const GlmModel> train(model::Models& models, const std::string& frame,
                                      schema::Form form) {
  form.emplace_back("training_frame", frame);
  form.emplace_back("model_id", "model");
  form.emplace_back("seed", "1");
  const auto job = models.train(models.check(algos::glm::algorithm(), form, "python"));
  job->wait();
  EXPECT_EQ(job->snapshot().exception, "");
  return std::dynamic_pointer_cast<const GlmModel>(models.find("model"));
}

std::string failure(model::Models& models, const std::string& frame, schema::Form form) {
  form.emplace_back("training_frame", frame);
  form.emplace_back("model_id", "model");
  const auto build = models.check(algos::glm::algorithm(), form, "python");
  if (build.errors() > 0) {
    for (const auto& message : build.messages) {
      if (message.kind == model::Message::Kind::error) return message.text;
    }
  }
  const auto job = models.train(build);
  job->wait();
  return job->snapshot().exception;
}

std::vector<Column> slopes(const Column& g, const Column& x, const std::string& name,
                           std::size_t first_level) {
  std::vector<Column> made;
  for (std::size_t level = first_level; level < g.levels.size(); ++level) {
    Column column{name + "." + g.levels[level], {}, {}};
    for (std::size_t i = 0; i < x.values.size(); ++i) {
      column.values.push_back(g.values[i] == static_cast<double>(level) ? x.values[i] : 0);
    }
    made.push_back(std::move(column));
  }
  return made;
}

Column product(const Column& a, const Column& b) {
  Column made{a.name + "_" + b.name, {}, {}};
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    made.values.push_back(a.values[i] * b.values[i]);
  }
  return made;
}

Column pairs(const Column& a, const Column& b, bool reference) {
  Column made{a.name + "_" + b.name, {}, {}};
  std::set<std::string> names;
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const bool referred = reference && (a.values[i] == 0 || b.values[i] == 0);
    cells.push_back(referred ? "!reference"
                             : a.levels[static_cast<std::size_t>(a.values[i])] + "_" +
                                   b.levels[static_cast<std::size_t>(b.values[i])]);
    names.insert(cells.back());
  }
  made.levels.assign(names.begin(), names.end());
  for (const auto& cell : cells) {
    made.values.push_back(
        static_cast<double>(std::ranges::find(made.levels, cell) - made.levels.begin()));
  }
  return made;
}

schema::Form form_of(const std::string& response, const schema::Form& more) {
  schema::Form form = more;
  form.emplace_back("response_column", response);
  return form;
}

}  // namespace neve::testing::glm
