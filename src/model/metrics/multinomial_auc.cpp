#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <neve/model/metrics/multinomial.hpp>

#include "model/metrics/curve_area.hpp"

namespace neve::model::metrics {
namespace {

/// One kind of area (ROC or precision-recall) for all classes and pairs, and its means.
struct Areas {
  std::vector<double> of_class;  ///< against all others
  std::vector<double> of_pair;   ///< by first class, then second
  double macro_ovr = 0;
  double weighted_ovr = 0;
  double macro_ovo = 0;
  double weighted_ovo = 0;

  [[nodiscard]] double mean(AucType type) const {
    switch (type) {
      case AucType::macro_ovr:
        return macro_ovr;
      case AucType::weighted_ovr:
        return weighted_ovr;
      case AucType::macro_ovo:
        return macro_ovo;
      case AucType::weighted_ovo:
        return weighted_ovo;
      case AucType::automatic:
      case AucType::none:
        break;
    }
    return kNotComputed;
  }
};

/// The scores of a MultinomialPartial, class against class.
class ClassCurves {
 public:
  ClassCurves(Pool& pool, const MultinomialPartial& partial)
      : pool_(pool), partial_(partial), classes_(partial.actual.size()) {}

  /// How well the probability of `of` tells its rows from those of the other classes.
  [[nodiscard]] CurveAreas against_rest(std::size_t of) const {
    BinomialPartial sides;
    sides.positives.append(scores(of, of));
    for (std::size_t other = 0; other < classes_; ++other) {
      if (other != of) sides.negatives.append(scores(other, of));
    }
    return areas_of(pool_, ScoreCurve(pool_, std::move(sides)));
  }
  /// Mean over both probabilities of how well they tell the rows of two classes; 0 where neither
  /// has rows, as in H2O-3.
  [[nodiscard]] CurveAreas of_pair(std::size_t first, std::size_t second) const {
    const CurveAreas one = against(first, second);
    const CurveAreas two = against(second, first);
    const auto mean = [](double a, double b) { return std::isnan(a + b) ? 0 : (a + b) / 2; };
    return {mean(one.roc, two.roc), mean(one.precision_recall, two.precision_recall)};
  }

 private:
  [[nodiscard]] CurveAreas against(std::size_t of, std::size_t other) const {
    BinomialPartial sides;
    sides.positives.append(scores(of, of));
    sides.negatives.append(scores(other, of));
    return areas_of(pool_, ScoreCurve(pool_, std::move(sides)));
  }
  [[nodiscard]] const ClassScores& scores(std::size_t actual, std::size_t of) const {
    return partial_.scores[actual * classes_ + of];
  }

  Pool& pool_;
  const MultinomialPartial& partial_;
  std::size_t classes_;
};

void set_means(const std::vector<double>& class_weights, Areas& areas) {
  const std::size_t classes = class_weights.size();
  double weights = 0;
  for (std::size_t k = 0; k < classes; ++k) {
    areas.macro_ovr += areas.of_class[k] / static_cast<double>(classes);
    areas.weighted_ovr += areas.of_class[k] * class_weights[k];
    weights += class_weights[k];
  }
  areas.weighted_ovr /= weights;
  double pair_weights = 0;
  std::size_t pair = 0;
  for (std::size_t i = 0; i < classes; ++i) {
    for (std::size_t j = i + 1; j < classes; ++j, ++pair) {
      areas.macro_ovo += areas.of_pair[pair];
      areas.weighted_ovo += areas.of_pair[pair] * (class_weights[i] + class_weights[j]);
      pair_weights += class_weights[i] + class_weights[j];
    }
  }
  areas.macro_ovo /= static_cast<double>(pair);
  areas.weighted_ovo /= pair_weights;
}

schema::Table area_table(const Areas& areas, const std::vector<std::string>& domain,
                         const std::string& title) {
  std::string column = title;
  for (char& c : column) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  schema::Table table{
      .name = "Multinomial " + title + " values",
      .description = {},
      .columns = {{"type", "string", "%s", "Type", {}},
                  {"first_class_domain", "String", "%s", "First class domain", {}},
                  {"second_class_domain", "String", "%s", "Second class domain", {}},
                  {column, "double", "%d", title, {}}}};
  const std::monostate none;
  for (std::size_t k = 0; k < domain.size(); ++k) {
    table.add_row({domain[k] + " vs Rest", domain[k], none, areas.of_class[k]});
  }
  table.add_row({std::string("Macro OVR"), none, none, areas.macro_ovr});
  table.add_row({std::string("Weighted OVR"), none, none, areas.weighted_ovr});
  std::size_t pair = 0;
  for (std::size_t i = 0; i < domain.size(); ++i) {
    for (std::size_t j = i + 1; j < domain.size(); ++j, ++pair) {
      table.add_row(
          {"Class " + domain[i] + " vs. " + domain[j], domain[i], domain[j], areas.of_pair[pair]});
    }
  }
  table.add_row({std::string("Macro OVO"), none, none, areas.macro_ovo});
  table.add_row({std::string("Weighted OVO"), none, none, areas.weighted_ovo});
  return table;
}

}  // namespace

void finish_aucs(Pool& pool, const MultinomialPartial& partial,
                 const std::vector<std::string>& domain, AucType type, Multinomial& out) {
  if (!wants_auc(type, domain.size()) || partial.weight == 0) return;
  NEVE_CHECK(!partial.scores.empty(), "AUCs of classes without their scores");
  const ClassCurves curves(pool, partial);
  Areas roc;
  Areas precision_recall;
  for (std::size_t k = 0; k < domain.size(); ++k) {
    const CurveAreas areas = curves.against_rest(k);
    roc.of_class.push_back(areas.roc);
    precision_recall.of_class.push_back(areas.precision_recall);
    for (std::size_t other = k + 1; other < domain.size(); ++other) {
      const CurveAreas both = curves.of_pair(k, other);
      roc.of_pair.push_back(both.roc);
      precision_recall.of_pair.push_back(both.precision_recall);
    }
  }
  set_means(partial.actual, roc);
  set_means(partial.actual, precision_recall);
  out.AUC = roc.mean(type);
  out.pr_auc = precision_recall.mean(type);
  out.multinomial_auc_table = area_table(roc, domain, "AUC");
  out.multinomial_aucpr_table = area_table(precision_recall, domain, "auc_pr");
}

}  // namespace neve::model::metrics
