#pragma once

#include <arrow/type.h>

#include "ingest/formats/columnar/columnar_library.hpp"

namespace neve::ingest::columnar {

/// What a column of this type is to the node.
Field describe(const arrow::Field& field);

/// The type that values lie in, without an extension's name around it.
const arrow::DataType& storage_of(const arrow::DataType& type);

}  // namespace neve::ingest::columnar
