#pragma once

#include <string>
#include <vector>

#include <neve/model/models.hpp>

#include "algos/stackedensemble/parameters.hpp"

namespace neve::algos::stackedensemble {

/// Columns that a level-one frame has besides predictions; empty names are left out.
struct OtherColumns {
  std::string response;
  std::string weights;
  std::string offset;
  std::string folds;
};

/// The frame that a metalearner learns from or scores: what the base models say of the rows of
/// another frame, on that one's row cuts. Columns are named as the models ("gbm"), of several
/// classes as model and class ("gbm/setosa"). Of two classes the second one's probability counts.
class LevelOne {
 public:
  LevelOne(mr::Engine& engine, const frame::Frame& rows, Transform transform, job::TokenPtr token);
  /// Adds what a base model is known to predict: `predictions` are as score() gives them, of as
  /// many rows, on any cuts.
  void add(const model::Model& base, const frame::Frame& predictions);
  /// Lets a base model predict.
  void add_scored(const model::Models& models, const model::ModelPtr& base, int nesting);
  /// Adds zeros for a model that the metalearner does not look at.
  void add_unused(const model::Model& base);
  /// The frame of this name, with these columns of `rows` where it has them. Throws InputError
  /// where two columns have one name.
  [[nodiscard]] frame::Frame frame(std::string key, const OtherColumns& others) const;

 private:
  void add_columns(const model::Model& base, std::vector<frame::Column> columns);
  mr::Engine& engine_;
  frame::Frame rows_;
  Transform transform_;
  job::TokenPtr token_;
  frame::Frame made_;
};

}  // namespace neve::algos::stackedensemble
