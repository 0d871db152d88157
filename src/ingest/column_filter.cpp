#include <neve/base/error.hpp>
#include <neve/ingest/setup.hpp>
#include <re2/re2.h>

namespace neve::ingest {

std::vector<std::size_t> columns_named(const FileSetup& setup, const std::string& pattern) {
  const RE2 expression(pattern, RE2::Quiet);
  if (!expression.ok()) {
    throw InputError::illegal_argument("column_name_filter '" + pattern +
                                           "' is no regular expression: " + expression.error() +
                                           ".",
                                       {{"column_name_filter", pattern}});
  }
  std::vector<std::size_t> found;
  for (std::size_t c = 0; c < static_cast<std::size_t>(setup.columns); ++c) {
    const bool named = c < setup.names.size() && !setup.names[c].empty();
    const std::string name = named ? setup.names[c] : "C" + std::to_string(c + 1);
    if (RE2::FullMatch(name, expression)) found.push_back(c);
  }
  return found;
}

}  // namespace neve::ingest
