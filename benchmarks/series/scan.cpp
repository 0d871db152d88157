/// Exact nearest neighbours by a scan that gives a series up as soon as it is too far: what an
/// index of series is measured against. series_scan SERIES QUERIES POINTS, files of floats one
/// series after the other. At the first line of its input it reads them, and for each further one
/// it searches all and prints, after the seconds, the nearest row and the distance of each query.
///
/// The fastest such scan that we know: all queries go over a block of series that stays in the
/// cache, so that memory is read once for all of them, on all cores, with the widest vectors.
#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace {

using Distance = float (*)(const float* a, const float* b, std::size_t points, float bound);

/// Looks whether it is too far every 32 points. `points` is a multiple of 32.
__attribute__((target("avx512f"))) float distance_avx512(const float* a, const float* b,
                                                         std::size_t points, float bound) {
  float sum = 0;
  for (std::size_t i = 0; i < points && sum <= bound; i += 32) {
    const __m512 d = _mm512_sub_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i));
    const __m512 e = _mm512_sub_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16));
    sum += _mm512_reduce_add_ps(_mm512_fmadd_ps(e, e, _mm512_mul_ps(d, d)));
  }
  return sum;
}

__attribute__((target("avx2,fma"))) float distance_avx2(const float* a, const float* b,
                                                        std::size_t points, float bound) {
  float sum = 0;
  for (std::size_t i = 0; i < points && sum <= bound; i += 32) {
    __m256 lanes = _mm256_setzero_ps();
    for (std::size_t j = i; j < i + 32; j += 8) {
      const __m256 d = _mm256_sub_ps(_mm256_loadu_ps(a + j), _mm256_loadu_ps(b + j));
      lanes = _mm256_fmadd_ps(d, d, lanes);
    }
    const __m128 half = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
    const __m128 quarter = _mm_add_ps(half, _mm_movehl_ps(half, half));
    sum += _mm_cvtss_f32(_mm_add_ss(quarter, _mm_movehdup_ps(quarter)));
  }
  return sum;
}

struct Nearest {
  float squared = std::numeric_limits<float>::infinity();
  std::size_t row = 0;
};

struct Search {
  const std::vector<float>& series;
  const std::vector<float>& queries;
  std::size_t points;
  Distance distance;

  /// Rows [begin, end).
  void scan(std::size_t begin, std::size_t end, std::vector<Nearest>& nearest) const {
    constexpr std::size_t kBlock = 32;  // half of a small first level of the cache
    for (std::size_t first = begin; first < end; first += kBlock) {
      const std::size_t last = std::min(first + kBlock, end);
      for (std::size_t q = 0; q < nearest.size(); ++q) {
        for (std::size_t row = first; row < last; ++row) {
          const float squared = distance(series.data() + row * points, queries.data() + q * points,
                                         points, nearest[q].squared);
          if (squared < nearest[q].squared) nearest[q] = {squared, row};
        }
      }
    }
  }

  [[nodiscard]] std::vector<Nearest> all() const {
    const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t rows = series.size() / points;
    std::vector<std::vector<Nearest>> found(threads, std::vector<Nearest>(queries.size() / points));
    std::vector<std::thread> workers;
    for (std::size_t t = 0; t < threads; ++t) {
      workers.emplace_back(
          [&, t] { scan(rows * t / threads, rows * (t + 1) / threads, found[t]); });
    }
    for (std::thread& worker : workers) worker.join();
    for (std::size_t t = 1; t < threads; ++t) {
      for (std::size_t q = 0; q < found[0].size(); ++q) {
        if (found[t][q].squared < found[0][q].squared) found[0][q] = found[t][q];
      }
    }
    return found[0];
  }
};

std::vector<float> read(const char* path) {
  std::vector<float> values;
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) {
    std::fprintf(stderr, "cannot read %s\n", path);
    std::exit(1);
  }
  std::fseek(file, 0, SEEK_END);
  values.resize(static_cast<std::size_t>(std::ftell(file)) / sizeof(float));
  std::rewind(file);
  if (std::fread(values.data(), sizeof(float), values.size(), file) != values.size()) std::exit(1);
  std::fclose(file);
  return values;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "series_scan SERIES QUERIES POINTS, a multiple of 32\n");
    return 1;
  }
  std::getchar();  // so that what the program takes without data can be measured
  const std::vector<float> series = read(arguments[1]);
  const std::vector<float> queries = read(arguments[2]);
  const auto points = static_cast<std::size_t>(std::atoll(arguments[3]));
  const bool wide = __builtin_cpu_supports("avx512f") != 0;
  const Search search{series, queries, points, wide ? &distance_avx512 : &distance_avx2};
  std::printf("ready\n");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
    const auto begin = std::chrono::steady_clock::now();
    const std::vector<Nearest> found = search.all();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%.6f", took.count());
    for (const Nearest& near : found) {
      std::printf(" %zu %.9g", near.row, std::sqrt(static_cast<double>(near.squared)));
    }
    std::printf("\n");
    std::fflush(stdout);
  }
  return 0;
}
