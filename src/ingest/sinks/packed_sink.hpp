#pragma once

#include <neve/ingest/ingest.hpp>

#include "ingest/sinks/byte_sink.hpp"

namespace neve::ingest {

/// Compresses what it is given into `to`; `to` itself for Packing::none.
ByteSinkPtr pack_into(ByteSinkPtr to, Packing packing);

}  // namespace neve::ingest
