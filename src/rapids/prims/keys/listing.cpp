#include <algorithm>
#include <numeric>

#include "rapids/evaluation.hpp"

namespace neve::rapids::prims {
namespace {

/// Names of frames and models, sorted, as a categorical column.
Value list_names(Arguments& arguments) {
  StringList names;
  const store::Catalog& catalog = arguments.evaluation().engine().store().catalog();
  for (const store::Entry& entry : catalog.list()) {
    if (entry.kind == store::Kind::frame || entry.kind == store::Kind::model) {
      names.push_back(entry.name);
    }
  }
  std::ranges::sort(names);
  std::vector<double> codes(names.size());
  std::iota(codes.begin(), codes.end(), 0.0);
  return arguments.evaluation().new_frame(
      {{.name = "key",
        .numbers = std::move(codes),
        .domain = std::make_shared<const frame::Domain>(std::move(names))}});
}

Value last(Arguments& arguments) {
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) arguments.value(i);
  if (arguments.size() == 0) return NoValue{};
  return arguments.value(arguments.size() - 1);
}

}  // namespace

const PrimGroup& listing() {
  static const PrimGroup kGroup{{
      {{"ls"}, "", "The names of all frames and models.", list_names},
      {{","}, "expressions...", "Evaluates all and gives the last.", last},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
