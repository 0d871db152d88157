#include "model/metrics/gains_lift.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace neve::model::metrics {
namespace {

constexpr std::array kAutomaticShares = {0.99, 0.98, 0.97, 0.96, 0.95, 0.9, 0.85, 0.8,
                                         0.7,  0.6,  0.5,  0.4,  0.3,  0.2, 0.1,  0.0};

std::vector<double> shares_below(std::int32_t groups) {
  if (groups < 0) return {kAutomaticShares.begin(), kAutomaticShares.end()};
  std::vector<double> shares;
  for (std::int32_t g = groups - 1; g >= 0; --g) shares.push_back(static_cast<double>(g) / groups);
  return shares;
}

/// Quantile by linear interpolation between ranks (type 7 of Hyndman and Fan 1996).
double quantile(const ScoreCurve& curve, double share) {
  const double most = curve.total(curve.size() - 1) - 1;
  const double rank = std::max(0.0, most * share);
  const double whole = std::floor(rank);
  const auto score_at = [&](double ascending_rank) {
    const std::size_t i =
        curve.first([&](std::size_t point) { return curve.total(point) > most - ascending_rank; });
    return curve.score(std::min(i, curve.size() - 1));
  };
  const double low = score_at(whole);
  if (rank == whole) return low;
  return low + (rank - whole) * (score_at(whole + 1) - low);
}

struct Group {
  double threshold = 0;
  std::size_t end = 0;  ///< points of this and all groups above
  double rows = 0;
  double events = 0;
  double score_sum = 0;
};

std::vector<Group> cut_groups(Pool& pool, const ScoreCurve& curve, std::int32_t count) {
  std::vector<Group> groups;
  for (const double share : shares_below(count)) {
    const double threshold = quantile(curve, share);
    if (!groups.empty() && groups.back().threshold <= threshold) continue;
    groups.push_back(
        {threshold, curve.first([&](std::size_t i) { return curve.score(i) < threshold; })});
  }
  pool.for_each(groups.size(), [&](std::size_t g) {
    const std::size_t begin = g == 0 ? 0 : groups[g - 1].end;
    const auto before = [&](std::size_t i, bool events) {
      if (i == 0) return 0.0;
      return events ? curve.tp(i - 1) : curve.total(i - 1);
    };
    groups[g].rows = before(groups[g].end, false) - before(begin, false);
    groups[g].events = before(groups[g].end, true) - before(begin, true);
    for (std::size_t i = begin; i < groups[g].end; ++i) {
      groups[g].score_sum += curve.score(i) * (before(i + 1, false) - before(i, false));
    }
  });
  return groups;
}

std::string percent(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%5.2f %%", 100 * share);
  return text.data();
}

schema::Table empty_table(double response_rate, double score) {
  static constexpr std::array<std::string_view, 14> kTitles = {"Group",
                                                               "Cumulative Data Fraction",
                                                               "Lower Threshold",
                                                               "Lift",
                                                               "Cumulative Lift",
                                                               "Response Rate",
                                                               "Score",
                                                               "Cumulative Response Rate",
                                                               "Cumulative Score",
                                                               "Capture Rate",
                                                               "Cumulative Capture Rate",
                                                               "Gain",
                                                               "Cumulative Gain",
                                                               "Kolmogorov Smirnov"};
  schema::Table table{.name = "Gains/Lift Table",
                      .description = "Avg response rate: " + percent(response_rate) +
                                     ", avg score: " + percent(score),
                      .columns = {}};
  for (const std::string_view title : kTitles) {
    std::string name(title);
    for (char& c : name)
      c = c == ' ' ? '_' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    table.columns.push_back({std::move(name), "double", "%5f", std::string(title), {}});
  }
  table.columns[0].type = "int";
  table.columns[0].format = "%d";
  table.columns[1].format = "%.8f";
  return table;
}

double ratio_or_zero(double numerator, double denominator) {
  return denominator == 0 ? 0 : numerator / denominator;
}

}  // namespace

std::optional<GainsLift> gains_lift(Pool& pool, const ScoreCurve& curve, std::int32_t count) {
  if (count == 0 || curve.size() == 0) return std::nullopt;
  const std::vector<Group> groups = cut_groups(pool, curve, count);
  Group sum;
  for (const Group& group : groups) sum.score_sum += group.score_sum;
  const double rows = curve.total(curve.size() - 1);
  const double events = curve.positives();
  const double rate = events / rows;
  GainsLift out{empty_table(rate, sum.score_sum / rows), kNotComputed};
  sum = {};
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const Group& group = groups[g];
    sum.rows += group.rows;
    sum.events += group.events;
    sum.score_sum += group.score_sum;
    const double group_rate = ratio_or_zero(group.events, group.rows);
    const double lift = group_rate / rate;
    const double cumulative_lift = sum.events / sum.rows / rate;
    const double separation =
        sum.events / events - ratio_or_zero(sum.rows - sum.events, rows - events);
    out.table.add_row({static_cast<std::int64_t>(g + 1), sum.rows / rows, group.threshold, lift,
                       cumulative_lift, group_rate, ratio_or_zero(group.score_sum, group.rows),
                       sum.events / sum.rows, sum.score_sum / sum.rows, group.events / events,
                       sum.events / events, 100 * (lift - 1), 100 * (cumulative_lift - 1),
                       separation});
    if (g == 0) out.top_lift = lift;
  }
  return out;
}

}  // namespace neve::model::metrics
