#include "algos/stackedensemble/stack_model.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::algos::stackedensemble {

void StackModel::score(const model::ScoreBlock& /*block*/,
                       std::span<const std::span<double>> /*out*/) const {
  NEVE_CHECK(false, "an ensemble has no rows of its own to score");
}

std::vector<std::string> StackModel::made_of() const {
  std::vector<std::string> names;
  for (const Member& member : bases) names.push_back(member.key);
  for (const Member& member : metalearner) names.push_back(member.key);
  return names;
}

std::vector<std::string> StackModel::belongings() const {
  std::vector<std::string> names;
  for (const Member& member : metalearner) names.push_back(member.key);
  if (!level_one.empty()) names.push_back(level_one);
  return names;
}

bool StackModel::is_sound() const {
  const auto names = made_of();
  const bool even = std::ranges::all_of(contributions.columns, [&](const auto& column) {
    return column.cells.size() == contributions.rows();
  });
  return !bases.empty() && metalearner.size() <= 1 && even &&
         std::ranges::find(names, header.key) == names.end() && strategy <= Strategy::blending &&
         transform <= Transform::logit;
}

wire::Bytes StackModel::encode() const { return wire::encode(*this); }

/// Its members by what they have learnt, not by their names.
wire::Bytes StackModel::encode_learnt() const {
  std::vector<std::int64_t> checksums;
  for (const Member& member : bases) checksums.push_back(member.used ? member.checksum : 0);
  for (const Member& member : metalearner) checksums.push_back(member.checksum);
  wire::Bytes bytes = wire::encode(checksums);
  bytes.push_back(static_cast<std::byte>(strategy));
  bytes.push_back(static_cast<std::byte>(transform));
  return bytes;
}

}  // namespace neve::algos::stackedensemble
