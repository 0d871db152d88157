#include "algos/targetencoder/encode.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <neve/base/math.hpp>

#include "algos/targetencoder/block_rows.hpp"
#include "algos/targetencoder/places.hpp"

namespace neve::algos::targetencoder {

double Blending::blend(double own, double prior, double rows) const {
  if (!wanted) return own;
  const double share = 1 / (1 + math::exp((inflection_point - rows) / smoothing));
  return share * own + (1 - share) * prior;
}

Overall overall_of(const Cells& cells) {
  const auto width = static_cast<std::size_t>(cells.width);
  Overall made{.priors = std::vector<double>(width), .folds = cells.folds};
  double rows = 0;
  for (std::size_t at = 0; at < cells.size(); ++at) {
    rows += static_cast<double>(cells.counts[at]);
    for (std::size_t k = 0; k < width; ++k) made.priors[k] += cells.sums[at * width + k];
  }
  for (double& prior : made.priors) prior /= rows;
  std::ranges::sort(made.folds);
  made.folds.erase(std::ranges::unique(made.folds).begin(), made.folds.end());
  return made;
}

double LookUp::mean(const Found& found, std::size_t k) const {
  return rules_.blending.blend(found.sum / found.rows, overall_.priors[k], found.rows);
}

LookUp::Found LookUp::find(const Row& row, std::size_t k) const {
  Found found;
  const bool by_fold = rules_.leakage == LeakageHandling::k_fold;
  if (by_fold && !std::ranges::binary_search(overall_.folds, row.fold)) return found;
  const auto width = static_cast<std::size_t>(cells_.width);
  const auto first = std::ranges::lower_bound(cells_.keys, row.key) - cells_.keys.begin();
  for (auto at = static_cast<std::size_t>(first); at < cells_.size(); ++at) {
    if (cells_.keys[at] != row.key) break;
    if (by_fold && (cells_.folds[at] == row.fold || cells_.folds[at] == row.held_out)) continue;
    found.rows += static_cast<double>(cells_.counts[at]);
    found.sum += cells_.sums[at * width + k];
  }
  return found;
}

LookUp::Encoded LookUp::encode(const Row& row, std::size_t k, bool is_class) const {
  Found found = find(row, k);
  if (found.rows == 0) {
    Found missing;
    if (rules_.leakage == LeakageHandling::none) missing = find({.key = rest_}, k);
    return {missing.rows == 0 ? overall_.priors[k] : mean(missing, k), false};
  }
  if (rules_.leakage == LeakageHandling::leave_one_out && !std::isnan(row.response)) {
    found.rows -= 1;
    found.sum -=
        is_class ? static_cast<double>(row.response == static_cast<double>(k + 1)) : row.response;
    if (found.rows <= 0) return {overall_.priors[k], true};
  }
  return {mean(found, k), true};
}

namespace {

std::vector<LookUp> look_ups_of(const EncodeRowsTask::State& state) {
  std::vector<LookUp> made;
  for (std::size_t g = 0; g < state.groups.size(); ++g) {
    const Group& of = state.groups[g];
    const bool single = of.columns.size() == 1;
    const auto rest = single ? static_cast<std::uint64_t>(of.levels[0]) : Group::kUnseen;
    made.emplace_back(state.cells[g], state.overall[g], state.rules, rest);
  }
  return made;
}

/// The encodings of one group's rows. Rows that nothing tells apart are encoded once.
class RowEncoder {
 public:
  RowEncoder(const EncodeRowsTask::State& state, const LookUp& look_up, std::size_t g)
      : state_(state), look_up_(look_up), group_(state.groups[g]), places_(group_) {
    width_ = static_cast<std::size_t>(state.cells[g].width);
    for (std::size_t k = 0; k < width_; ++k)
      noise_.emplace_back(state.rules.seed, static_cast<std::uint64_t>(state.streams[g]) + k);
  }
  /// Writes row i's encoding by sum k to out[k][i].
  void encode(const model::ScoreBlock& block, const BlockRows& rows,
              std::span<const std::span<double>> out) {
    for (std::size_t i = 0; i < block.rows; ++i) {
      const LookUp::Row row{group_.key(block, i), rows.folds[i], rows.response[i]};
      const std::span<const LookUp::Encoded> found = encodings(row, rows.fold_numbers[i]);
      for (std::size_t k = 0; k < width_; ++k)
        out[k][i] = found[k].value + noise(found[k], block, i, k);
    }
  }

 private:
  /// What tells rows of one key apart; nothing where no two rows are sure to be alike.
  [[nodiscard]] std::optional<std::uint64_t> variant(const LookUp::Row& row,
                                                     std::uint64_t fold_number) const {
    switch (state_.rules.leakage) {
      case LeakageHandling::none:
        return 0;
      case LeakageHandling::k_fold:
        return fold_number;
      case LeakageHandling::leave_one_out:
        if (state_.rows.classes <= 1) return std::nullopt;
        return std::isnan(row.response) ? 0 : static_cast<std::uint64_t>(row.response) + 1;
    }
    return std::nullopt;
  }
  std::span<const LookUp::Encoded> encodings(const LookUp::Row& row, std::uint64_t fold_number) {
    std::size_t at = 0;
    if (const auto alike = variant(row, fold_number)) {
      at = places_.of(row.key, *alike) * width_;
    } else {
      known_.clear();
    }
    if (at == known_.size()) {
      for (std::size_t k = 0; k < width_; ++k)
        known_.push_back(look_up_.encode(row, k, state_.rows.classes > 1));
    }
    return std::span(known_).subspan(at, width_);
  }
  [[nodiscard]] double noise(const LookUp::Encoded& encoded, const model::ScoreBlock& block,
                             std::size_t row, std::size_t k) const {
    if (!encoded.may_be_noisy || state_.rules.noise == 0) return 0;
    const double chance = noise_[k].uniform(static_cast<std::uint64_t>(block.first_row) + row);
    return (2 * chance - 1) * state_.rules.noise;
  }
  const EncodeRowsTask::State& state_;
  const LookUp& look_up_;
  const Group& group_;
  Places places_;
  std::size_t width_ = 1;
  std::vector<CounterRng> noise_;       ///< per sum
  std::vector<LookUp::Encoded> known_;  ///< place × sum
};

}  // namespace

void EncodeRowsTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                         mr::Outputs& outputs) {
  const std::vector<LookUp> look_ups = look_ups_of(state);
  std::vector<RowEncoder> encoders;
  encoders.reserve(look_ups.size());
  for (std::size_t g = 0; g < look_ups.size(); ++g) encoders.emplace_back(state, look_ups[g], g);
  model::BlockReader reader(group, state.plan);
  BlockRows rows;
  std::vector<std::span<double>> out;
  for (std::int64_t begin = 0; begin < group.rows;) {
    const model::ScoreBlock& block = reader.read(begin);
    rows.read(state.rows, group, begin, block.rows);
    std::size_t output = 0;
    for (std::size_t g = 0; g < encoders.size(); ++g) {
      out.clear();
      for (std::int32_t k = 0; k < state.cells[g].width; ++k)
        out.push_back(
            outputs.doubles(output++).subspan(static_cast<std::size_t>(begin), block.rows));
      encoders[g].encode(block, rows, out);
    }
    begin += static_cast<std::int64_t>(block.rows);
  }
}

void FillTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                   mr::Outputs& outputs) {
  const std::span<std::int32_t> codes = outputs.codes(0);
  group.columns[0].decode_codes(0, codes);
  std::ranges::replace(codes, frame::kMissingCode, state.level);
}

}  // namespace neve::algos::targetencoder
