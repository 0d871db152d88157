#pragma once

#include <functional>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/model/model.hpp>
#include <neve/schema/table.hpp>

#include "rest/services.hpp"

namespace neve::server {

/// The tables of a model that say what is needed to repeat its training: the node, the cluster and
/// the input frames. `checksum` is that of a frame's values.
std::vector<schema::Table> reproducibility_tables(
    const rest::Services& services, const model::Header& header,
    const std::function<std::int64_t(const frame::Frame&)>& checksum);

}  // namespace neve::server
