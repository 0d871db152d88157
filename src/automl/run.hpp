#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <neve/automl/automl.hpp>
#include <neve/base/shared_results.hpp>
#include <neve/job/job.hpp>
#include <neve/model/leaderboard.hpp>

#include "automl/plan.hpp"
#include "automl/request.hpp"
#include "automl/settings.hpp"
#include "job/api/part.hpp"

namespace neve::automl {

/// Goes through the steps of a plan, one after the other, and keeps the project up to date. A run
/// without a limit of time is the same on any number of threads and nodes; with one, steps get
/// shares of it, and what ensembles take is learnt from the first. Lives in its job.
class Run {
 public:
  Run(AutoMls& automls, AutoMls::Request request, job::Job& job);
  void run();

 private:
  /// A search that was begun.
  struct Search {
    std::string provider = {};
    std::string step = {};
    std::string grid = {};
    std::int32_t max_models = 0;  ///< of the grid, when it is gone on with; 0: no limit
    template <class Archive>
    void fields(Archive& archive) {
      archive(provider, step, grid, max_models);
    }
  };
  /// What another driver goes on from: all that was before a step, and how far the step is.
  struct State {
    AutoMl automl;
    std::uint64_t next = 0;                       ///< place of the step in the plan
    std::map<std::string, std::int32_t> numbers;  ///< the last ones of names, by what is before
    std::int64_t seed = 0;                        ///< of the next model
    std::int32_t failures = 0;                    ///< one after the other
    double ensemble_seconds = 0;                  ///< of the last one for a unit of its cost
    std::vector<PlannedStep> done;
    std::vector<Search> searches;
    std::vector<Search> resumed;  ///< by this step, and not yet ended
    std::optional<wire::Bytes> part;
    template <class Archive>
    void fields(Archive& archive) {
      archive(automl, next, numbers, seed, failures, ensemble_seconds, done, searches, resumed,
              part);
    }
  };
  /// A model to be trained by a step.
  struct Order {
    const PlannedStep& step;
    const model::Algorithm& algorithm;
    std::string name;
    schema::Form form;
    std::vector<std::string> bases = {};
    std::optional<double> seconds = std::nullopt;  ///< that it gets
    double seconds_behind = 0;                     ///< that must be left after it
    model::ModelPtr encoder = nullptr;             ///< whose numbers it learns from
  };

  void hold_out();
  void add_folds();
  void begin();
  void keep_held_out();
  void encode();
  void follow_plan();
  void end();
  void do_step(const PlannedStep& step);
  void train(const PlannedStep& step);
  void search(const PlannedStep& step);
  void go_on_searching(const PlannedStep& step);
  void do_search(const PlannedStep& step, const Search& what, std::int32_t stopping_rounds,
                 std::optional<double> seconds);
  [[nodiscard]] std::vector<Search> best_searches(std::int32_t max_models) const;
  void stack(const PlannedStep& step);
  void better(const PlannedStep& step);
  /// What the models of a step learn from; null where they look at columns as they are.
  [[nodiscard]] model::ModelPtr encoder_for(const KnownStep& step) const;
  /// True where a model was made of it.
  bool make(const Order& order);
  bool accept(const Order& order, const model::Made& made);
  void add_entry(Entry entry);
  void add_searched(const Search& what);
  void remove(const std::string& model);

  /// Waits for the end; false where the time was over before.
  bool wait_for(job::Part& part, double seconds_behind, const std::function<void()>& meanwhile);
  job::Part make_part(std::string text, std::string destination,
                      std::function<void(job::Job&)> work);

  /// The models that an ensemble is made of.
  [[nodiscard]] std::vector<std::string> bases_of(const EnsembleChoice& choice) const;
  [[nodiscard]] bool can_stack(const PlannedStep& step, const std::vector<std::string>& bases);
  [[nodiscard]] bool is_stacked_already(const PlannedStep& step,
                                        const std::vector<std::string>& bases) const;
  [[nodiscard]] const Entry* entry_of(const std::string& model) const;
  [[nodiscard]] model::Leaderboard leaderboard() const;

  /// What an ensemble of so many models costs, in some unit.
  [[nodiscard]] double cost_of_ensemble(std::size_t bases) const;
  /// Of how many models an ensemble would be once a step is done, at most.
  [[nodiscard]] std::size_t bases_after(const PlannedStep& step,
                                        const EnsembleChoice& choice) const;
  [[nodiscard]] std::optional<double> limit() const;
  [[nodiscard]] double seconds_left() const;
  /// What ensembles after this step of its group need.
  [[nodiscard]] double seconds_behind(const PlannedStep& step) const;
  [[nodiscard]] std::optional<double> seconds_for(const PlannedStep& step) const;
  [[nodiscard]] std::int32_t trained() const;
  [[nodiscard]] std::optional<std::int32_t> models_left() const;
  [[nodiscard]] std::int32_t models_for(const PlannedStep& step) const;
  [[nodiscard]] bool has_to_end() const;  ///< time or patience is used up
  [[nodiscard]] bool is_over() const;     ///< or the number of models

  std::string next_name(const std::string& stem);
  std::int64_t next_seed() { return state_.seed++; }
  void tell(Severity level, Stage stage, std::string message, std::string name = {},
            std::string value = {});
  void tell_start(const PlannedStep& step, const std::string& what);
  void tell_progress();
  void publish();
  void keep();

  AutoMls& automls_;
  model::Models& models_;
  job::Job& job_;
  model::NamedFrames frames_;
  State state_;
  State before_;       ///< what the part that is being done, if there is one, began with
  const bool blends_;  ///< by itself
  /// As models get it: frames may be parts that the run has made, folds a column that it has added.
  BuildSpec spec_;
  std::vector<std::string> encoded_;  ///< columns
  model::ModelPtr encoder_;           ///< null without
  std::vector<PlannedStep> plan_;
  std::vector<std::string> left_out_;
  std::optional<Settings> settings_;
  std::int32_t trained_before_ = 0;  ///< models of earlier runs of the project
  job::Part* part_ = nullptr;        ///< of the step that is being done
  SharedResults shared_;             ///< by all models but those of searches
  std::shared_ptr<job::Bell> bell_ = std::make_shared<job::Bell>();
};

}  // namespace neve::automl
