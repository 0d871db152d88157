#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/job/job.hpp>
#include <neve/model/algorithm.hpp>
#include <neve/model/score.hpp>
#include <neve/model/segment_models.hpp>
#include <neve/mr/engine.hpp>

namespace neve::model {

/// The algorithms of this build, by name.
class Algorithms {
 public:
  explicit Algorithms(std::vector<const Algorithm*> all) : all_(std::move(all)) {}
  /// Null if there is none of this name.
  [[nodiscard]] const Algorithm* find(std::string_view name) const;
  [[nodiscard]] const std::vector<const Algorithm*>& all() const { return all_; }

 private:
  std::vector<const Algorithm*> all_;
};

/// What to tell of parameters that an algorithm takes, as H2O-3's does, and has no use for.
Messages never_used(const Algorithm& algorithm);

/// A training request, read and checked.
struct Build {
  const Algorithm* algorithm = nullptr;
  std::shared_ptr<void> parameters;  ///< the algorithm's struct, model_id and seed filled in
  schema::Form given;                ///< what the user gave
  Messages messages;
  NamedFrames frames = {};  ///< looked up by their names, before those of the catalogue
  FromModels from_models = {};
  /// The target encoder whose numbers it learns from, see ColumnEncoder; null without.
  ModelPtr encoder = nullptr;
  [[nodiscard]] int errors() const;
  [[nodiscard]] const CommonParameters& common() const {
    return algorithm->common(parameters.get());
  }
};

/// Trains, keeps and applies models. One per node. Thread-safe.
class Models {
 public:
  struct Parts {
    mr::Engine& engine;
    frame::Frames& frames;
    job::Jobs& jobs;
    const Algorithms& algorithms;
    /// "python_1795440357138": what automatic model ids hold besides algorithm and number.
    std::string cluster_tag;
    /// Tables that describe the run to whoever wants to repeat it; may be empty.
    std::function<std::vector<schema::Table>(const Header&)> reproducibility;
    /// Checksum of a frame's values.
    std::function<std::int64_t(const frame::Frame&)> frame_checksum;
    /// Of this build; files of models are read by the version that wrote them.
    std::string version = {};
    /// Where a file goes that training writes into a folder: throws InputError where none may go
    /// there.
    std::function<std::string(const std::string& folder, const std::string& name)> export_path = {};
    /// Writes a file, over what is there.
    std::function<void(const std::string& path, const wire::Bytes& bytes)> write_file = {};
  };
  explicit Models(Parts parts) : parts_(std::move(parts)) {}
  [[nodiscard]] mr::Engine& engine() const { return parts_.engine; }
  [[nodiscard]] frame::Frames& frames() const { return parts_.frames; }
  [[nodiscard]] const Algorithms& algorithms() const { return parts_.algorithms; }
  /// Says how jobs train and score.
  void define_jobs(job::Jobs& jobs);

  /// Reads and checks a request. Unreadable parameters and unknown frames throw; what the user can
  /// mend is in the messages. `client` is "python", "R" or another word for automatic ids.
  /// `frames` are looked up by their names, before those of the catalogue.
  Build check(const Algorithm& algorithm, const schema::Form& form, std::string_view client,
              NamedFrames frames = {});
  /// Says which models stand behind a name that is none of a model, as that of a grid; one of
  /// several that say so.
  void define_groups(std::function<std::vector<ModelPtr>(const std::string& name)> groups) {
    groups_.push_back(std::move(groups));
  }
  /// Says which further models are removed with such a group.
  void define_belongings(
      std::function<std::vector<std::string>(const std::string& name)> belongings) {
    group_belongings_.push_back(std::move(belongings));
  }
  /// The models of the group of this name; empty where there is none.
  [[nodiscard]] std::vector<ModelPtr> group(const std::string& name) const;
  /// Whether models of trainings asked for from now on tell what AUTO came to, as they do at first.
  void settle_automatic(bool told) { settles_automatic_ = told; }
  /// Starts training. The build has no errors.
  std::shared_ptr<job::Job> train(const Build& build);
  /// Trains as a job does, on the calling thread. `job` tells how far it is, and stops it.
  /// Publishes and writes nothing.
  Made make(const Build& build, const TrainingTerms& terms, job::Job& job);
  /// The same as a part of a job, which keeps what `keep` makes of the training's state. The build
  /// has a model_id, a seed and no errors; a `saved` state is one that `keep` was called with.
  Made make_part(const Build& build, job::Job& job, const wire::Bytes* saved,
                 const KeepState& keep);
  /// Gives what was made its names, and writes its files.
  void publish(const Made& made);
  /// The frames that a form names, by their names: of `given`, else of the catalogue; adds their
  /// columns to those that a job is to keep. Throws InputError where one is not there.
  [[nodiscard]] NamedFrames frames_of(const Algorithm& algorithm, const schema::Form& form,
                                      std::vector<ColumnId>& columns,
                                      const NamedFrames& given = {}) const;
  /// Checksum of a frame's values.
  [[nodiscard]] std::int64_t frame_checksum(const frame::Frame& frame) const {
    return parts_.frame_checksum(frame);
  }
  /// "GBM_model_python_1795440357138_1": a name for what a client did not name.
  std::string automatic_key(const Algorithm& algorithm, std::string_view what,
                            std::string_view client);
  /// Starts to train a model for each segment; `form` as for check(), without a model_id. Throws
  /// InputError for what cannot be read; what is wrong with a segment is told in its result.
  std::shared_ptr<job::Job> train_segments(const Algorithm& algorithm, const schema::Form& form,
                                           const SegmentOrder& order, std::string_view client);
  /// Throws InputError (404) where there are none of this name.
  [[nodiscard]] SegmentModels segment_models(std::string_view key) const;
  /// Starts to score, as answer() does.
  std::shared_ptr<job::Job> start_answer(const Scoring& scoring);

  /// Null if there is no model of this name.
  [[nodiscard]] ModelPtr find(std::string_view key) const;
  /// Throws InputError (404) naming `argument`.
  [[nodiscard]] ModelPtr require(std::string_view key, std::string_view argument = "key") const;
  [[nodiscard]] std::vector<ModelPtr> list() const;
  /// Whether it, or a model that it is made of, predicts by what a target encoder has learnt.
  [[nodiscard]] bool is_target_encoded(const Model& model) const;
  /// The algorithm of a model.
  [[nodiscard]] const Algorithm& algorithm_of(const Model& model) const;
  void publish(const Model& model);
  /// Also what was kept of its cross-validation, and what belongs to it; of a group, all of its
  /// models. False where there is neither.
  bool remove(std::string_view key);

  /// Lets a model of two classes predict the second one from this probability on; gives the
  /// threshold that it had. Throws InputError for other models and for what is no probability.
  double set_threshold(const std::string& key, double threshold);

  /// A model as the bytes of a file, see docs/model-file.md. Throws InputError where it is made of
  /// a model that is not there.
  [[nodiscard]] wire::Bytes to_file(const Model& model) const;
  /// Publishes the model of such bytes, under its own name where `key` is empty, and those that it
  /// is made of. Throws InputError naming `source` where they are damaged or of another version.
  ModelPtr from_file(std::span<const std::byte> bytes, const std::string& source,
                     const std::string& key);

  /// A column, or some, for every row, published under the name that is asked for. `warnings` gets
  /// what did not match. The model answers such questions.
  frame::Frame answer(const Scoring& scoring, const job::TokenPtr& token,
                      std::vector<std::string>& warnings);
  /// The same, not published.
  frame::Frame tell(const Scoring& scoring, const job::TokenPtr& token,
                    std::vector<std::string>& warnings);
  /// Publishes a small frame under this name.
  frame::Frame publish_points(const PointFrame& points, const std::string& key);
  /// The same of predictions.
  frame::Frame predict(const ModelPtr& model, const frame::Frame& frame,
                       const std::string& destination, const job::TokenPtr& token,
                       std::vector<std::string>& warnings);
  /// Metrics on a frame that has the response, if there is one.
  metrics::Metrics performance(const ModelPtr& model, const frame::Frame& frame,
                               const job::TokenPtr& token, std::vector<std::string>& warnings);

 private:
  struct TrainRequest;
  struct Course;
  struct Task;
  [[nodiscard]] TrainRequest request_of(const Build& build, std::int64_t seed,
                                        std::vector<ColumnId>& columns) const;
  Made make(const TrainRequest& request, const Task& task);
  void check_unchanged(const TrainRequest& request) const;
  void take_from_models(Build& build, const frame::Frame& training) const;
  void check_others(Build& build);
  void check_further_models(Build& build);
  [[nodiscard]] FurtherModels models_of(const TrainRequest& request, const Algorithm& algorithm,
                                        const void* parameters,
                                        const CommonParameters& common) const;
  Course prepare(const TrainRequest& request, job::Job& job, const Algorithm& algorithm);
  void encode_targets(const TrainRequest& request, const Algorithm& algorithm, job::Job& job,
                      Course& course);
  /// Says in the model whose its metrics are, and how to repeat it.
  void complete(Model& model, const TrainRequest& request, const Course& course);
  void export_models(const std::vector<std::shared_ptr<Model>>& models, const std::string& folder,
                     const std::vector<std::shared_ptr<Model>>& belongings) const;
  /// The last model comes last, so that who sees it sees all.
  void publish_all(const std::vector<std::shared_ptr<Model>>& models,
                   const std::vector<frame::Frame>& frames);
  void define_answer(job::Jobs& jobs);
  struct SegmentRequest;
  class SegmentTrainer;
  void define_segments(job::Jobs& jobs);
  void add_names(const Model& model, std::vector<std::string>& names) const;
  /// The same as to_file(), where some models are not published yet.
  [[nodiscard]] wire::Bytes file_of(const Model& model,
                                    const std::vector<std::shared_ptr<Model>>& fresh) const;
  void add_parts(const Model& model, const std::vector<std::shared_ptr<Model>>& fresh,
                 struct ModelFile& file) const;
  [[nodiscard]] std::shared_ptr<Model> read_filed(const struct FiledModel& filed,
                                                  const std::string& source) const;
  [[nodiscard]] SegmentModels find_segments(const SegmentOrder& order,
                                            const frame::Frame& training) const;
  void publish(const SegmentModels& segments);

  Parts parts_;
  std::vector<std::function<std::vector<ModelPtr>(const std::string& name)>> groups_ = {};
  std::vector<std::function<std::vector<std::string>(const std::string& name)>> group_belongings_ =
      {};
  mutable std::mutex mutex_;
  std::uint64_t counter_ = 0;
  std::atomic<bool> settles_automatic_ = true;
  struct Cached {
    std::uint64_t version = 0;
    ModelPtr model;
  };
  mutable std::map<std::string, Cached, std::less<>> cache_;
};

/// The models that parameters name, by the parameter: the checkpoint and the algorithm's own.
std::vector<std::pair<std::string, std::string>> named_models(const Algorithm& algorithm,
                                                              const void* parameters,
                                                              const CommonParameters& common);

/// Says whose metrics these are, on which frame, as of now.
void describe(const Header& header, const std::string& frame_key, std::int64_t frame_checksum,
              metrics::Metrics& metrics);

/// Metrics of predictions that `scored` holds against the data's response, by the model's category.
metrics::Metrics measure(mr::Engine& engine, const Model& model, const Dataset& data,
                         const Scored& scored, const job::TokenPtr& token);

mr::TaskList tasks();

}  // namespace neve::model
