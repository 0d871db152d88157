#include <neve/munge/frame_verbs.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/munge/expression.hpp>
#include <neve/munge/group_by.hpp>

#include "munge/program.hpp"
#include "munge/verb_tasks.hpp"

namespace neve::munge {
namespace {

/// A pair of codes that occurs, and in how many rows.
struct Pair {
  std::int32_t left = -1;
  std::int32_t right = -1;
  std::int64_t rows = 0;
  double first_row = 0;
  /// As H2O-3 hashes small codes, so that levels of equal counts come in its order.
  [[nodiscard]] std::uint32_t hash(bool with_itself) const {
    const auto bits = [](std::int32_t code) {
      return code < 0 ? std::uint32_t{1} << 31U : static_cast<std::uint32_t>(code);
    };
    return with_itself ? bits(left) : bits(left) ^ bits(right);
  }
};

ExpressionPtr row_number() {
  auto made = std::make_shared<Expression>();
  made->op = Op::row_number;
  return made;
}

std::int32_t code_of_key(double key) {
  return std::isnan(key) ? frame::kMissingCode : static_cast<std::int32_t>(key);
}

/// The most frequent first; all that occur.
std::vector<Pair> pairs_of(const Groups& groups, bool with_itself) {
  std::vector<Pair> pairs;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const Pair pair{code_of_key(groups.key(g, 0)), code_of_key(groups.key(g, groups.keys - 1)),
                    groups.rows[g], groups.figure(g, 0).min};
    if (with_itself && pair.left < 0) continue;
    pairs.push_back(pair);
  }
  std::ranges::sort(pairs, [with_itself](const Pair& a, const Pair& b) {
    if (a.rows != b.rows) return a.rows > b.rows;
    return std::pair(a.hash(with_itself), a.first_row) <
           std::pair(b.hash(with_itself), b.first_row);
  });
  return pairs;
}

const std::string& text_of(const frame::Column& column, std::int32_t code) {
  static const std::string kMissing = "NA";
  return code < 0 ? kMissing : (*column.domain)[static_cast<std::size_t>(code)];
}

/// A domain that grows. Different pairs may have one text: "a_b" and "c", "a" and "b_c".
class Levels {
 public:
  std::int32_t code_of(const std::string& text) {
    const auto next = static_cast<std::int32_t>(domain_.size());
    const auto [at, is_new] = codes_.try_emplace(text, next);
    if (is_new) domain_.push_back(text);
    return at->second;
  }
  frame::DomainPtr finish() { return std::make_shared<const frame::Domain>(std::move(domain_)); }

 private:
  frame::Domain domain_;
  std::unordered_map<std::string, std::int32_t> codes_;
};

}  // namespace

void InteractTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                       mr::Outputs& outputs) {
  const std::span<std::int32_t> to = outputs.codes(0);
  std::array<std::int32_t, kBlockRows> left;
  std::array<std::int32_t, kBlockRows> right;
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlockRows) {
    const auto rows = static_cast<std::size_t>(std::min(kBlockRows, group.rows - begin));
    group.columns[0].decode_codes(begin, std::span(left).first(rows));
    group.columns[group.columns.size() - 1].decode_codes(begin, std::span(right).first(rows));
    for (std::size_t i = 0; i < rows; ++i) {
      const std::int64_t pair = pair_of(left[i], right[i]);
      const auto at = std::ranges::lower_bound(state.pairs, pair);
      std::int32_t level = state.other;
      if (at != state.pairs.end() && *at == pair) {
        level = state.levels[static_cast<std::size_t>(at - state.pairs.begin())];
      } else if (state.with_itself && left[i] < 0) {
        level = frame::kMissingCode;
      }
      to[static_cast<std::size_t>(begin) + i] = level;
    }
  }
}

frame::Column interact(mr::Engine& engine, const frame::LayoutPtr& layout,
                       const frame::Column& left, const frame::Column& right,
                       const InteractionRule& rule, const job::TokenPtr& token) {
  NEVE_CHECK(left.is_categorical() && right.is_categorical());
  const bool with_itself = left.id == right.id;
  std::vector<ExpressionPtr> keys = {column_of(left)};
  if (!with_itself) keys.push_back(column_of(right));
  const ExpressionPtr first = row_number();
  std::vector<Pair> pairs =
      pairs_of(group_by(engine, layout, keys, {&first, 1}, token), with_itself);
  const auto rare =
      std::ranges::find_if(pairs, [&](const Pair& pair) { return pair.rows < rule.least_rows; });
  const auto kept = std::min<std::ptrdiff_t>(rare - pairs.begin(), rule.most_levels);
  const bool leaves_some_out = kept < std::ssize(pairs);
  pairs.resize(static_cast<std::size_t>(kept));
  Levels levels;
  InteractTask::State state{.pairs = {}, .levels = {}, .other = -1, .with_itself = with_itself};
  std::vector<std::int32_t> level_of;
  for (const Pair& pair : pairs) {
    const std::string before = with_itself ? "" : text_of(left, pair.left) + "_";
    level_of.push_back(levels.code_of(before + text_of(right, pair.right)));
  }
  if (leaves_some_out) state.other = levels.code_of("other");
  std::vector<std::size_t> order(pairs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto pair_at = [&](std::size_t i) {
    return InteractTask::pair_of(pairs[i].left, pairs[i].right);
  };
  std::ranges::sort(order, {}, pair_at);
  for (const std::size_t i : order) {
    state.pairs.push_back(pair_at(i));
    state.levels.push_back(level_of[i]);
  }
  mr::RunOptions options{.token = token, .scratch = {}, .outputs = {}};
  options.outputs.push_back({.kind = mr::OutputKind::codes,
                             .type = frame::ColumnType::categorical,
                             .domain = levels.finish()});
  mr::Inputs inputs{layout, {left.id}};
  if (!with_itself) inputs.columns.push_back(right.id);
  return engine.run_with_outputs<InteractTask>(inputs, state, options).columns[0];
}

}  // namespace neve::munge
