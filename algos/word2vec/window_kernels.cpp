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

/// The same of four.
__m128 sums_of(__m256 a, __m256 b, __m256 c, __m256 d) {
  const __m256 fours = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
  return _mm_add_ps(_mm256_castps256_ps128(fours), _mm256_extractf128_ps(fours, 1));
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
  if constexpr (Nodes % 4 == 0) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Inputs; ++i) {
#pragma GCC unroll 2
      for (std::size_t n = 0; n < Nodes; n += 4) {
        _mm_storeu_ps(work.scores + i * work.width + j + n,
                      sums_of(sums[n][i], sums[n + 1][i], sums[n + 2][i], sums[n + 3][i]));
      }
    }
  } else {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Inputs; ++i) {
#pragma GCC unroll 8
      for (std::size_t n = 0; n < Nodes; ++n)
        work.scores[i * work.width + j + n] = sum_of(sums[n][i]);
    }
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
void make_scores(const WindowWork& work) {
  // As many sums at a time as there are registers for; each is the same in any company.
  constexpr std::size_t kNodes = Inputs == 1 ? 8 : Inputs == 2 ? 4 : 2;
  std::size_t j = 0;
  for (; j + kNodes <= work.node_count; j += kNodes) multiply<Inputs, kNodes>(work, j);
  if constexpr (kNodes > 4) {
    for (; j + 4 <= work.node_count; j += 4) multiply<Inputs, 4>(work, j);
  }
  for (; j + 2 <= work.node_count; j += 2) multiply<Inputs, 2>(work, j);
  if (j < work.node_count) multiply<Inputs, 1>(work, j);
}

template <std::size_t Inputs>
void pairs(const WindowWork& work) {
  make_scores<Inputs>(work);
  make_gains<Inputs>(work);
  update<Inputs>(work);
}

void make_mean(const WindowWork& work) {
  const __m256 share = _mm256_set1_ps(1.0F / static_cast<float>(work.input_count));
  for (std::size_t d = 0; d < work.stride; d += kLanes) {
    __m256 sum = _mm256_loadu_ps(work.inputs[0] + d);
    for (std::size_t i = 1; i < work.input_count; ++i)
      sum = _mm256_add_ps(sum, _mm256_loadu_ps(work.inputs[i] + d));
    _mm256_storeu_ps(work.mean + d, _mm256_mul_ps(share, sum));
  }
}

/// As update(), with the mean as the input, and each of the inputs += what the mean has to; from
/// float d on, as many as Count registers hold.
template <std::size_t Count>
void update_inputs(const WindowWork& work, std::size_t d) {
  __m256 mean[Count];
  __m256 change[Count];
#pragma GCC unroll 4
  for (std::size_t r = 0; r < Count; ++r) {
    mean[r] = _mm256_loadu_ps(work.mean + d + r * kLanes);
    change[r] = _mm256_setzero_ps();
  }
  for (std::size_t j = 0; j < work.node_count; ++j) {
    const __m256 gain = _mm256_broadcast_ss(work.scores + j);
    float* const at = work.nodes[j] + d;
#pragma GCC unroll 4
    for (std::size_t r = 0; r < Count; ++r) {
      const __m256 node = _mm256_loadu_ps(at + r * kLanes);
      _mm256_storeu_ps(at + r * kLanes, _mm256_fmadd_ps(gain, mean[r], node));
      change[r] = _mm256_fmadd_ps(gain, node, change[r]);
    }
  }
  // A word that is there more than once moves as often.
  for (std::size_t i = 0; i < work.input_count; ++i) {
    float* const to = work.inputs[i] + d;
#pragma GCC unroll 4
    for (std::size_t r = 0; r < Count; ++r) {
      _mm256_storeu_ps(to + r * kLanes, _mm256_add_ps(_mm256_loadu_ps(to + r * kLanes), change[r]));
    }
  }
}

void mean(const WindowWork& work) {
  make_mean(work);
  WindowWork of_mean = work;
  of_mean.inputs = &work.mean;
  make_scores<1>(of_mean);
  make_gains<1>(work);
  std::size_t d = 0;
  for (; d + 4 * kLanes <= work.stride; d += 4 * kLanes) update_inputs<4>(work, d);
  for (; d < work.stride; d += kLanes) update_inputs<1>(work, d);
}

void join(float* to, float factor, const float* const* copies, std::size_t count,
          std::size_t stride) {
  const __m256 by = _mm256_set1_ps(factor);
  for (std::size_t d = 0; d < stride; d += kLanes) {
    const __m256 before = _mm256_loadu_ps(to + d);
    __m256 change = _mm256_setzero_ps();
    for (std::size_t i = 0; i < count; ++i)
      change = _mm256_add_ps(change, _mm256_sub_ps(_mm256_loadu_ps(copies[i] + d), before));
    _mm256_storeu_ps(to + d, _mm256_fmadd_ps(by, change, before));
  }
}

/// 1 where a bit from `first` on is set, else -1.
__m256 floats_of(std::uint32_t signs, std::size_t first) {
  const __m256i lanes = _mm256_setr_epi32(31, 30, 29, 28, 27, 26, 25, 24);
  const auto from = static_cast<int>(~signs >> first);
  const __m256i tops = _mm256_sllv_epi32(_mm256_set1_epi32(from), lanes);
  const __m256 sign = _mm256_and_ps(_mm256_castsi256_ps(tops), _mm256_set1_ps(-0.0F));
  return _mm256_or_ps(sign, _mm256_set1_ps(1));
}

void add_signs(float* const* vectors, const std::uint32_t* signs, std::size_t count,
               std::size_t floats) {
  for (std::size_t d = 0; d < floats; d += kLanes) {
    __m256 sum = _mm256_setzero_ps();
    for (std::size_t i = 0; i < count; ++i) sum = _mm256_add_ps(sum, floats_of(signs[i], d));
    for (std::size_t i = 0; i < count; ++i) {
      float* const to = vectors[i] + d;
      const __m256 others = _mm256_sub_ps(sum, floats_of(signs[i], d));
      _mm256_storeu_ps(to, _mm256_add_ps(_mm256_loadu_ps(to), others));
    }
  }
}

}  // namespace

const WindowKernels kWindowKernels = {
    .pairs = {&pairs<1>, &pairs<2>, &pairs<3>, &pairs<4>, &pairs<5>, &pairs<6>},
    .mean = &mean,
    .join = &join,
    .add_signs = &add_signs};

}  // namespace neve::algos::word2vec::NEVE_ISA
