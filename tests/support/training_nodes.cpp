#include "support/training_nodes.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "munge/api/tasks.hpp"

namespace neve::testing {

AlgorithmList with_first(const model::Algorithm& algorithm, AlgorithmList others) {
  others.insert(others.begin(), &algorithm);
  return others;
}

mr::TaskList training_tasks(const AlgorithmList& algorithms) {
  mr::TaskList tasks;
  std::set<std::string_view> names;
  const auto add = [&](const mr::TaskList& list) {
    for (const mr::TaskEntry* task : list) {
      if (names.insert(task->name).second) tasks.push_back(task);
    }
  };
  for (const model::Algorithm* algorithm : algorithms) add(algorithm->tasks);
  for (const auto& list : {model::tasks(), model::metrics::tasks(), munge::tasks()}) add(list);
  return tasks;
}

mr::TaskList training_tasks(const model::Algorithm& algorithm) {
  return training_tasks(AlgorithmList{&algorithm});
}

model::Models::Parts models_parts(mr::ComputeNode& node, job::Jobs& jobs,
                                  const model::Algorithms& algorithms) {
  return {.engine = node.engine(),
          .frames = node.frames(),
          .jobs = jobs,
          .algorithms = algorithms,
          .cluster_tag = "tag",
          .reproducibility = {},
          .frame_checksum = [](const frame::Frame&) { return std::int64_t{7}; }};
}

schema::Form with(schema::Form form, const schema::Form& more) {
  form.insert(form.end(), more.begin(), more.end());
  return form;
}

schema::Form with_defaults(schema::Form form, const schema::Form& defaults) {
  for (const auto& field : defaults) {
    const auto given = std::ranges::find(form, field.first, &schema::Form::value_type::first);
    if (given == form.end()) form.push_back(field);
  }
  return form;
}

TrainingNodes::TrainingNodes(const model::Algorithm& algorithm, int nodes, int threads,
                             std::string version, const AlgorithmList& others)
    : algorithm_(algorithm),
      cluster_(nodes, threads, std::int64_t{1} << 30U,
               training_tasks(with_first(algorithm, others))),
      algorithms_(with_first(algorithm, others)),
      jobs_(jobs_parts(node()), "test"),
      models_(parts(std::move(version))) {
  models_.define_jobs(jobs_);
}

TrainingNodes::~TrainingNodes() = default;

model::Build TrainingNodes::check_form(const schema::Form& form) {
  return models_.check(algorithm_, form, "python");
}

std::shared_ptr<job::Job> TrainingNodes::train_form(const schema::Form& form) {
  auto job = models_.train(check_form(form));
  job->wait();
  EXPECT_EQ(job->snapshot().exception, "");
  return job;
}

std::string TrainingNodes::failure_of(const model::Build& build) {
  const auto job = models_.train(build);
  job->wait();
  return job->snapshot().exception;
}

model::Models::Parts TrainingNodes::parts(std::string version) {
  model::Models::Parts made = models_parts(node(), jobs_, algorithms_);
  made.version = std::move(version);
  made.export_path = [](const std::string& folder, const std::string& name) {
    return folder + "/" + name;
  };
  made.write_file = [this](const std::string& path, const wire::Bytes& bytes) {
    files[path] = bytes;
  };
  return made;
}

}  // namespace neve::testing
