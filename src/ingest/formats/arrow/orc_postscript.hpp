#pragma once

#include "ingest/formats/columnar/columnar_library.hpp"

namespace neve::ingest::columnar {

/// Throws Problem where an ORC file's postscript states blocks larger than the format has: ORC's
/// library takes so much memory, outside of the node's budget, before it has read any of them.
void check_orc_postscript(Input& input);

}  // namespace neve::ingest::columnar
