#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/model/algorithm.hpp>

#include "algos/families/components/decompose.hpp"
#include "algos/families/components/expansion.hpp"
#include "algos/families/components/projection.hpp"
#include "algos/families/components/search.hpp"

namespace neve::algos::components {

/// What is to be learnt, by whatever name the user asked for it.
struct TrainOrder {
  ExpansionOrder expansion;
  Method method = Method::gram_svd;
  std::int32_t count = 1;
  std::string count_field;  ///< the parameter that says so
  std::int32_t max_iterations = 1000;
};

/// What was learnt.
struct Learnt {
  Projection projection;
  std::int32_t iterations = 0;
};

/// The state machine of trainers of components: one pass over the rows for means, one for X'X, then
/// a decomposition. Where a method iterates and there are many columns, X'X is never made, and each
/// iteration is a pass over the rows.
class ComponentsTrainer : public model::Trainer {
 public:
  explicit ComponentsTrainer(TrainOrder order) : order_(std::move(order)) {}
  /// Throws InputError where there are fewer columns or rows than components, and what expand()
  /// throws.
  void init(model::TrainContext& context) override;
  [[nodiscard]] wire::Bytes save() const override;
  void resume(model::TrainContext& context, const wire::Bytes& saved) override;
  bool step(model::TrainContext& context) override;

 protected:
  /// What was learnt so far, which is all of it but for searches that were stopped.
  Learnt learnt(model::TrainContext& context);

 private:
  enum class Phase : std::uint8_t { sums, decomposition, search, done };
  struct Progress {
    Phase phase = Phase::sums;
    std::vector<double> gram;  ///< X'X; empty where it is not known
    Search search;
    double trace = 0;
    Decomposition found;
    template <class Archive>
    void fields(Archive& archive) {
      archive(phase, gram, search, trace, found);
    }
  };

  void add_products(model::TrainContext& context);
  void decompose_products(model::TrainContext& context);
  void search(model::TrainContext& context);

  TrainOrder order_;
  std::optional<Expanded> expanded_;
  Reservation memory_;
  Progress progress_;
};

}  // namespace neve::algos::components
