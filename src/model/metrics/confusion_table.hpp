#pragma once

#include <span>
#include <string>
#include <vector>

#include <neve/schema/table.hpp>

namespace neve::model::metrics {

/// The table "Confusion Matrix" of weights by actual · classes + predicted class: a row per actual
/// class and one of totals; a column per predicted class, then the error and, as text, its counts.
schema::Table confusion_table(std::span<const double> weights,
                              const std::vector<std::string>& domain);

/// The mean over classes of the share of wrong labels; a class without rows counts as without
/// errors, as in H2O-3.
double mean_per_class_error(std::span<const double> weights, std::size_t classes);

}  // namespace neve::model::metrics
