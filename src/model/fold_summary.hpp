#pragma once

#include <span>

#include <neve/model/metrics.hpp>
#include <neve/schema/table.hpp>

namespace neve::model {

/// H2O's table of the metrics of each fold, with mean and standard deviation of those that are
/// numbers. Rows are in order of name. `folds` has the holdout metrics, all of one family.
schema::Table fold_summary(std::span<const metrics::Metrics* const> folds);

}  // namespace neve::model
