#include <algorithm>
#include <cmath>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/linalg/symmetric.hpp>

#include "linalg/openblas.hpp"

namespace neve::linalg {

Eigen eigen(const Symmetric& matrix) {
  const std::size_t n = matrix.size();
  std::vector<double> vectors(matrix.values().begin(), matrix.values().end());
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      if (std::isfinite(matrix.at(i, j))) continue;
      throw InputError::illegal_argument(
          "The sums of squares of the columns are not finite: a column holds values too large to "
          "be squared.");
    }
  }
  if (n == 0) return {};
  const int size = static_cast<int>(n);
  std::vector<double> values(n);
  double work_size = 0;
  int whole_size = 0;
  int info = 0;
  const int ask = -1;
  openblas()->syevd("V", "L", &size, vectors.data(), &size, values.data(), &work_size, &ask,
                    &whole_size, &ask, &info);
  std::vector<double> work(static_cast<std::size_t>(work_size));
  std::vector<int> whole(static_cast<std::size_t>(whole_size));
  const int count = static_cast<int>(work.size());
  openblas()->syevd("V", "L", &size, vectors.data(), &size, values.data(), work.data(), &count,
                    whole.data(), &whole_size, &info);
  NEVE_CHECK(info == 0, "dsyevd did not converge");
  Eigen made;
  made.values.assign(values.rbegin(), values.rend());
  made.vectors.reserve(n * n);
  for (std::size_t k = n; k-- > 0;) {
    const auto begin = vectors.begin() + static_cast<std::ptrdiff_t>(k * n);
    made.vectors.insert(made.vectors.end(), begin, begin + static_cast<std::ptrdiff_t>(n));
  }
  return made;
}

}  // namespace neve::linalg
