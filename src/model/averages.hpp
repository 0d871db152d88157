#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/models.hpp>
#include <neve/model/partial_dependence.hpp>

namespace neve::model {

/// A column of one value, as long as its input.
struct FillTask {
  static constexpr std::string_view name = "model.fill";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    bool of_codes = false;
    double value = 0;  ///< a number or a code; NaN missing
    template <class Archive>
    void fields(Archive& archive) {
      archive(of_codes, value);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Moments of columns; with weights, those are the last one.
struct MomentsTask {
  static constexpr std::string_view name = "model.moments";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    std::int32_t columns = 0;
    bool has_weights = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(columns, has_weights);
    }
  };
  struct Partial {
    std::vector<Moments> moments;
    template <class Archive>
    void fields(Archive& archive) {
      archive(moments);
    }
  };
  static Partial zero(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Predictions of a model for the rows of a frame, on average, where columns hold one value in all
/// rows. Lives in a job.
class Averager {
 public:
  struct Parts {
    Models& models;
    ModelPtr model;
    frame::Frame frame;
    std::vector<std::int32_t> outputs;   ///< of the model
    std::optional<ColumnIndex> weights;  ///< of the frame
    job::TokenPtr token;
  };
  explicit Averager(Parts parts);
  /// For each point, a value for each of the columns, and each output: moments[point · outputs +
  /// output]. Values are numbers or codes of the frame's levels, NaN missing.
  [[nodiscard]] std::vector<Moments> at(std::span<const std::string> columns,
                                        std::span<const std::vector<double>> points) const;

 private:
  [[nodiscard]] std::vector<Moments> in_one_pass(std::span<const std::string> columns,
                                                 std::span<const std::vector<double>> points) const;
  /// For models that are scored by others, too.
  [[nodiscard]] std::vector<Moments> of_changed_frame(std::span<const std::string> columns,
                                                      std::span<const double> values) const;
  [[nodiscard]] Substitution substitution(std::span<const std::string> columns,
                                          std::span<const double> values) const;
  Parts parts_;
  const Algorithm& algorithm_;
  Dataset data_;
};

}  // namespace neve::model
