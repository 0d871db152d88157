#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "algos/gbm/gbm_model.hpp"
#include "mr/api/compute_node.hpp"
#include "support/described_frame.hpp"
#include "support/node_jobs.hpp"

namespace neve::algos::gbm {
const model::Algorithm& algorithm();
}

namespace neve::testing {

using algos::gbm::GbmModel;

inline constexpr std::int64_t kRows = 9'000;
inline constexpr std::int64_t kMemory = std::int64_t{1} << 30U;

inline mr::TaskList all_tasks() {
  mr::TaskList tasks;
  std::set<std::string_view> names;
  for (const auto& list : {algos::gbm::algorithm().tasks, model::tasks()}) {
    for (const mr::TaskEntry* task : list) {
      if (names.insert(task->name).second) tasks.push_back(task);
    }
  }
  return tasks;
}

/// Predictors x and k, responses y and two, weights w, a fold column of three folds, and for each
/// fold k the weights "but_k" (w, 0 in the fold).
inline void publish_frame(mr::ComputeNode& node) {
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

inline schema::Form complete(const std::string& response, schema::Form form,
                             const std::string& weights = "w") {
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

class Session {
 public:
  explicit Session(int nodes = 1, int threads = 2, std::string version = "1")
      : cluster_(nodes, threads, kMemory, all_tasks()),
        algorithms_({&algos::gbm::algorithm()}),
        jobs_(jobs_parts(node()), "test"),
        models_({.engine = node().engine(),
                 .frames = node().frames(),
                 .jobs = jobs_,
                 .algorithms = algorithms_,
                 .cluster_tag = "tag",
                 .reproducibility = {},
                 .frame_checksum = [](const frame::Frame&) { return std::int64_t{7}; },
                 .version = std::move(version)}) {
    models_.define_jobs(jobs_);
    publish_frame(node());
  }
  mr::ComputeNode& node() { return cluster_.node(0); }
  model::Models& models() { return models_; }
  std::shared_ptr<job::Job> start(const schema::Form& form) {
    return models_.train(models_.check(algos::gbm::algorithm(), form, "python"));
  }
  std::shared_ptr<const GbmModel> train(const schema::Form& form,
                                        const std::string& name = "model") {
    const auto job = start(form);
    job->wait();
    EXPECT_EQ(job->snapshot().exception, "");
    EXPECT_EQ(job->snapshot().progress, 1);
    return model(name);
  }
  std::shared_ptr<const GbmModel> model(const std::string& name) {
    return std::dynamic_pointer_cast<const GbmModel>(models_.find(name));
  }
  std::vector<double> values(const frame::Frame& frame, const std::string& name) {
    std::vector<double> all;
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      std::vector<double> part(static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g))));
      node()
          .engine()
          .chunk(*frame.layout, frame.column(frame.require(name)).id, GroupIndex(g))
          .decode(0, part);
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }
  std::vector<double> values(const std::string& frame, const std::string& name) {
    return values(node().frames().require(frame), name);
  }

 private:
  mr::LocalCluster cluster_;
  model::Algorithms algorithms_;
  job::Jobs jobs_;
  model::Models models_;
};

}  // namespace neve::testing
