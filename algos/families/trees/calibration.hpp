#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/dataset.hpp>
#include <neve/mr/engine.hpp>

namespace neve::algos::trees {

/// How probabilities of the second class become those that another frame bears out.
struct Calibration {
  enum class Method : std::uint8_t { none, platt, isotonic };
  Method method = Method::none;
  double intercept = 0;  ///< platt: of the logit, in the probability
  double slope = 0;
  std::vector<double> from;  ///< isotonic: probabilities, ascending, with lines between them
  std::vector<double> to;

  /// NaN stays NaN.
  [[nodiscard]] double apply(double probability) const;
  /// Names of a model's further outputs, of its two classes; none where nothing was calibrated.
  [[nodiscard]] std::vector<std::string> outputs(const model::ColumnRoles& roles) const;
  /// Fills them from the second class's probabilities.
  void fill(std::span<const double> second, std::span<const std::span<double>> outputs) const;
  /// Whether apply() finds what it looks for.
  [[nodiscard]] bool is_sound() const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(method, intercept, slope, from, to);
  }
};

/// Probabilities of the second class, and what came true, 0 or 1; a Partial of an ordered
/// reduction.
struct CalibrationRows {
  std::vector<double> probability;
  std::vector<double> actual;
  std::vector<double> weight;
  void add(double p, double y, double w);
  template <class Archive>
  void fields(Archive& archive) {
    archive(probability, actual, weight);
  }
};

/// Gathers rows from columns: probability, response and, where there is one, weight.
struct CalibrationTask {
  static constexpr std::string_view name = "trees.calibration";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    model::LevelMap response_levels;
    template <class Archive>
    void fields(Archive& archive) {
      archive(response_levels);
    }
  };
  using Partial = CalibrationRows;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Platt scaling (Platt 1999), without his priors, as H2O-3: logistic regression of what came true
/// on the probability. Throws InputError where all rows are of one class.
Calibration fit_platt(const CalibrationRows& rows);

/// Isotonic regression by pooling adjacent violators (Ayer et al. 1955).
Calibration fit_isotonic(const CalibrationRows& rows);

/// Fits to the probabilities of all rows of a frame that has the response; platt or isotonic.
Calibration fit_calibration(mr::Engine& engine, const model::Dataset& data, ColumnId probability,
                            Calibration::Method method, const job::TokenPtr& token);

}  // namespace neve::algos::trees
