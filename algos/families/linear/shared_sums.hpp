#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <neve/base/shared_results.hpp>
#include <neve/base/wire.hpp>
#include <neve/mr/engine.hpp>

namespace neve::algos::linear {

/// Sums over rows that several fits need alike, with their size.
template <class T>
struct SharedSums {
  T sums;
  [[nodiscard]] std::int64_t byte_size() const {
    auto size = wire::Writer::counting();
    size(sums);
    return static_cast<std::int64_t>(size.size());
  }
};

/// The sums of this name that make() makes, or that another fit of the search has made of the same
/// rows. Beside the rows they follow from `of`: the design, the response, a point. `shared` may be
/// null.
template <class T, class Make, class... Of>
T shared_sums(SharedResults* shared, std::string_view name, const mr::Inputs& inputs,
              const Make& make, const Of&... of) {
  if (shared == nullptr) return make();
  wire::Writer key;
  key(std::string(name), inputs.layout->id);
  for (const ColumnId column : inputs.columns) key(column.value());
  key(of...);
  return shared->get<SharedSums<T>>(key.take(), [&] { return SharedSums<T>{make()}; })->sums;
}

}  // namespace neve::algos::linear
