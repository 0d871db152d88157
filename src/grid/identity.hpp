#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <neve/grid/grid.hpp>

namespace neve::grid {

/// Tells which models of one algorithm are the same: equal for equal parameters, and equal values
/// of the frames that they name. Names of models, folders of files, and the order of ignored
/// columns make no difference.
Identity identity_of(const model::Algorithm& algorithm, const void* parameters,
                     const std::map<std::string, std::int64_t>& frame_checksums);

/// Of a point whose values cannot be read as parameters.
Identity identity_of(const schema::Form& values);

}  // namespace neve::grid
