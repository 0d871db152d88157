#pragma once

#include <memory>
#include <optional>
#include <string>

#include <neve/base/wire.hpp>
#include <neve/model/models.hpp>

#include "job/api/part.hpp"

namespace neve::grid {

/// One model of a search while it is trained. The end rings a bell.
class Member {
 public:
  struct Order {
    model::Models& models;
    model::Build build;
    model::TrainingTerms terms;
    std::optional<wire::Bytes> saved = std::nullopt;  ///< what another driver kept of it
  };
  Member(Order order, std::shared_ptr<job::Bell> bell);

  [[nodiscard]] bool finished() const { return part_.finished(); }
  [[nodiscard]] double progress() const { return part_.progress(); }
  /// What it would go on from; nothing where it has kept nothing so far.
  [[nodiscard]] std::optional<wire::Bytes> state() const { return part_.state(); }

  /// Once finished. Where training failed: message and type of the failure. Throws what is no fault
  /// of the model: that nodes were lost.
  struct End {
    model::Made made;
    std::string failure;  ///< empty where it has not failed
    std::string failure_type;
  };
  End end();

 private:
  Order order_;
  model::Made made_;
  job::Part part_;  ///< last, as its thread uses all before
};

}  // namespace neve::grid
