#pragma once

#include <cstdint>
#include <vector>

#include <neve/model/category.hpp>
#include <neve/model/metrics.hpp>
#include <neve/schema/table.hpp>

namespace neve::algos::glm {

/// The course of a fit, for people: the only part of a model that holds times.
class History {
 public:
  /// Notes where the fit stands, as of now.
  void add(std::int32_t iteration, double negative_log_likelihood, double objective);
  /// The table; metrics stand in its last row. Null pointers where there are none.
  [[nodiscard]] schema::Table table(model::Category category,
                                    const model::metrics::Metrics& training,
                                    const model::metrics::Metrics& validation) const;

  template <class Archive>
  void fields(Archive& archive) {
    archive(entries_);
  }

 private:
  struct Entry {
    std::int64_t time_ms = 0;
    std::int32_t iteration = 0;
    double negative_log_likelihood = 0;
    double objective = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(time_ms, iteration, negative_log_likelihood, objective);
    }
  };
  std::vector<Entry> entries_;
};

}  // namespace neve::algos::glm
