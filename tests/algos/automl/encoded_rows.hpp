#pragma once

#include <string>
#include <vector>

#include <neve/base/rng.hpp>

#include "automl_session.hpp"
#include "support/described_frame.hpp"

/// Rows with a category of many levels, whose mean response tells most.
namespace neve::automl::testing {

neve::testing::Levels numbered(const std::string& stem, std::size_t count);

/// Columns x, k (of so many levels, every 17th missing), c, two and three.
void publish_encoded_rows(mr::ComputeNode& node, const std::string& key, std::uint64_t rows,
                          std::size_t levels, std::uint64_t seed);

/// "tr", and "test" with levels and missing ones that training did not see.
void publish_encoded(mr::ComputeNode& node);

BuildSpec encoded_spec(std::int32_t max_models, const std::string& response = "two");

}  // namespace neve::automl::testing
