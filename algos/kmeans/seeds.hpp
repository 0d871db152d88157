#pragma once

#include <cstddef>
#include <cstdint>

#include <neve/base/pool.hpp>
#include <neve/job/token.hpp>

#include "algos/kmeans/parameters.hpp"
#include "algos/kmeans/sample.hpp"

namespace neve::algos::kmeans {

/// Streams of random numbers of one seed.
inline constexpr std::uint64_t kSampleStream = 1;
inline constexpr std::uint64_t kSeedStream = 2;

struct SeedOrder {
  Pool& pool;
  Initialization init;
  std::size_t clusters = 1;
  std::uint64_t seed = 0;
  job::TokenPtr token = nullptr;
};

/// Where `clusters` centers begin. Random: points drawn by weight. PlusPlus: greedy k-means++
/// (Arthur and Vassilvitskii 2007, with 2 + ln k candidates for each center), moved by a few of
/// Lloyd's iterations; of several tries the one of least squared distances. Furthest: the same, and
/// a try that takes the furthest point each time (Gonzalez 1985). The sample has `clusters` points
/// at least.
points::Points choose_centers(const Sample& sample, const SeedOrder& order);

/// Weighted squared distances of the sample to the nearest of the centers.
double cost_of(Pool& pool, const Sample& sample, const points::Points& centers);

}  // namespace neve::algos::kmeans
