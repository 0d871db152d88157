#include "algos/targetencoder/encode.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/math.hpp>

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

/// Responses and folds of a block of rows, beside their levels.
struct BlockRows {
  std::vector<double> response =
      std::vector<double>(model::ScoreBlock::kMostRows, frame::kMissingDouble);
  std::vector<std::int64_t> folds = std::vector<std::int64_t>(model::ScoreBlock::kMostRows);
  void read(const RowReader& reader, const mr::RowGroup& group, std::int64_t begin,
            std::size_t rows) {
    if (reader.response >= 0) reader.read_response(group, begin, std::span(response).first(rows));
    reader.read_folds(group, begin, std::span(folds).first(rows));
  }
};

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

/// The encodings of a block by sum k of group g.
struct BlockEncoder {
  const EncodeRowsTask::State& state;
  const LookUp& look_up;
  std::size_t g = 0;
  std::size_t k = 0;
  void encode(const model::ScoreBlock& block, const BlockRows& rows, std::span<double> out) const {
    const CounterRng noise(state.rules.seed, static_cast<std::uint64_t>(state.streams[g]) + k);
    for (std::size_t i = 0; i < block.rows; ++i) {
      const LookUp::Row row{state.groups[g].key(block, i), rows.folds[i], rows.response[i]};
      const auto [value, noisy] = look_up.encode(row, k, state.rows.classes > 1);
      out[i] = value;
      if (!noisy || state.rules.noise == 0) continue;
      const double chance = noise.uniform(static_cast<std::uint64_t>(block.first_row) + i);
      out[i] += (2 * chance - 1) * state.rules.noise;
    }
  }
};

}  // namespace

void EncodeRowsTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                         mr::Outputs& outputs) {
  const std::vector<LookUp> look_ups = look_ups_of(state);
  model::BlockReader reader(group, state.plan);
  BlockRows rows;
  for (std::int64_t begin = 0; begin < group.rows;) {
    const model::ScoreBlock& block = reader.read(begin);
    rows.read(state.rows, group, begin, block.rows);
    const auto first = static_cast<std::size_t>(begin);
    std::size_t output = 0;
    for (std::size_t g = 0; g < state.groups.size(); ++g) {
      for (std::size_t k = 0; k < static_cast<std::size_t>(state.cells[g].width); ++k) {
        BlockEncoder{state, look_ups[g], g, k}.encode(
            block, rows, outputs.doubles(output++).subspan(first, block.rows));
      }
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
