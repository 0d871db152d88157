#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema.hpp>
#include <neve/schema/values.hpp>

namespace neve::algos::kmeans {

/// Where centers begin.
enum class Initialization : std::uint8_t { random, plus_plus, furthest, user };

/// What a user may say about a k-means model.
struct Parameters : model::CommonParameters {
  std::int32_t k = 1;
  bool estimate_k = false;
  schema::FrameRef user_points;
  std::int32_t max_iterations = 10;
  bool standardize = true;
  Initialization init = Initialization::furthest;
  std::optional<std::vector<std::int32_t>> cluster_size_constraints;
  static const schema::Schema& schema();
};

}  // namespace neve::algos::kmeans

template <>
struct neve::schema::EnumText<neve::algos::kmeans::Initialization> {
  static constexpr std::string_view name = "KmeansKMeansInitialization";
  static constexpr std::array<std::string_view, 4> values = {"Random", "PlusPlus", "Furthest",
                                                             "User"};
};
