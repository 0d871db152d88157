#pragma once

#include "algos/glm/session.hpp"
#include "support/described_frame.hpp"

/// Frames whose columns are made by hand, of the golden ones.
namespace neve::testing::glm {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Column {
  std::string name;
  Levels levels;
  std::vector<double> values;
};

/// Columns of the golden files by name; levels as codes.
inline Column golden_column(const std::string& name) {
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

inline void publish(mr::ComputeNode& node, const std::string& key,
                    const std::vector<Column>& columns) {
  std::vector<std::pair<std::string, Levels>> described;
  std::vector<std::vector<double>> values;
  for (const Column& column : columns) {
    described.emplace_back(column.name, column.levels);
    values.push_back(column.values);
  }
  node.frames().publish(neve::testing::described_frame(node.engine(), key, described, values));
}

inline std::shared_ptr<const GlmModel> train(model::Models& models, const std::string& frame,
                                             schema::Form form) {
  form.emplace_back("training_frame", frame);
  form.emplace_back("model_id", "model");
  form.emplace_back("seed", "1");
  const auto job = models.train(models.check(algos::glm::algorithm(), form, "python"));
  job->wait();
  EXPECT_EQ(job->snapshot().exception, "");
  return std::dynamic_pointer_cast<const GlmModel>(models.find("model"));
}

inline std::string failure(model::Models& models, const std::string& frame, schema::Form form) {
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

/// g_x1.a … , each x1 where g is that level.
inline std::vector<Column> slopes(const Column& g, const Column& x, const std::string& name,
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

inline Column product(const Column& a, const Column& b) {
  Column made{a.name + "_" + b.name, {}, {}};
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    made.values.push_back(a.values[i] * b.values[i]);
  }
  return made;
}

/// A column of pairs of levels; with a reference, all pairs with a first level are its level 0.
inline Column pairs(const Column& a, const Column& b, bool reference) {
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

struct Base {
  Column g = golden_column("g");
  Column three = golden_column("three");
  Column x1 = golden_column("x1");
  Column x2 = golden_column("x2");
  Column gaussian = golden_column("gaussian");
  Column poisson = golden_column("poisson");
  Column binomial = golden_column("binomial");
  [[nodiscard]] std::vector<Column> with(const Column& response) const {
    return {g, three, x1, x2, response};
  }
};

inline schema::Form form_of(const std::string& response, const schema::Form& more) {
  schema::Form form = more;
  form.emplace_back("response_column", response);
  return form;
}

}  // namespace neve::testing::glm
