#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/glrm/fit_task.hpp"
#include "algos/glrm/glrm_model.hpp"
#include "algos/glrm/glrm_output.hpp"
#include "algos/glrm/gram.hpp"
#include "algos/glrm/parameters.hpp"
#include "algos/glrm/survey.hpp"

namespace neve::algos::glrm {

/// How far a training is; what another driver goes on from.
struct Progress {
  enum class Phase : std::uint8_t { start, on_gram, on_rows, done };
  Phase phase = Phase::start;
  std::vector<double> y;          ///< the best so far
  double objective = 0;           ///< of it; unknown before the first pass over the rows
  std::optional<FitSums> sums;    ///< of it
  std::vector<double> candidate;  ///< that is tried next
  double step_size = 1;
  double change = 0;  ///< of the objective, in the last iteration
  std::int32_t iterations = 0;
  std::int32_t updates = 0;
  std::vector<HistoryRow> history;
  template <class Archive>
  void fields(Archive& archive) {
    archive(phase, y, objective, sums, candidate, step_size, change, iterations, updates, history);
  }
};

/// Alternates between X and Y: fits x of each row to Y, then the columns of Y to X, while the
/// objective falls.
class GlrmTrainer final : public model::Trainer {
 public:
  explicit GlrmTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& context) override;
  [[nodiscard]] wire::Bytes save() const override;
  void resume(model::TrainContext& context, const wire::Bytes& saved) override;
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  void begin(model::TrainContext& context);
  [[nodiscard]] std::vector<double> first_y(model::TrainContext& context);
  [[nodiscard]] std::vector<double> user_start(model::TrainContext& context);
  [[nodiscard]] std::vector<double> drawn_centers(model::TrainContext& context);
  /// Whether A'A is all that iterations need.
  [[nodiscard]] bool fits_gram() const;
  const GramDescent& gram(model::TrainContext& context);
  void iterate_on_gram(model::TrainContext& context);
  void iterate_on_rows(model::TrainContext& context);
  void accept(model::TrainContext& context, FitSums sums, double objective);
  [[nodiscard]] Factors factors_at(std::vector<double> y) const;
  [[nodiscard]] RowsPlan rows_at(const model::TrainContext& context, std::vector<double> y) const;
  [[nodiscard]] double cell_count(const model::TrainContext& context) const;
  void note(model::TrainContext& context, double objective);
  [[nodiscard]] bool may_go_on() const;
  void add_representation(model::TrainContext& context, GlrmModel& model);

  std::shared_ptr<const Parameters> parameters_;
  Survey survey_;
  std::optional<GramDescent> gram_;
  Reservation memory_;
  Progress progress_;
};

}  // namespace neve::algos::glrm
