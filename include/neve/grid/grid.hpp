#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/job/job.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/values.hpp>

namespace neve::ingest {
class Ingest;
}

/// Search in spaces of hyper-parameters: many models of one algorithm that differ in some of their
/// parameters.
namespace neve::grid {

/// A hyper-parameter and what it may be, as forms write it.
struct Axis {
  std::string name = {};
  std::vector<std::string> values = {};
  template <class Archive>
  void fields(Archive& archive) {
    archive(name, values);
  }
};

/// All that hyper-parameters may be. With subspaces, the axes of each of them are added to `axes`
/// in turn.
struct Space {
  std::vector<Axis> axes = {};
  std::vector<std::vector<Axis>> subspaces = {};
  template <class Archive>
  void fields(Archive& archive) {
    archive(axes, subspaces);
  }
  /// Each once, in their order.
  [[nodiscard]] std::vector<std::string> names() const;
};

/// H2O-3's; one that learns from the models that are there (tree-structured Parzen estimator); one
/// that trains the better models further than the others (asynchronous successive halving).
enum class Strategy : std::uint8_t { unknown, cartesian, random_discrete, sequential, tpe, asha };

/// In which order the points of a space are tried, and when that ends.
struct Criteria {
  Strategy strategy = Strategy::cartesian;
  std::int64_t seed = -1;       ///< of random_discrete, tpe and asha; -1 in a request: drawn
  std::int32_t max_models = 0;  ///< built ones, of asha: points that are begun; 0: no limit
  double max_runtime_secs = 0;  ///< 0: no limit
  std::int32_t stopping_rounds = 0;
  model::StoppingMetric stopping_metric = model::StoppingMetric::automatic;
  double stopping_tolerance = 0.001;
  bool early_stopping = true;  ///< whether the three before it count
  std::int32_t eta = 3;        ///< of asha: one of so many models is trained further
  double min_resource = 0;     ///< of asha: what a model is trained at least; 0: a usual share
  template <class Archive>
  void fields(Archive& archive) {
    archive(strategy, seed, max_models, max_runtime_secs, stopping_rounds, stopping_metric,
            stopping_tolerance, early_stopping, eta, min_resource);
  }
};

/// Names the fields of the algorithm's table, takes out values that come twice, and throws
/// InputError where an axis is no parameter, is not gridable, has no values, comes twice, or is
/// given in `fixed`, too, with a value that is not the default. A space without axes has one point.
/// In a sequential walk, values that come twice stay, as they are in step with others.
Space checked(Space space, const model::Algorithm& algorithm, const schema::Form& fixed,
              Strategy strategy = Strategy::cartesian);
/// Throws InputError for limits that are negative, lists of one Sequential walk that differ in
/// length, or subspaces where results say what comes next.
void check(const Criteria& criteria, const Space& space);

/// Hash of all parameters of a model and of its frames.
using Identity = std::array<std::uint64_t, 2>;

/// A point of the space that was tried.
struct Entry {
  schema::Form values = {};  ///< of the hyper-parameters that the point has
  Identity identity = {};
  std::string model = {};    ///< empty where training failed, or it was superseded
  std::string failure = {};  ///< empty where it did not
  std::string failure_trace = {};
  /// Whether another entry has the same model trained further, in whose place this one was.
  bool superseded = false;
  double result =
      kNoResult;  ///< of one that was superseded, by the search's metric; less is better
  template <class Archive>
  void fields(Archive& archive) {
    archive(values, identity, model, failure, failure_trace, superseded, result);
  }
  static constexpr double kNoResult = std::numeric_limits<double>::quiet_NaN();
};

/// A search and what it has come to, in the order of its plan. Immutable but for its search.
struct Grid {
  static constexpr std::string_view kType = "Key<Grid>";
  std::string key = {};
  std::string algorithm = {};
  schema::Form form = {};  ///< parameters that all models have
  Space space = {};
  Criteria criteria = {};
  std::int32_t parallelism = 1;  ///< models at a time; 0: as many as keep the threads busy
  std::vector<std::string> hyper_names = {};
  std::vector<Entry> entries = {};
  std::vector<std::string> warnings = {};
  std::string export_folder = {};        ///< for its file, beside those of its models; may be empty
  std::string recovery_folder = {};      ///< for these files and those of frames; may be empty
  std::vector<std::string> frames = {};  ///< that the form names
  std::vector<std::string> models = {};  ///< likewise
  std::vector<std::string> holdouts = {};  ///< frames of its models' folds beside a saved file
  std::int64_t model_seed = 0;             ///< what models that leave their seed open draw from
  /// Whether the seeds that models leave open count on from the search's, as the user gave one.
  bool seeds_models = false;
  std::int32_t last_number = 0;  ///< of a model's name, also of those that failed
  std::string encoder = {};      ///< target encoder whose numbers its models learn from, or empty
  /// The models that were made.
  [[nodiscard]] std::vector<std::string> made() const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(key, algorithm, form, space, criteria, parallelism, hyper_names, entries, warnings,
            export_folder, recovery_folder, frames, models, holdouts, model_seed, seeds_models,
            last_number, encoder);
  }
};

/// What a client asks for.
struct SearchOrder {
  std::string key = {};    ///< made up where empty; that of a grid goes on with it
  schema::Form form = {};  ///< as for training, without a model_id
  Space space = {};
  Criteria criteria = {};
  std::int32_t parallelism = 1;
  std::string recovery_folder = {};  ///< may be empty
  model::NamedFrames frames = {};    ///< looked up by their names, before those of the catalogue
  std::string encoder = {};          ///< as of a Grid
};

/// The models of a grid that are there, from best to worst.
struct Ranking {
  std::string metric;  ///< as clients call it; empty where there is none
  bool decreasing = false;
  struct Place {
    const Entry* entry = nullptr;
    model::ModelPtr model;
    std::optional<double> value;
  };
  std::vector<Place> places;
};

/// Searches, keeps and ranks grids. One per node. Thread-safe.
class Grids {
 public:
  struct Parts {
    model::Models& models;
    ingest::Ingest& ingest;
    job::Jobs& jobs;
    const model::Algorithms& algorithms;
    std::string version;  ///< of this build; files of grids are read by the version that wrote them
  };
  explicit Grids(Parts parts) : parts_(std::move(parts)) {}
  /// Says how jobs search, and to the models which of them are a grid's.
  void define_jobs(job::Jobs& jobs);

  /// Starts a search. Models that the grid has already are not trained again. `client` is a word
  /// for automatic names. Throws InputError.
  std::shared_ptr<job::Job> start(const model::Algorithm& algorithm, const SearchOrder& order,
                                  std::string_view client);
  /// The same as a part of another job, which keeps the frames: the grid is there then, the search
  /// not begun.
  wire::Bytes prepare(const model::Algorithm& algorithm, const SearchOrder& order,
                      std::string_view client);
  /// Does what was prepared, on the calling thread.
  void search(std::span<const std::byte> prepared, job::Job& job);
  /// Goes on with a search that has ended before its end, keeping it in `recovery_folder` from now
  /// on, where that is not empty. Throws InputError.
  std::shared_ptr<job::Job> resume(const std::string& key, const std::string& recovery_folder);

  /// Nothing where no grid has this name.
  [[nodiscard]] std::optional<Grid> find(std::string_view key) const;
  /// Throws InputError (404) naming `argument`.
  [[nodiscard]] Grid require(std::string_view key, std::string_view argument) const;
  [[nodiscard]] std::vector<Grid> list() const;
  void publish(const Grid& grid);

  /// Orders the models by a metric: of cross-validation, else of the validation frame, else of
  /// training. An empty name stands for the usual one of such models. Throws InputError where the
  /// models have no such metric.
  [[nodiscard]] Ranking rank(const Grid& grid, const std::string& metric,
                             std::optional<bool> decreasing) const;

  /// What is written beside a grid and its models.
  struct SaveChoices {
    bool references = false;  ///< frames and models that its form names
    bool holdouts = false;    ///< predictions of rows held out, as far as models keep them
  };
  /// Writes a grid and its models into a folder. Throws InputError.
  void save(Grid grid, const std::string& folder, const SaveChoices& choices);
  /// Reads back what save() has written to the folder of the file `path`. Throws InputError.
  Grid load(const std::string& path, bool with_references);
  /// Loads the grids whose search was kept in a folder and has not come to its end, and goes on
  /// with them. Throws InputError where nothing was kept there.
  void recover(const std::string& folder);

 private:
  friend class Search;
  struct Request;
  [[nodiscard]] Grid grid_of(const model::Algorithm& algorithm, const SearchOrder& order,
                             std::string_view client) const;
  Request request_of(Grid grid, const model::NamedFrames& given, std::vector<ColumnId>& columns);
  std::shared_ptr<job::Job> start(Grid grid, const model::NamedFrames& given);
  void refuse_running(const std::string& key) const;
  void write_grid(const Grid& grid, const std::string& folder) const;
  void write_made(const model::Made& made, const std::string& folder) const;
  void write_models(std::span<const std::string> names, const std::string& folder) const;
  void write_frames(const model::NamedFrames& frames, const std::string& folder) const;
  void note_recovery(const std::string& folder, const std::string& key, bool ended) const;

  Parts parts_;
};

}  // namespace neve::grid

template <>
struct neve::schema::EnumText<neve::grid::Strategy> {
  static constexpr std::string_view name = "GridHyperSpaceSearchCriteriaStrategy";
  static constexpr std::array<std::string_view, 6> values = {
      "Unknown", "Cartesian", "RandomDiscrete", "Sequential", "TPE", "ASHA"};
};
