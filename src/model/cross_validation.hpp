#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/model/model.hpp>

#include "model/fit.hpp"
#include "model/folds.hpp"
#include "model/target_encoding.hpp"

namespace neve::model {

/// How far a training job is; what another driver goes on from.
struct TrainState {
  std::vector<wire::Bytes> folds;  ///< models of the folds that are done
  /// Of the fit that comes after these; nothing where it has not begun.
  std::optional<wire::Bytes> trainer = std::nullopt;
  template <class Archive>
  void fields(Archive& archive) {
    archive(folds, trainer);
  }
};

/// Trains a model per fold on the rows of all others, measures it on those of the fold, and all of
/// them together. Where the algorithm does not train them together, folds are ordinary fits on the
/// same columns with weights of their own; no row is copied. Nothing is published here.
class CrossValidator {
 public:
  /// What all of it starts from; outlives the validator.
  struct Order {
    const FitTools& tools;
    const frame::Frame& frame;
    const Dataset& training;
    const Header& header;  ///< of the main model before it is trained
    std::shared_ptr<const void> parameters;
    const CommonParameters& common;
    const FurtherFrames* further = nullptr;         ///< null without
    const FurtherModels* further_models = nullptr;  ///< null without
    const TargetEncoding* encoding = nullptr;       ///< null without
  };
  /// Deals the rows. Throws InputError where that cannot be done.
  explicit CrossValidator(const Order& order);

  /// Trains the folds that are left; gives the state of the main model's trainer, if it was
  /// reached.
  const wire::Bytes* train(const TrainState* saved);
  /// The state of the job, the folds being done and a trainer where it is, if there is one.
  [[nodiscard]] wire::Bytes state(std::optional<wire::Bytes> trainer);
  [[nodiscard]] const std::vector<std::shared_ptr<Model>>& models() const { return models_; }
  /// Null where the folds were trained one after the other.
  [[nodiscard]] const TrainedFolds* together() const { return together_.get(); }
  /// When the main model has to be done.
  [[nodiscard]] Deadline main_deadline() const;
  /// Makes the holdout predictions; fills the main model's cross_validation. Gives the frames to
  /// publish.
  std::vector<frame::Frame> finish(Model& main);

 private:
  [[nodiscard]] Deadline deadline(std::int32_t fits) const;
  [[nodiscard]] Header fold_header(std::int32_t fold) const;
  std::shared_ptr<Model> train_fold(std::int32_t fold, const wire::Bytes* saved);
  /// False where the algorithm cannot.
  bool train_together();
  void agree();
  void encode_folds();
  [[nodiscard]] std::string fold_name(std::size_t fold) const;
  void begin_part(std::int32_t fit, std::string name) const;
  Scored score_fold(std::size_t fold) const;
  /// All holdout predictions; `frames` gets those of each fold where they are kept.
  frame::Frame predict(std::vector<frame::Frame>& frames);

  Order order_;
  Folds folds_;
  std::vector<std::shared_ptr<Model>> models_;
  /// By fold what training knew of its rows; without columns where it did not.
  std::vector<frame::Frame> holdouts_;
  std::shared_ptr<const TrainedFolds> together_;
  std::vector<wire::Bytes> encoded_;  ///< of the first models, as they were before they agreed
};

}  // namespace neve::model
