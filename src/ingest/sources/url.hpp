#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <neve/base/budget.hpp>
#include <neve/job/token.hpp>

#include "ingest/sources/owned_bytes.hpp"

namespace neve::ingest {

[[nodiscard]] bool is_http_url(std::string_view location);

/// Fetches an http:// or https:// URL, following redirects to such. Throws InputError where the
/// server cannot be reached, stalls or answers with an error; Cancelled; OutOfMemoryError.
std::shared_ptr<OwnedBytes> fetch_url(const std::string& url, Budget& budget,
                                      const job::TokenPtr& token = nullptr);

}  // namespace neve::ingest
