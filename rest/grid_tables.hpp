#pragma once

#include <neve/grid/grid.hpp>
#include <neve/schema/table.hpp>

namespace neve::rest {

/// "Hyper-Parameter Search Summary": a row for each model, from best to worst, with the parameters
/// that it has.
schema::Table grid_summary(const grid::Grid& grid, const grid::Ranking& ranking,
                           const model::Algorithm& algorithm);

/// "Scoring History": a row for each model, in the order in which their training ended.
schema::Table grid_history(const grid::Ranking& ranking);

}  // namespace neve::rest
