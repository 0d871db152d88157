#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "algos/glm/glm_model.hpp"
#include "mr/api/compute_node.hpp"
#include "support/node_jobs.hpp"

namespace neve::algos::glm {
const model::Algorithm& algorithm();
}

namespace neve::testing::glm {

using algos::glm::GlmModel;

inline mr::TaskList all_tasks() {
  mr::TaskList tasks;
  std::set<std::string_view> names;
  for (const auto& list :
       {algos::glm::algorithm().tasks, model::tasks(), model::metrics::tasks()}) {
    for (const mr::TaskEntry* task : list) {
      if (names.insert(task->name).second) tasks.push_back(task);
    }
  }
  return tasks;
}

using Columns = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// The columns of a golden file, as text.
inline Columns read_columns(const std::string& file) {
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

/// data.csv and more.csv as a frame of several row groups; text is categorical, and "class" is the
/// binomial response as a categorical.
inline frame::Frame golden_frame(mr::Engine& engine) {
  Columns columns = read_columns("data.csv");
  const Columns more = read_columns("more.csv");
  columns.insert(columns.end(), more.begin(), more.end());
  columns.emplace_back("class", columns[6].second);
  for (std::string& cell : columns.back().second) cell = cell == "1" ? "yes" : "no";
  frame::Frame frame;
  frame.key = "golden";
  frame.layout = engine.new_layout({0, 64, 128, 200, 290, 400, 500});
  for (const auto& [name, cells] : columns) {
    const std::set<std::string> levels(cells.begin(), cells.end());
    const bool coded = name == "g" || name == "three" || name == "grade" || name == "class";
    const ColumnId id = engine.new_column_id();
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      const auto first = cells.begin() + frame.layout->first_row(GroupIndex(g));
      std::vector<double> numbers;
      std::vector<std::int32_t> codes;
      for (auto cell = first; cell != first + frame.layout->rows_of(GroupIndex(g)); ++cell) {
        if (coded) {
          codes.push_back(
              static_cast<std::int32_t>(std::distance(levels.begin(), levels.find(*cell))));
        } else {
          numbers.push_back(std::stod(*cell));
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

/// Nodes with the golden frame, and a client of one of them.
class Session {
 public:
  Session(int nodes, int threads)
      : cluster_(nodes, threads, std::int64_t{1} << 30U, all_tasks()),
        algorithms_({&algos::glm::algorithm()}),
        jobs_(neve::testing::jobs_parts(node()), "test"),
        models_({.engine = node().engine(),
                 .frames = node().frames(),
                 .jobs = jobs_,
                 .algorithms = algorithms_,
                 .cluster_tag = "tag",
                 .reproducibility = {},
                 .frame_checksum = [](const frame::Frame&) { return std::int64_t{7}; }}) {
    models_.define_jobs(jobs_);
    node().frames().publish(golden_frame(node().engine()));
  }
  mr::ComputeNode& node() { return cluster_.node(0); }
  model::Models& models() { return models_; }

  model::Build check(schema::Form form) {
    form.emplace_back("training_frame", "golden");
    form.emplace_back("model_id", "model");
    return models_.check(algos::glm::algorithm(), form, "python");
  }
  /// Trains on x1, x2 and g. Fails the test where training fails.
  std::shared_ptr<const GlmModel> train(const std::string& response, const schema::Form& form) {
    const auto job =
        models_.train(models_.check(algos::glm::algorithm(), complete(response, form), "python"));
    job->wait();
    EXPECT_EQ(job->snapshot().exception, "");
    warnings = job->snapshot().warnings;
    return std::dynamic_pointer_cast<const GlmModel>(models_.find("model"));
  }
  static schema::Form complete(const std::string& response, schema::Form form) {
    std::string ignored;
    for (const char* name : {"offset", "weight", "gaussian", "binomial", "poisson", "gamma",
                             "class", "tweedie", "negbinomial", "fraction", "three", "grade"}) {
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
  std::vector<std::string> warnings;

 private:
  mr::LocalCluster cluster_;
  model::Algorithms algorithms_;
  job::Jobs jobs_;
  model::Models models_;
};

/// Figures of a case by name, from expected.txt or expected_r.txt.
inline std::map<std::string, std::vector<double>> golden(const std::string& wanted,
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

inline schema::Form with(schema::Form form, const std::string& name, const std::string& value) {
  form.emplace_back(name, value);
  return form;
}

}  // namespace neve::testing::glm
