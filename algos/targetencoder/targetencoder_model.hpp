#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/targetencoder/cells.hpp"
#include "algos/targetencoder/encode.hpp"

namespace neve::algos::targetencoder {

/// What was learnt of columns that are encoded together.
struct GroupEncoding {
  std::vector<std::string> columns;
  std::string name;                       ///< "a", or "a:b" of several
  std::vector<std::string> outputs;       ///< names of the encoded columns
  std::vector<frame::DomainPtr> domains;  ///< per column
  Cells cells;
  template <class Archive>
  void fields(Archive& archive) {
    archive(columns, name, outputs, domains, cells);
  }
};

/// A trained target encoder: what responses are to levels. It does not score rows but writes a
/// frame with encoded columns, see transform.hpp.
class TargetEncoderModel final : public model::Model {
 public:
  std::vector<GroupEncoding> groups;
  EncodingRules rules;
  bool keeps_originals = true;
  std::string fold_column;                    ///< empty without
  std::vector<std::string> training_columns;  ///< that are predictors, of any type

  /// Not defined for rows: throws InputError.
  void score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const override;
  /// See column_encoder.cpp. Throws InputError for noise, interactions of columns, and rows that
  /// are encoded by all but themselves: these are not numbers of levels.
  [[nodiscard]] std::unique_ptr<const model::ColumnEncoder> column_encoder() const override;
  [[nodiscard]] bool is_sound() const override;
  [[nodiscard]] schema::AnyObject output() const override;
  [[nodiscard]] wire::Bytes encode() const override;
  [[nodiscard]] wire::Bytes encode_learnt() const override;

  template <class Archive>
  void fields(Archive& archive) {
    archive(header);
    learnt(archive);
  }

 private:
  template <class Archive>
  void learnt(Archive& archive) {
    archive(groups, rules, keeps_originals, fold_column, training_columns);
  }
};

}  // namespace neve::algos::targetencoder
