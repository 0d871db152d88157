#pragma once

#include <optional>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/deeplearning/history.hpp"
#include "algos/deeplearning/parameters.hpp"
#include "algos/families/trees/stopping.hpp"

namespace neve::algos::deeplearning {

/// A network at a scoring point, with its metrics.
struct ScoredNetwork {
  Network network;
  Course course;
  Progress progress;
  double huber_delta = 1;
  model::metrics::Metrics training;
  model::metrics::Metrics validation;
  template <class Archive>
  void fields(Archive& archive) {
    archive(network, course, progress, huber_delta, training, validation);
  }
};

/// The scoring points of a training, which of them is best, and whether they say that it is time to
/// stop. Lives on the driver.
class Scoring {
 public:
  /// `parameters` outlive this.
  Scoring(const Parameters& parameters, model::Category category, bool has_validation);

  /// What a trainer saves of it.
  struct State {
    History history;
    std::vector<double> scores;
    std::int64_t measured_samples = -1;  ///< at the last scoring point
    std::optional<double> best_score;
    std::optional<ScoredNetwork> best;  ///< where it is kept
    model::metrics::Metrics training;
    model::metrics::Metrics validation;
    template <class Archive>
    void fields(Archive& archive) {
      archive(history, scores, measured_samples, best_score, best, training, validation);
    }
  };
  [[nodiscard]] const State& state() const { return state_; }
  void restore(State state) { state_ = std::move(state); }

  /// Begins the history with a point without metrics.
  void begin(const Progress& progress);
  /// Notes a scoring point; the network is copied where it is the best so far and such is kept.
  void add(const Network& network, const Course& course, const Progress& progress,
           const Objective& objective, model::metrics::Metrics training,
           model::metrics::Metrics validation);
  /// By the moving averages of the deciding metric, or by an error that is small enough.
  [[nodiscard]] bool should_stop() const;

 private:
  [[nodiscard]] bool is_good_enough() const;
  const Parameters& parameters_;
  model::Category category_;
  trees::StoppingRule rule_;
  State state_;
};

}  // namespace neve::algos::deeplearning
