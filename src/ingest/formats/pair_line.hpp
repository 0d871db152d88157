#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/formats/pair_cells.hpp"
#include "ingest/formats/text_format.hpp"

namespace neve::ingest {

/// Columns that rows may name; a larger index is taken for an error.
inline constexpr std::size_t kMostPairColumns = 1'000'000;

/// What is wrong with a row, and where in its line.
struct PairError {
  std::size_t at = 0;
  std::string what;
};

/// Reads a row of SVMLight, "label index:value index:value … # comment": column 0 is the label,
/// and indices grow from 1. A query ("qid:3") is left out, as in H2O-3. 16 bytes behind the line
/// must be readable. Where there is an error, part of the row may have been added.
std::optional<PairError> read_pair_line(std::string_view line, std::size_t row, PairCells& into);

/// Recognises SVMLight by its first row, which has to have a pair. Declares nothing but where the
/// rows begin: how many columns there are is known when all rows are read.
std::optional<Declarations> read_svmlight_start(const ByteSource& source);

/// Rows of pairs.
void adapt_to_svmlight(const FileSetup& setup, Dialect& dialect);

}  // namespace neve::ingest
