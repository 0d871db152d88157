#pragma once

#include <optional>

#include "ingest/formats/text_format.hpp"

namespace neve::ingest {

/// The attributes of an ARFF file (Attribute-Relation File Format) and where its rows begin:
///
///     % a comment
///     @relation weather
///     @attribute outlook {sunny, 'rather rainy'}
///     @attribute degrees numeric
///     @data
///     sunny,21.5
///
/// Words are known in any case. Types are numeric, real, integer, int, date, time, string, enum,
/// uuid, and lists of levels, which are checked but not kept: as in H2O-3, a column's levels are
/// those of its cells. Nothing where the first word of the file is neither @relation nor
/// @attribute. Throws InputError with the place of what cannot be understood.
std::optional<Declarations> read_arff_header(const ByteSource& source);

/// Rows of ARFF: both quotes, a backslash within them as in C, % before comments, and as many cells
/// as there are attributes.
void adapt_to_arff(const FileSetup& setup, Dialect& dialect);

}  // namespace neve::ingest
