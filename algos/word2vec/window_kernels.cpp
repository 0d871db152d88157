#include "algos/word2vec/window_kernels.hpp"

#include <immintrin.h>

namespace neve::algos::word2vec::NEVE_ISA {
namespace {

constexpr std::size_t kLanes = 8;

__m256 sigmoid(const float* table, __m256 x) {
  const __m256 scale = _mm256_set1_ps(kSigmoidSteps / (2 * kSigmoidReach));
  const __m256 middle = _mm256_set1_ps(kSigmoidSteps / 2.0F);
  const __m256 last = _mm256_set1_ps(kSigmoidSteps - 1.0F);
  // In this order of arguments a NaN becomes the first step.
  const __m256 place = _mm256_max_ps(_mm256_fmadd_ps(x, scale, middle), _mm256_setzero_ps());
  const __m256i step = _mm256_cvttps_epi32(_mm256_min_ps(place, last));
  return _mm256_i32gather_ps(table, step, sizeof(float));
}

/// The eight lanes as ((0+1)+(2+3)) + ((4+5)+(6+7)).
float sum_of(__m256 lanes) {
  const __m256 pairs = _mm256_hadd_ps(lanes, lanes);
  const __m256 fours = _mm256_hadd_ps(pairs, pairs);
  return _mm_cvtss_f32(_mm_add_ss(_mm256_castps256_ps128(fours), _mm256_extractf128_ps(fours, 1)));
}

/// The scores of all inputs with nodes j, … j + Nodes: products of vectors.
template <std::size_t Inputs, std::size_t Nodes>
void multiply(const WindowWork& work, std::size_t j) {
  __m256 sums[Nodes][Inputs];
#pragma GCC unroll 8
  for (std::size_t n = 0; n < Nodes; ++n) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Inputs; ++i) sums[n][i] = _mm256_setzero_ps();
  }
  for (std::size_t d = 0; d < work.stride; d += kLanes) {
    __m256 node[Nodes];
#pragma GCC unroll 8
    for (std::size_t n = 0; n < Nodes; ++n) node[n] = _mm256_loadu_ps(work.nodes[j + n] + d);
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Inputs; ++i) {
      const __m256 input = _mm256_loadu_ps(work.inputs[i] + d);
#pragma GCC unroll 8
      for (std::size_t n = 0; n < Nodes; ++n)
        sums[n][i] = _mm256_fmadd_ps(input, node[n], sums[n][i]);
    }
  }
#pragma GCC unroll 8
  for (std::size_t i = 0; i < Inputs; ++i) {
#pragma GCC unroll 8
    for (std::size_t n = 0; n < Nodes; ++n)
      work.scores[i * work.width + j + n] = sum_of(sums[n][i]);
  }
}

/// Scores become rate · (label - sigmoid(score)).
template <std::size_t Inputs>
void make_gains(const WindowWork& work) {
  const __m256 rate = _mm256_set1_ps(work.rate);
  for (std::size_t j = 0; j < work.node_count; j += kLanes) {
    const __m256 label = _mm256_loadu_ps(work.labels + j);
    for (std::size_t i = 0; i < Inputs; ++i) {
      float* score = work.scores + i * work.width + j;
      const __m256 off = _mm256_sub_ps(label, sigmoid(work.sigmoids, _mm256_loadu_ps(score)));
      _mm256_storeu_ps(score, _mm256_mul_ps(rate, off));
    }
  }
}

/// nodes += gains' inputs and inputs += gains nodes, both of what was there before.
template <std::size_t Inputs>
void update(const WindowWork& work) {
  for (std::size_t d = 0; d < work.stride; d += kLanes) {
    __m256 input[Inputs];
    __m256 change[Inputs];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Inputs; ++i) {
      input[i] = _mm256_loadu_ps(work.inputs[i] + d);
      change[i] = _mm256_setzero_ps();
    }
    for (std::size_t j = 0; j < work.node_count; ++j) {
      const __m256 node = _mm256_loadu_ps(work.nodes[j] + d);
      __m256 moved = node;
#pragma GCC unroll 8
      for (std::size_t i = 0; i < Inputs; ++i) {
        const __m256 gain = _mm256_broadcast_ss(work.scores + i * work.width + j);
        moved = _mm256_fmadd_ps(gain, input[i], moved);
        change[i] = _mm256_fmadd_ps(gain, node, change[i]);
      }
      _mm256_storeu_ps(work.nodes[j] + d, moved);
    }
    // A word may be there more than once, so each is read again.
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Inputs; ++i) {
      float* const to = work.inputs[i] + d;
      _mm256_storeu_ps(to, _mm256_add_ps(_mm256_loadu_ps(to), change[i]));
    }
  }
}

template <std::size_t Inputs>
void step(const WindowWork& work) {
  // As many sums at a time as there are registers for; each is the same in any company.
  constexpr std::size_t kNodes = Inputs == 1 ? 8 : Inputs == 2 ? 4 : 2;
  std::size_t j = 0;
  for (; j + kNodes <= work.node_count; j += kNodes) multiply<Inputs, kNodes>(work, j);
  if constexpr (kNodes > 4) {
    for (; j + 4 <= work.node_count; j += 4) multiply<Inputs, 4>(work, j);
  }
  for (; j + 2 <= work.node_count; j += 2) multiply<Inputs, 2>(work, j);
  if (j < work.node_count) multiply<Inputs, 1>(work, j);
  make_gains<Inputs>(work);
  update<Inputs>(work);
}

float product(const float* left, const float* right, std::size_t count) {
  __m256 sum = _mm256_setzero_ps();
  for (std::size_t d = 0; d < count; d += kLanes)
    sum = _mm256_fmadd_ps(_mm256_loadu_ps(left + d), _mm256_loadu_ps(right + d), sum);
  return sum_of(sum);
}

void add(float* to, float factor, const float* from, std::size_t count) {
  const __m256 by = _mm256_set1_ps(factor);
  for (std::size_t d = 0; d < count; d += kLanes) {
    const __m256 sum = _mm256_fmadd_ps(by, _mm256_loadu_ps(from + d), _mm256_loadu_ps(to + d));
    _mm256_storeu_ps(to + d, sum);
  }
}

void add_difference(float* to, const float* left, const float* right, std::size_t count) {
  for (std::size_t d = 0; d < count; d += kLanes) {
    const __m256 off = _mm256_sub_ps(_mm256_loadu_ps(left + d), _mm256_loadu_ps(right + d));
    _mm256_storeu_ps(to + d, _mm256_add_ps(_mm256_loadu_ps(to + d), off));
  }
}

void mean(float* to, float* const* vectors, std::size_t vector_count, std::size_t count) {
  const __m256 share = _mm256_set1_ps(1.0F / static_cast<float>(vector_count));
  for (std::size_t d = 0; d < count; d += kLanes) {
    __m256 sum = _mm256_setzero_ps();
    for (std::size_t i = 0; i < vector_count; ++i)
      sum = _mm256_add_ps(sum, _mm256_loadu_ps(vectors[i] + d));
    _mm256_storeu_ps(to + d, _mm256_mul_ps(share, sum));
  }
}

void spread(float* const* vectors, std::size_t vector_count, const float* left, const float* right,
            std::size_t count) {
  for (std::size_t d = 0; d < count; d += kLanes) {
    const __m256 off = _mm256_sub_ps(_mm256_loadu_ps(left + d), _mm256_loadu_ps(right + d));
    for (std::size_t i = 0; i < vector_count; ++i) {
      float* const to = vectors[i] + d;
      _mm256_storeu_ps(to, _mm256_add_ps(_mm256_loadu_ps(to), off));
    }
  }
}

}  // namespace

const WindowKernels kWindowKernels = {
    .steps = {&step<1>, &step<2>, &step<3>, &step<4>, &step<5>, &step<6>},
    .product = &product,
    .add = &add,
    .add_difference = &add_difference,
    .mean = &mean,
    .spread = &spread};

}  // namespace neve::algos::word2vec::NEVE_ISA
