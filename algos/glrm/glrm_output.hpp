#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <neve/model/model_output.hpp>

#include "algos/glrm/glrm_model.hpp"

namespace neve::algos::glrm {

/// The object "output" of a generalized low rank model, by H2O's names.
struct GlrmOutput : model::ModelOutput {
  std::int32_t iterations = 0;
  std::int32_t updates = 0;
  double objective = 0;
  double avg_change_obj = 0;
  double step_size = 0;
  schema::Table archetypes;
  std::optional<std::vector<double>> singular_vals;
  std::optional<schema::Table> eigenvectors;
  std::string representation_name;
  schema::Table importance;
  static const schema::Schema& schema();
};

/// An iteration, as the history tells of it.
struct HistoryRow {
  std::int64_t time_ms = 0;
  double step_size = 0;
  double objective = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(time_ms, step_size, objective);
  }
};

schema::Table scoring_history(std::span<const HistoryRow> rows, std::int64_t start_time_ms);
schema::Table model_summary(const GlrmModel& model);

}  // namespace neve::algos::glrm
