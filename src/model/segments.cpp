#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>
#include <neve/model/models.hpp>
#include <neve/munge/group_by.hpp>
#include <neve/munge/rows.hpp>

#include "job/api/bell.hpp"
#include "model/job_frames.hpp"
#include "schema/api/form.hpp"
#include "store/api/objects.hpp"

namespace neve::model {
namespace {

using munge::ExpressionPtr;
using munge::Op;
using schema::set;

/// The columns that segments are told by: categories or whole numbers.
std::vector<frame::Column> segment_columns(mr::Engine& engine, const frame::Frame& frame,
                                           const std::vector<std::string>& names) {
  std::vector<frame::Column> columns;
  std::string invalid;
  for (const std::string& name : names) {
    const frame::Column& column = frame.column(frame.require(name));
    columns.push_back(column);
    if (column.is_categorical()) continue;
    const bool is_number = column.type == frame::ColumnType::numeric;
    const mr::Inputs inputs{frame.layout, {column.id}};
    if (is_number && ranges_of(engine, inputs, nullptr)[0].integers) continue;
    invalid += (invalid.empty() ? "" : ", ") + name;
  }
  if (invalid.empty()) return columns;
  throw InputError::illegal_argument(
      "Columns to segment-by can only be categorical and integer of type, invalid columns: [" +
          invalid + "]",
      {{"segment_columns", invalid}});
}

std::vector<double> values_of(mr::Engine& engine, const frame::Frame& frame, std::size_t column) {
  return munge::collect(engine, frame.layout, munge::column_of(frame.columns[column]));
}

/// The rows of the frame where the columns are as in the segment.
ExpressionPtr rows_of(const SegmentModels& segments, std::size_t index, const frame::Frame& frame) {
  ExpressionPtr all;
  for (const SegmentModels::Column& wanted : segments.columns) {
    const frame::Column& column = frame.column(frame.require(wanted.name));
    const double value = wanted.values[index];
    ExpressionPtr here = munge::column_of(column);
    if (std::isnan(value)) {
      here = munge::unary(Op::is_missing, here);
    } else if (wanted.domain) {
      // Levels match by text; -1 is no code.
      const std::string& level = (*wanted.domain)[static_cast<std::size_t>(value)];
      const auto at = std::ranges::find(*column.domain, level);
      const double code =
          at == column.domain->end() ? -1 : static_cast<double>(at - column.domain->begin());
      here = munge::binary(Op::equal, here, munge::constant_of(code));
    } else {
      here = munge::binary(Op::equal, here, munge::constant_of(value));
    }
    all = all ? munge::binary(Op::logical_and, all, here) : here;
  }
  return all;
}

SegmentModels::Result result_of(const job::Snapshot& ended) {
  SegmentModels::Result made{ended.description.destination, SegmentModels::Status::succeeded};
  if (ended.status == job::Status::cancelled) made.status = SegmentModels::Status::stopped;
  if (ended.status == job::Status::failed) made.status = SegmentModels::Status::failed;
  made.errors = ended.exception;
  for (const std::string& warning : ended.warnings)
    made.warnings += (made.warnings.empty() ? "" : "\n") + warning;
  return made;
}

}  // namespace

/// What training by segments does; frames come by value, as in TrainRequest.
struct Models::SegmentRequest {
  static constexpr std::string_view kKind = "model.segments";
  std::string algorithm;
  schema::Form form;
  SegmentModels segments;
  std::int32_t parallelism = 1;
  frame::Frame training;
  std::optional<frame::Frame> validation;
  template <class Archive>
  void fields(Archive& archive) {
    archive(algorithm, form, segments, parallelism, training, validation);
  }
};

/// Trains a model for each segment, some at a time, each as a job of its own. Lives in the job.
class Models::SegmentTrainer {
 public:
  SegmentTrainer(Models& models, const SegmentRequest& request, job::Job& job)
      : models_(models), request_(request), job_(job), made_(request.segments) {
    if (job.saved() != nullptr) made_ = wire::decode<SegmentModels>(*job.saved());
  }

  void run() {
    try {
      train_all();
    } catch (...) {
      stop();
      throw;
    }
  }

 private:
  struct Running {
    std::size_t segment = 0;
    std::shared_ptr<job::Job> job;
  };
  void train_all() {
    models_.publish(made_);
    std::size_t next = 0;
    while (true) {
      job_.token()->check();
      for (; next < made_.results.size() && running_.size() < most(); ++next) {
        if (!made_.results[next]) begin(next);
      }
      if (running_.empty() && next == made_.results.size()) break;
      bell_->wait();
      collect();
    }
    models_.publish(made_);
  }
  void stop() {
    for (const Running& each : running_) each.job->cancel();
    for (const Running& each : running_) each.job->wait();
    for (const Running& each : running_) drop_frames(each.segment);
    models_.publish(made_);
  }
  /// Each takes a thread.
  [[nodiscard]] std::size_t most() const {
    constexpr std::int32_t kMost = 64;
    return static_cast<std::size_t>(std::min(request_.parallelism, kMost));
  }
  [[nodiscard]] std::string name(std::size_t segment, const char* suffix = "") const {
    return made_.key + "_" + std::to_string(segment) + suffix;
  }
  void publish_rows(std::size_t segment, const frame::Frame& frame, const std::string& key) {
    mr::Engine& engine = models_.parts_.engine;
    frame::Frame part =
        munge::filter(engine, {rows_of(made_, segment, frame), frame}, job_.token());
    part.key = key;
    models_.parts_.frames.publish(part);
  }
  void drop_frames(std::size_t segment) {
    for (const char* suffix : {"_training", "_validation"})
      models_.parts_.frames.remove(name(segment, suffix));
  }
  /// A segment that cannot be trained is told of, and does not end the others.
  void begin(std::size_t segment) {
    try {
      start(segment);
    } catch (const Cancelled&) {
      throw;
    } catch (const Error& error) {
      end(segment, {name(segment), SegmentModels::Status::failed, error.what(), {}});
    }
  }
  void start(std::size_t segment) {
    schema::Form form = request_.form;
    set(form, "model_id", name(segment));
    set(form, "training_frame", name(segment, "_training"));
    publish_rows(segment, request_.training, name(segment, "_training"));
    if (request_.validation) {
      set(form, "validation_frame", name(segment, "_validation"));
      publish_rows(segment, *request_.validation, name(segment, "_validation"));
    }
    const Build build =
        models_.check(*models_.parts_.algorithms.find(request_.algorithm), form, "segments");
    if (build.errors() > 0) {
      end(segment, {name(segment),
                    SegmentModels::Status::failed,
                    error_details(*build.algorithm->parameters, build.messages),
                    {}});
      return;
    }
    running_.push_back({segment, models_.train(build)});
    running_.back().job->when_finished([bell = bell_] { bell->ring(); });
  }
  void collect() {
    for (std::size_t i = running_.size(); i-- > 0;) {
      if (!running_[i].job->finished()) continue;
      const Running ended = running_[i];
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      end(ended.segment, result_of(ended.job->snapshot()));
    }
  }
  void end(std::size_t segment, SegmentModels::Result result) {
    drop_frames(segment);
    made_.results[segment] = std::move(result);
    // All of it each time, so no more often than the state is kept; and once more at the end.
    job_.keep([this] {
      models_.publish(made_);
      return wire::encode(made_);
    });
    const auto ended = std::ranges::count_if(made_.results, [](const auto& r) { return !!r; });
    job_.progress(static_cast<double>(ended) / static_cast<double>(made_.results.size()));
  }

  Models& models_;
  const SegmentRequest& request_;
  job::Job& job_;
  SegmentModels made_;
  std::vector<Running> running_;
  /// Shared with the jobs, which may end after this.
  std::shared_ptr<job::Bell> bell_ = std::make_shared<job::Bell>();
};

void Models::define_segments(job::Jobs& jobs) {
  jobs.define(std::string(SegmentRequest::kKind), [this](job::Job& job, auto bytes) {
    const auto request = wire::decode<SegmentRequest>(bytes);
    SegmentTrainer(*this, request, job).run();
  });
}

SegmentModels Models::find_segments(const SegmentOrder& order, const frame::Frame& training) const {
  mr::Engine& engine = parts_.engine;
  frame::Frame rows;
  std::vector<std::string> names = order.columns;
  if (!order.segments.empty()) {
    const frame::Frame given = parts_.frames.require(order.segments, "segments");
    if (names.empty()) names = given.names;
    rows.layout = given.layout;
    rows.columns = segment_columns(engine, given, names);
  } else {
    if (names.empty()) {
      throw InputError::illegal_argument(
          "Segments are missing: give a frame of them (segments) or columns (segment_columns).");
    }
    munge::Grouping grouping;
    for (const frame::Column& column : segment_columns(engine, training, names))
      grouping.keys.push_back(munge::column_of(column));
    rows = munge::group_frame(engine, training.layout, grouping);
  }
  SegmentModels made;
  for (std::size_t c = 0; c < names.size(); ++c) {
    const frame::Column& column = training.column(training.require(names[c]));
    if (column.is_categorical() != rows.columns[c].is_categorical()) {
      throw InputError::illegal_argument(
          "Column '" + names[c] + "' of the segments is not of the type that it has in frame " +
              training.key + ".",
          {{"column", names[c]}});
    }
    made.columns.push_back({names[c], rows.columns[c].domain, values_of(engine, rows, c)});
  }
  made.results.resize(static_cast<std::size_t>(rows.rows()));
  return made;
}

std::shared_ptr<job::Job> Models::train_segments(const Algorithm& algorithm,
                                                 const schema::Form& form,
                                                 const SegmentOrder& order,
                                                 std::string_view client) {
  if (order.parallelism <= 0) {
    throw InputError::illegal_argument(
        "Parameter `parallelism` has to be a positive number, received=" +
            std::to_string(order.parallelism),
        {{"parallelism", std::to_string(order.parallelism)}});
  }
  const auto parameters = algorithm.parameters->make();
  schema::throw_problems("", schema::read_form(*algorithm.parameters, parameters.get(), form));
  const CommonParameters& p = algorithm.common(parameters.get());
  std::vector<ColumnId> columns;
  SegmentRequest request{
      .algorithm = std::string(algorithm.name),
      .form = form,
      .segments = {},
      .parallelism = order.parallelism,
      .training = take_frame(parts_.frames, p.training_frame.name, "training_frame", columns),
      .validation = std::nullopt};
  if (!p.validation_frame.empty())
    request.validation =
        take_frame(parts_.frames, p.validation_frame.name, "validation_frame", columns);
  request.segments = find_segments(order, request.training);
  request.segments.key = order.key;
  if (order.key.empty()) request.segments.key = automatic_key(algorithm, "segment_models", client);
  const job::Description description{std::string(algorithm.title), request.segments.key,
                                     std::string(SegmentModels::kType)};
  return parts_.jobs.start(description, {.kind = SegmentRequest::kKind,
                                         .request = wire::encode(request),
                                         .columns = std::move(columns)});
}

void Models::publish(const SegmentModels& segments) {
  store::put_object(parts_.engine.store(), parts_.engine.blobs(), segments.key,
                    store::Kind::segments, wire::encode(segments));
}

SegmentModels Models::segment_models(std::string_view key) const {
  const auto bytes =
      store::find_object(parts_.engine.store(), parts_.engine.blobs(), key, store::Kind::segments);
  if (!bytes) throw InputError::object_not_found(std::string(key), "segment_models");
  return wire::decode<SegmentModels>(*bytes);
}

}  // namespace neve::model
