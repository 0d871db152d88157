#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/model.hpp>
#include <neve/model/models.hpp>

#include "algos/stackedensemble/parameters.hpp"

namespace neve::algos::stackedensemble {

/// What the metalearner learned from.
enum class Strategy : std::uint8_t { cross_validation, blending };

/// Another model that an ensemble is made of; it must still be the same when it is used.
struct Member {
  std::string key;
  std::int64_t checksum = 0;
  bool used = true;  ///< of a base model: whether the metalearner looks at it
  template <class Archive>
  void fields(Archive& archive) {
    archive(key, checksum, used);
  }
};

/// A trained stacked ensemble. It holds the names of its models, not the models.
class StackModel final : public model::Model {
 public:
  std::vector<Member> bases;
  std::vector<Member> metalearner;  ///< one; none where its time was over before it was trained
  Strategy strategy = Strategy::cross_validation;
  Transform transform = Transform::none;
  std::string level_one;        ///< name of the frame that the metalearner learned from, if kept
  schema::Table contributions;  ///< of the base models
  std::int32_t gainslift_groups = -1;

  /// Never called: rows are scored by the members, a frame at a time.
  void score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const override;
  [[nodiscard]] std::int32_t gainslift_bins() const override { return gainslift_groups; }
  [[nodiscard]] std::vector<std::string> made_of() const override;
  [[nodiscard]] std::vector<std::string> belongings() const override;
  [[nodiscard]] bool is_sound() const override;
  [[nodiscard]] schema::AnyObject output() const override;
  [[nodiscard]] wire::Bytes encode() const override;
  [[nodiscard]] wire::Bytes encode_learnt() const override;

  template <class Archive>
  void fields(Archive& archive) {
    archive(header, bases, metalearner, strategy, transform, level_one, contributions,
            gainslift_groups);
  }
};

}  // namespace neve::algos::stackedensemble

template <>
struct neve::schema::EnumText<neve::algos::stackedensemble::Strategy> {
  static constexpr std::string_view name = "EnsembleStackedEnsembleModelStackingStrategy";
  static constexpr std::array<std::string_view, 2> values = {"cross_validation", "blending"};
};
