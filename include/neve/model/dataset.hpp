#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/mr/engine.hpp>

namespace neve::model {

/// What the columns of a training frame are to a model, fixed before training: predictors in the
/// order of the frame, then what is not a predictor. Domains are those of the training frame.
struct ColumnRoles {
  std::vector<std::string> predictors;
  std::vector<frame::ColumnType> types;   ///< of the predictors: numeric (times too) or categorical
  std::vector<frame::DomainPtr> domains;  ///< of the predictors; null for numbers
  std::string response;                   ///< empty without
  frame::DomainPtr response_domain;       ///< null where the response is a number
  std::string weights;                    ///< empty without
  std::string offset;                     ///< empty without

  [[nodiscard]] std::int32_t classes() const {
    return response_domain ? static_cast<std::int32_t>(response_domain->size()) : 1;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(predictors, types, domains, response, response_domain, weights, offset);
  }
};

/// Codes of a scoring frame's column as codes of the training domain. Unseen levels become the
/// training domain's size.
struct LevelMap {
  bool identity = true;
  std::vector<std::int32_t> to_training;
  template <class Archive>
  void fields(Archive& archive) {
    archive(identity, to_training);
  }
  [[nodiscard]] std::int32_t map(std::int32_t code) const {
    return identity || code < 0 ? code : to_training[static_cast<std::size_t>(code)];
  }
};

/// A frame as a model sees it: its own columns in its own order, whatever the frame's order, names
/// that are missing, and levels. Any frame can be adapted; what could not be matched is in
/// `warnings`.
struct Dataset {
  frame::Frame frame;  ///< as the user named it
  mr::Inputs inputs;   ///< columns that exist, each once; what the other members index
  std::vector<std::int32_t> predictors;  ///< index into inputs per model column; -1: all missing
  std::vector<LevelMap> levels;          ///< per model column; identity for numbers
  std::int32_t response = -1;            ///< index into inputs; -1 without
  LevelMap response_levels;
  std::int32_t weights = -1;  ///< of a fold: a column that no role names
  std::int32_t offset = -1;
  std::vector<std::string> warnings;
};

/// Adapts a frame to the roles. Columns match by name, levels by text. Columns and levels that are
/// not there are warned about and count as missing, with `needs_response` also weights, which are
/// then 1; a number in place of a category, or the other way round, is an InputError, as is a frame
/// without any of the model's predictors, or without a column that the model cannot do without: its
/// offset, and with `needs_response` its response.
Dataset adapt(const ColumnRoles& roles, const frame::Frame& frame, bool needs_response);

/// What a column holds, for checks before training.
struct ColumnRange {
  double low = 0;  ///< meaningless where all are missing
  double high = 0;
  std::int64_t missing = 0;
  std::int64_t zeros = 0;
  bool integers = true;
  [[nodiscard]] bool constant(std::int64_t rows) const {
    return missing == rows || (missing == 0 && low == high);
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(low, high, missing, zeros, integers);
  }
};

/// Ranges of columns of one layout, in the order of `inputs`.
std::vector<ColumnRange> ranges_of(mr::Engine& engine, const mr::Inputs& inputs,
                                   const job::TokenPtr& token);

}  // namespace neve::model
