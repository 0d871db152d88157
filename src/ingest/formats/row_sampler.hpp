#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/formats/dialect.hpp"

namespace neve::ingest {

/// The first lines of a text that hold data, at most `most`, without blanks around them; a line end
/// within quotes does not end a line.
std::vector<std::string> first_lines(std::string_view text, const Dialect& dialect,
                                     std::size_t most);

/// The cells of one line. Empty where something other than a separator follows a closing quote.
std::vector<std::string> split_line(std::string_view line, const Dialect& dialect);

/// The separator that cuts both lines into equally many cells; 0 where none does.
unsigned char guess_separator(std::string_view first, std::string_view second, Dialect dialect);

}  // namespace neve::ingest
