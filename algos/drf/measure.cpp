#include "algos/drf/measure.hpp"

#include <algorithm>
#include <utility>

namespace neve::algos::drf {
namespace {

constexpr std::size_t kBlockRows = 1024;

/// Rows with votes, of a group.
struct VotedRows {
  std::span<const double> votes;          ///< trees × rows
  std::span<const std::uint32_t> voters;  ///< per row; empty: all_voters
  std::int64_t all_voters = 0;
  const trees::CompactNumbers& response;
  const trees::CompactNumbers& weight;  ///< empty where all are 1
};

/// A block of rows in plain numbers.
class Block {
 public:
  Block(const VotedRows& rows, std::size_t trees)
      : rows_(rows), buffer_(kBlockRows * trees), outputs_(trees) {}

  void read(std::size_t begin, std::size_t size) {
    const std::size_t count = rows_.response.size();
    for (std::size_t k = 0; k < outputs_.size(); ++k) {
      outputs_[k] = std::span(buffer_).subspan(k * kBlockRows, size);
      std::ranges::copy(rows_.votes.subspan(k * count + begin, size), outputs_[k].begin());
    }
    voters_.assign(size, static_cast<double>(rows_.all_voters));
    for (std::size_t i = 0; i < size && !rows_.voters.empty(); ++i)
      voters_[i] = static_cast<double>(rows_.voters[begin + i]);
    votes_to_outputs(outputs_.size() > 1, voters_, outputs_);
    response_.resize(size);
    rows_.response.read(begin, response_);
    weight_.resize(rows_.weight.empty() ? 0 : size);
    if (!rows_.weight.empty()) rows_.weight.read(begin, weight_);
  }
  [[nodiscard]] std::vector<std::span<const double>> outputs() const {
    return {outputs_.begin(), outputs_.end()};
  }
  [[nodiscard]] std::span<const double> response() const { return response_; }
  [[nodiscard]] std::span<const double> weight() const { return weight_; }

 private:
  const VotedRows& rows_;
  std::vector<double> buffer_;
  std::vector<std::span<double>> outputs_;
  std::vector<double> voters_;
  std::vector<double> response_;
  std::vector<double> weight_;
};

void measure(const MeasureOptions& options, const VotedRows& rows, MeasuredRows& out) {
  const std::size_t count = rows.response.size();
  const std::size_t trees = count == 0 ? 0 : rows.votes.size() / count;
  out.multinomial.keeps_scores = model::metrics::wants_auc(options.auc_type, trees);
  Block block(rows, trees);
  for (std::size_t begin = 0; begin < count; begin += kBlockRows) {
    block.read(begin, std::min(kBlockRows, count - begin));
    const std::vector<std::span<const double>> outputs = block.outputs();
    if (options.category == model::Category::multinomial) {
      out.multinomial.add_rows(outputs, block.response(), block.weight());
    } else if (options.category == model::Category::binomial) {
      out.binomial.add_rows(outputs.back(), block.response(), block.weight());
    } else {
      out.regression.add_rows({}, outputs[0], block.response(), block.weight());
    }
  }
}

std::vector<double> decode(const mr::RowGroup& group, std::int32_t column) {
  std::vector<double> values(static_cast<std::size_t>(group.rows));
  for (std::size_t begin = 0; begin < values.size(); begin += kBlockRows) {
    const std::size_t size = std::min(kBlockRows, values.size() - begin);
    group.columns[static_cast<std::size_t>(column)].decode(static_cast<std::int64_t>(begin),
                                                           std::span(values).subspan(begin, size));
  }
  return values;
}

void add_new_votes(const mr::RowGroup& group, const MeasureValidationTask::State& state,
                   MeasureValidationTask::Scratch& kept) {
  const auto rows = static_cast<std::size_t>(group.rows);
  model::BlockReader reader(group, state.plan);
  std::vector<std::span<double>> sums(static_cast<std::size_t>(state.trees));
  for (std::size_t begin = 0; begin < rows;) {
    const model::ScoreBlock& block = reader.read(static_cast<std::int64_t>(begin));
    for (std::size_t k = 0; k < sums.size(); ++k)
      sums[k] = std::span(kept.votes).subspan(k * rows + begin, block.rows);
    add_votes(state.new_iterations, state.levels, block, sums);
    begin += block.rows;
  }
  kept.voters += static_cast<std::int64_t>(state.new_iterations.size());
}

}  // namespace

void MeasuredRows::merge(const MeasuredRows& right) {
  binomial.merge(right.binomial);
  multinomial.merge(right.multinomial);
  regression.merge(right.regression);
}

void MeasureTrainingTask::map(const mr::RowGroup& /*group*/, const State& state, Scratch& store,
                              Partial& partial) {
  // Sorting scores takes the most memory of all, so what can be made anew goes first.
  store.rest();
  measure(state,
          {.votes = store.score,
           .voters = store.unseen,
           .response = store.response,
           .weight = store.weight},
          partial);
}

void MeasureValidationTask::rebuild(const mr::RowGroup& group, const State& state, Scratch& kept) {
  std::vector<double> response = decode(group, state.response);
  if (!state.response_levels.identity) {
    for (double& code : response) {
      if (code >= 0) code = state.response_levels.map(static_cast<std::int32_t>(code));
    }
  }
  kept.response = trees::CompactNumbers(response);
  if (state.weights >= 0) kept.weight = trees::CompactNumbers(decode(group, state.weights));
  kept.votes.assign(response.size() * static_cast<std::size_t>(state.trees), 0);
}

void MeasureValidationTask::map(const mr::RowGroup& group, const State& state, Scratch& kept,
                                Partial& partial) {
  add_new_votes(group, state, kept);
  measure(state.options,
          {.votes = kept.votes,
           .voters = {},
           .all_voters = kept.voters,
           .response = kept.response,
           .weight = kept.weight},
          partial);
}

model::metrics::Metrics finish_metrics(Pool& pool, MeasuredRows rows, const MeasureOptions& options,
                                       const model::ColumnRoles& roles) {
  namespace metric = model::metrics;
  if (options.category == model::Category::regression)
    return metric::finish_regression(rows.regression);
  if (options.category == model::Category::binomial) {
    metric::BinomialOptions binomial;
    binomial.domain = *roles.response_domain;
    binomial.gainslift_bins = options.gainslift_bins;
    return metric::finish_binomial(pool, std::move(rows.binomial), binomial);
  }
  metric::Multinomial made = metric::finish_multinomial(rows.multinomial, *roles.response_domain);
  metric::finish_aucs(pool, rows.multinomial, *roles.response_domain, options.auc_type, made);
  return made;
}

}  // namespace neve::algos::drf
