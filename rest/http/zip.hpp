#pragma once

#include <string>
#include <utility>
#include <vector>

namespace neve::rest::http {

/// A ZIP archive (PKWARE APPNOTE 6.3) of the files {name, content}, deflated. For a few files of at
/// most 4 GiB together.
std::string zip_of(const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace neve::rest::http
