#pragma once

#include <memory>

#include "ingest/formats/columnar/columnar_library.hpp"

namespace neve::ingest::columnar {

// Openers and writers of each container. They throw.

std::unique_ptr<File> open_parquet(Input& input, Memory& memory);
std::unique_ptr<File> open_orc(Input& input, Memory& memory);
/// Of a file, the stream that is in it.
std::unique_ptr<File> open_arrow(Container container, Input& input, Memory& memory);

std::unique_ptr<Writer> create_parquet(const Library::Form& form,
                                       std::span<const OutputField> fields, Output& output,
                                       Memory& memory);
std::unique_ptr<Writer> create_arrow(const Library::Form& form, std::span<const OutputField> fields,
                                     Output& output, Memory& memory);

}  // namespace neve::ingest::columnar
